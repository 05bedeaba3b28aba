# SPDX-License-Identifier: Apache-2.0

"""A toy is a collector: reference counting alone, with finalizers and weak references, as an
adapter over the line protocol. Cycles are never freed.

Place: GUIDE.md tests it: ouro check-adapter 'process:perl:python3 toy.py'
"""

import sys


def say(line):
    print(line, flush=True)


class Object:

    def __init__(self, number, slots=0, finalizer=False, target=None):
        self.number = number
        self.slots = [None] * slots
        self.finalizer = finalizer
        self.target = target  # of a weak reference, which does not count
        self.count = 0
        self.freed = False


class Toy:

    def __init__(self):
        self.reset()

    def reset(self):
        self.registers = {f"r{i}": None for i in range(16)}
        self.registers["self"] = None
        self.born = 0

    def put(self, holder, key, value):
        """Stores a reference: the new one is counted first, the old one released last."""
        if value is not None:
            value.count += 1
        old, holder[key] = holder[key], value
        self.release(old)

    def release(self, thing):
        if thing is None:
            return
        thing.count -= 1
        if thing.count == 0 and thing.finalizer:
            thing.count = 1  # the finalizer's own reference
            self.finalize(thing)
            thing.count -= 1
        if thing.count > 0:
            return  # others hold it, or the finalizer brought it back
        thing.freed = True
        say(f"> free {thing.number}")
        for slot in range(len(thing.slots)):
            self.put(thing.slots, slot, None)

    def finalize(self, thing):
        """Runs the finalizer: the operations until `end` or `raise` belong to it."""
        outer = self.registers["self"]
        self.registers["self"] = thing
        say(f"> finalize {thing.number}")
        how = self.run()
        self.registers["self"] = outer
        say(f"> end {thing.number}" + (" raised" if how == "raise" else ""))

    def birth(self, register, *layout):
        self.put(self.registers, register, Object(self.born, *layout))
        self.born += 1
        say(f"> new {self.born - 1}")

    def got(self, register, value):
        say(f"> got {'none' if value is None else value.number}")
        self.put(self.registers, register, value)

    def place(self, text):
        """Returns the container and the key of r0 or r0.1."""
        name, dot, slot = text.partition(".")
        return (self.registers[name].slots, int(slot)) if dot else (self.registers, name)

    def assign(self, left, right):
        words = right.split()
        if words[0] == "node":
            self.birth(left, int(words[1]), "del" in words)
        elif words[0] == "leaf":
            self.birth(left)
        elif words[0] == "weak":
            self.birth(left, 0, False, self.registers[words[1]])
        elif right.endswith("()"):
            target = self.registers[right[:-2]].target
            self.got(left, None if target.freed else target)
        elif "." in right:
            holder, key = self.place(right)
            self.got(left, holder[key])
        else:
            self.put(*self.place(left), None if right == "none" else self.registers[right])

    def run(self):
        """Executes operations until a script ends. Returns the line that ended it."""
        for line in iter(sys.stdin.readline, ""):
            line = line.strip()
            if line in ("end", "raise"):
                return line
            if line == "hello":
                say("> hello toy 1.0 weak finalizer")
            elif line == "reset":
                self.reset()
            elif line.startswith("collect"):
                say(f"> {line}\n> done 0")  # there is nothing that it could do
            else:
                self.assign(*line.split(" = "))
            say("ok")
        sys.exit()


if __name__ == "__main__":
    Toy().run()
