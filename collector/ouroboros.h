/* SPDX-License-Identifier: Apache-2.0 */

/* ouroboros.h is all that a collector in C, or in any language with C's calling convention, needs
 * to include to be tested by Ouroboros. It depends only on the C standard library: copy it where
 * you like.
 *
 * You export one symbol, `ouro_collector`, from a shared object:
 *
 *   const struct ouro_collector_table ouro_collector = {
 *       OURO_HEADER,
 *       .summary = "my runtime 1.0",
 *       .contract = "lua,weak=when-freed",
 *       .abilities = OURO_WEAK | OURO_FINALIZER,
 *       .create = Create,
 *       ...
 *   };
 *
 * and test it:  ouro check-adapter lib:./mine.so  and  ouro campaign --specimen lib:./mine.so
 *
 * Ouroboros calls the functions of the table, one for each operation of a random program. While you
 * execute it you call the functions of the observer, one for each event: an object is born, an
 * object dies, a finalizer must run. You need not check anything: every operation is valid in the
 * current state. Ouroboros decides whether the events are lawful; you only report what happens.
 *
 * A program has OURO_REGISTERS registers, your roots, and objects with slots. Objects are:
 *   a node  has up to OURO_MAX_SLOTS slots, initially empty, and possibly a finalizer;
 *   a leaf  has neither;
 *   a weak reference  refers to a node without keeping it alive, and may have a callback;
 *   a map  has entries: it holds a value as long as the key, a node, lives, but not the key.
 * All are referenced by registers, by slots of nodes, as values of entries, and from the stack.
 *
 * Threads: all calls, in both directions, are made on one thread, the caller's. Exceptions: no C++
 * exception may leave a function of the table.
 *
 * Place: the C form of model/collector.h, the interface for C++. c_library.cc translates, and does
 * not compile where the two differ.
 *
 * guide: GUIDE.md     example: examples/c/
 */

#ifndef COLLECTOR_OUROBOROS_H_
#define COLLECTOR_OUROBOROS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes whenever anything below does. Later versions only append to the table and the observer,
 * so a collector built for an earlier one still loads. */
#define OURO_VERSION 2

#define OURO_REGISTERS 16
#define OURO_MAX_SLOTS 8
#define OURO_GENERATIONS 3

/* An operation names the object that it reads by a register, or by OURO_SELF: the object of the
 * running finalizer, or the weak reference of the running callback; the innermost if they nest.
 * Hint: with `registers[OURO_REGISTERS + 1]`, registers[OURO_SELF] is a root like the others;
 * on_finalize shows how. */
#define OURO_SELF OURO_REGISTERS

/* The id of an object, which identifies it in events, or OURO_NONE. on_new returns it; keep it in
 * the object, or in a table that does not keep the object alive. */
typedef int32_t ouro_id;
#define OURO_NONE (-1)

/* What a collector can do beyond objects, slots and full collections. An ability that you do not
 * claim is never used, and its functions may be null. */
enum ouro_ability {
  OURO_WEAK = 1 << 0,       /* weak references: `weak`, `deref` */
  OURO_CALLBACK = 1 << 1,   /* ... that have callbacks: on_callback */
  OURO_FINALIZER = 1 << 2,  /* finalizers: on_finalize */
  OURO_GENERATION = 1 << 3, /* collections of generations 0, 0 and 1, or all */
  OURO_GARBAGE = 1 << 4,    /* a list of uncollectable objects: `take_garbage`, `clear_garbage` */
  OURO_SAVEALL = 1 << 5,    /* `saveall`: all trash goes to that list */
  OURO_THRESHOLD = 1 << 6,  /* automatic collections: `threshold`, `enable` */
  OURO_CENSUS = 1 << 7,     /* `census` */
  OURO_FAILURE = 1 << 8,    /* `fail`: allocations that fail when told to */
  OURO_MAP = 1 << 9,        /* maps with weak keys: `map`, `map_get`, `map_put`, `map_remove` */
  OURO_DISPOSE = 1 << 10,   /* finalizers can be asked for: `dispose` */
  OURO_END = 1 << 11,       /* it can be torn down while registers hold objects: `end` */
  OURO_SCOPE = 1 << 12,     /* a stack of what calls hold: `push`, `pop` */
  OURO_FILL = 1 << 13,      /* all slots at once: `node_with`, `clear`, `copy_slots` */
  OURO_HELD = 1 << 14,      /* weak references that hold an object: `weak_with` */
  OURO_STEP = 1 << 15,      /* a piece of a collection: `step` */
  OURO_ALL_ABILITIES = (1 << 16) - 1
};

/* Receives your events. You get one when you are created; it outlives you, and each function takes
 * it as its first argument. Call them from the thread that called you, only while you execute an
 * operation, and at the moment when the event happens. */
struct ouro_observer {
  /* The object that the operation asked for is born. Returns its id. */
  ouro_id (*on_new)(const struct ouro_observer* observer);

  /* The result of `load`, `deref`, `map_get` or `take_garbage`; OURO_NONE for nothing. Once for
   * each of them, before the old value of the register is released. */
  void (*on_got)(const struct ouro_observer* observer, ouro_id id);

  /* The finalizer of `id`, or the callback of weak reference `id`, must run. It runs within the
   * call: you are called for its operations, which may name OURO_SELF, and report their events,
   * before this returns. Returns whether it raised an exception, in case that matters to you.
   *
   *   struct object* outer = registers[OURO_SELF];
   *   registers[OURO_SELF] = object;
   *   observer->on_finalize(observer, object->id);
   *   registers[OURO_SELF] = outer;
   */
  bool (*on_finalize)(const struct ouro_observer* observer, ouro_id id);
  bool (*on_callback)(const struct ouro_observer* observer, ouro_id id);

  /* The object is dead: its memory is released, or, in a cycle that is being broken, its slots have
   * been cleared permanently. */
  void (*on_free)(const struct ouro_observer* observer, ouro_id id);

  /* A collection begins, requested or `automatic`, and ends. For automatic ones a contract of
   * bounds says "automatic=told", or "automatic=untold" if some are not reported. `collect` reports
   * both, even if it does nothing because a collection is already running. `generation` is the
   * requested one. `found` is the number of unreachable objects found; contracts of bounds ignore
   * it. */
  void (*on_collect)(const struct ouro_observer* observer, int generation, bool automatic);
  void (*on_done)(const struct ouro_observer* observer, int32_t found);

  /* The object was appended to the garbage list. */
  void (*on_garbage)(const struct ouro_observer* observer, ouro_id id);

  /* In a census: `id` is tracked, in that generation. */
  void (*on_tracked)(const struct ouro_observer* observer, ouro_id id, int generation);

  /* The allocation failed, as requested by `fail`; the operation had no effect. */
  void (*on_failed)(const struct ouro_observer* observer);

  /* You cannot continue: out of memory, for example. `why` is one sentence, which is copied. You
   * are reset before any further operation. */
  void (*broken)(const struct ouro_observer* observer, const char* why);

  /* Private to Ouroboros. */
  void* context;

  /* Since version 2: what the operation is in the words of your engine, "o.f = () => p": one line,
   * copied, shown in transcripts. Only worth making if wants_notes says so. */
  void (*note)(const struct ouro_observer* observer, const char* text);
  bool (*wants_notes)(const struct ouro_observer* observer);
};

/* What you export. `gc` is what `create` returned. A function that your abilities do not need may
 * be null; all others are required. */
struct ouro_collector_table {
  /* OURO_HEADER fills in these two. */
  uint32_t version;
  uint32_t size;

  const char* summary; /* one line: name and version of the collector */

  /* The contract by which you are judged: a name that `ouro contracts` lists, or the nearest one
   * and the differences: "lua,touched=freed-at-once,weak=when-freed". `ouro contracts` lists the
   * fields. */
  const char* contract;

  uint32_t abilities; /* OURO_WEAK | ... */

  /* Makes an empty collector; null on failure. Several may exist at a time. */
  void* (*create)(const struct ouro_observer* observer);
  void (*destroy)(void* gc);

  /* Forgets everything: no object, weak reference, count or setting may affect the next program.
   * Runs no finalizers and reports no events. Never called during an operation. */
  void (*reset)(void* gc);

  /* Checks your own invariants. Returns null, or a sentence that says what is wrong, valid until
   * the next call. The function may be null. */
  const char* (*verify)(void* gc);

  /* Births. `dest`, a register, is empty. Report on_new, or on_failed. Ouroboros runs the finalizer
   * or callback when you report on_finalize or on_callback: you only record that the object has
   * one. */
  void (*node)(void* gc, int dest, int slots, bool finalizer);
  void (*leaf)(void* gc, int dest);
  void (*weak)(void* gc, int dest, int target, bool callback); /* OURO_WEAK */

  /* Assignments retain the new value first and release the old one last. */
  void (*copy)(void* gc, int dest, int from);
  void (*load)(void* gc, int dest, int from, int slot); /* report on_got */
  void (*deref)(void* gc, int dest, int weak);          /* report on_got; OURO_WEAK */
  void (*store)(void* gc, int into, int slot, int from);
  void (*empty_slot)(void* gc, int into, int slot);
  void (*empty_register)(void* gc, int dest);

  /* Collects generations 0 ... `generation`; everything, if you have no generations. Report
   * on_collect and on_done, even if the collector never collects anything. May be called by a
   * finalizer, that is, within another collection. */
  void (*collect)(void* gc, int generation);

  void (*threshold)(void* gc, int first, int second, int third); /* OURO_THRESHOLD */
  void (*enable)(void* gc, bool on);                             /* OURO_THRESHOLD */
  void (*saveall)(void* gc, bool on);                            /* OURO_SAVEALL */
  void (*take_garbage)(void* gc, int dest, int index);           /* report on_got; OURO_GARBAGE */
  void (*clear_garbage)(void* gc);                               /* OURO_GARBAGE */
  void (*census)(void* gc);      /* report on_tracked; OURO_CENSUS */
  void (*fail)(void* gc, int n); /* the n-th allocation from now fails; OURO_FAILURE */

  /* --- Since version 2; each may be null. */

  /* The options of the specimen's name, `lib:./mine.so?gc=1&kinds=map`: "gc=1&kinds=map". Called
   * once, after `create`; not without options. */
  void (*options)(void* gc, const char* options);

  /* The kinds that you offer, and null: the ways in which your engine holds a reference, or what it
   * makes of a node, a line each: "closure edge frail pokes=3". docs/kinds.md has the words. */
  const char* const* kinds;

  /* As node, copy and store, by the kind of that index in `kinds`. Required if a kind has its
   * place: node, root, edge. */
  void (*node_as)(void* gc, int dest, int slots, bool finalizer, int kind);
  void (*copy_as)(void* gc, int dest, int from, int kind);
  void (*store_as)(void* gc, int into, int slot, int from, int kind);

  /* Does action number `action`, modulo those of the kind, on the holder of that slot. Then reports
   * with on_got what the slot holds. Required if a kind has `pokes`. */
  void (*poke)(void* gc, int from, int slot, int action);

  /* OURO_MAP. `map` is a birth. The key of an entry is a node, its value any object. map_get yields
   * the value, or OURO_NONE if there is no such entry: report on_got. map_put makes the entry or
   * replaces its value; map_remove removes it, if it is there. */
  void (*map)(void* gc, int dest);
  void (*map_get)(void* gc, int dest, int map, int key);
  void (*map_put)(void* gc, int map, int key, int from);
  void (*map_remove)(void* gc, int map, int key);

  /* OURO_DISPOSE. Calls the finalizer of a living object by name, as `x.__del__()`: report
   * on_finalize, once. It is no death, and does not count as one: the finalizer runs at the
   * object's death as if it had not been called. */
  void (*dispose)(void* gc, int from);

  /* OURO_END. The program ends: do what you do then, while registers still hold objects. Run the
   * finalizers that your contract names in its field `end` (on_finalize), then free everything
   * (on_free); nothing may run once something is freed that could still be reached. Only `reset` or
   * `destroy` follows. */
  void (*end)(void* gc);

  /* OURO_SCOPE. `push` holds the object on a stack, as your engine holds what a running call refers
   * to: its stack of values, its handle scopes. `pop` drops the newest, which the stack no longer
   * holds when its finalizer runs. A finalizer or callback has a stack of its own: what it has
   * pushed is popped, by calls of `pop`, before on_finalize or on_callback returns. At most 100,000
   * objects are pushed at a time. What is left when the program ends goes with `reset`. */
  void (*push)(void* gc, int from);
  void (*pop)(void* gc);

  /* OURO_FILL. A birth with contents: slots 0, 2, ... hold what `even` leads to, 1, 3, ... what
   * `odd` does. If it fails, none of them has been counted or stored. `clear` empties all slots of
   * a node. `copy_slots` stores into the first slots of `into` what those of `from` hold or do not
   * hold, as many as both have; the two may be the same. Both empty or fill all slots first and
   * release the old values last, those of the highest slots first. */
  void (*node_with)(void* gc, int dest, int slots, int even, int odd, bool finalizer);
  void (*clear)(void* gc, int into);
  void (*copy_slots)(void* gc, int into, int from);

  /* OURO_HELD. As `weak`, and the weak reference has one slot, which holds what `value` leads to;
   * `load`, `store` and `empty_slot` are called for it. */
  void (*weak_with)(void* gc, int dest, int target, int value, bool callback);

  /* OURO_STEP. Does a piece of a collection, larger for a larger `work`, which is 1 to 1000, and
   * returns whether it ended one. What was garbage at one of these ends is collected by the next,
   * and finalized by the next but one if finalizers may be put off. No on_collect, no on_done. */
  bool (*step)(void* gc, int work);
};

/* The bytes of the table of version 1. */
#define OURO_SIZE_1 offsetof(struct ouro_collector_table, options)

/* The first two fields of the table. */
#define OURO_HEADER .version = OURO_VERSION, .size = sizeof(struct ouro_collector_table)

/* The symbol that you define; visible whatever flags you compile with. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
extern const struct ouro_collector_table ouro_collector;

#ifdef __cplusplus
}
#endif

#endif /* COLLECTOR_OUROBOROS_H_ */
