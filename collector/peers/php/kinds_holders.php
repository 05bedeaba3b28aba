<?php
// SPDX-License-Identifier: Apache-2.0

// A holder is what a register or a slot with a kind has instead of its object: here it is found,
// read and dropped.
//
// Place: below kinds.php.

// ---- Registers ----------------------------------------------------------------------------------

// The name of a register where the content of $register is now: itself, or a temporary one.
function resolve(string $register, string $temporary): string {
    if (!isset(Heap::$roots[$register])) return $register;
    $held = Heap::$roots[$register];
    $temporary .= Heap::$depth;
    R::$v[$temporary] = content($held, root_place($held->kind, $register), $register);
    note("\$$temporary = " . get_note($held, holder_name($register), $register));
    return $temporary;
}
function holder_name(string $register): string {
    return '$h' . ltrim($register, 'r');
}
function root_place(Kind $kind, string $register): string {
    return "R::\$v['$kind->name'][\$r]";
}
function release_temporaries(): void {
    foreach (['t', 'u'] as $temporary) {
        if (isset(R::$v[$temporary . Heap::$depth])) R::$v[$temporary . Heap::$depth] = null;
    }
}
// After another value has been written to the register.
function drop_root(string $register, ?Held $old): void {
    if (!$old) return;
    note(substitute($old->kind->drop ?: '$h = null', holder_name($register), '', ''));
    $place = root_place($old->kind, $register);
    if ($old->kind->drop !== '') compiled($old->kind->drop, $place)($register);
    else R::$v[$old->kind->name][$register] = null;
}
function set_register(string $register, mixed $value): void {
    $old = Heap::$roots[$register] ?? null;
    unset(Heap::$roots[$register]);
    R::$v[$register] = $value;
    unset($value);
    drop_root($register, $old);
}

// ---- Slots --------------------------------------------------------------------------------------

// The expression of a slot over `@`, the node; after `!`, if it is not a variable of its own.
function slot_of(string $register, int $slot): string {
    $kind = Heap::$alive[Heap::$living[R::$v[$register]]];
    if ($kind && $kind->slot !== '') return strtr($kind->slot, ['#' => $slot]);
    return $slot % 2 ? "@->odd[$slot]" : "@->s$slot";
}
// What a holder holds now; without `get`, the object that is known to be there, if it still lives.
// In the midst of an action there may be anything; while a generator runs it cannot tell.
function content(Held $held, string $place, string $register): ?object {
    $kind = $held->kind;
    if (!$held->full) return null;
    try {
        if ($kind->get !== '') {
            $value = compiled("return $kind->get", $place)($register);
            return is_object($value) ? $value : null;
        }
        if ($kind->is !== '' && !compiled("return $kind->is", $place)($register)) return null;
    } catch (Throwable) {
        if ($kind->get !== '') return null;
    }
    return (Heap::$weak[$held->content] ?? null)?->get();
}
function get_note(Held $held, string $holder, string $register): string {
    if (!$held->full) return 'null';
    return $held->kind->get === '' ? "\$w[$held->content]->get()"
                                   : substitute($held->kind->get, $holder, '$x', "\$$register");
}
function number_of(mixed $object): ?int {  // None for what is not an object of the program.
    return is_object($object) ? Heap::$living[$object] ?? null : null;
}
function noted(string $place, string $node): string {
    return strtr(ltrim($place, '!'), ['@' => "\$$node"]);
}
function got(?int $number): void {
    Heap::$answer .= '> got ' . ($number ?? 'none') . "\n";
}
function slot_is_null(string $register, string $place): bool {
    return compiled('return ' . ltrim($place, '!') . ' ?? null', 'none')($register) === null;
}
