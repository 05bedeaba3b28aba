/* ouroboros.h is all that a collector in C, or in any language with C's calling convention,
 * includes to be tested by Ouroboros. It needs nothing but the C standard library: copy it where
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
 * Ouroboros calls the functions of the table, one for each operation of a random program. While
 * you execute it you call the functions of the observer, one for each event: an object is born,
 * dies, its finalizer has to run. You need not check anything: every operation makes sense in the
 * present state. Ouroboros decides whether the events are lawful; you only report what happens.
 *
 * A program has OURO_REGISTERS registers, your roots, and objects with slots. Objects are:
 *   a node  has up to OURO_MAX_SLOTS slots, all empty at first, and perhaps a finalizer;
 *   a leaf  has neither;
 *   a weak reference  refers to a node without holding it, and may have a callback.
 * All are held by registers and by slots of nodes.
 *
 * Place: the C form of model/collector.h, which says the same to C++. c_library.cc joins the two
 * and does not compile where they differ.
 *
 * guide: GUIDE.md     example: examples/c/
 */

#ifndef COLLECTOR_OUROBOROS_H_
#define COLLECTOR_OUROBOROS_H_

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes whenever anything below does. A collector of another version is refused. */
#define OURO_VERSION 1

#define OURO_REGISTERS 16
#define OURO_MAX_SLOTS 8
#define OURO_GENERATIONS 3

/* Where an operation names the object that it reads, it names a register, or OURO_SELF: the object
 * of the finalizer, or the weak reference of the callback, that runs now, the innermost one if one
 * runs within another. Hint: with `registers[OURO_REGISTERS + 1]`, registers[OURO_SELF] is a root
 * like the others; on_finalize shows how. */
#define OURO_SELF OURO_REGISTERS

/* An object's number, by which you name it in events, or OURO_NONE. on_new hands it out; keep it in
 * the object, or in a table beside it that does not hold it. */
typedef int32_t ouro_id;
#define OURO_NONE (-1)

/* What a collector can do beyond objects, slots and full collections. You are never asked for what
 * you do not name, and the functions for it may be null. Contracts of bounds, as all but CPython's
 * are, judge OURO_WEAK, OURO_FINALIZER and OURO_GENERATION; who claims more under one is refused.
 */
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
  OURO_ALL_ABILITIES = (1 << 9) - 1
};

/* Who listens. You get one when you are created; it outlives you, and each function takes it as its
 * first argument. Call them from the thread that called you, only while an operation is executed,
 * and at the moment when the thing happens. */
struct ouro_observer {
  /* An object is born, the one that the operation asked for. Returns its number. */
  ouro_id (*on_new)(const struct ouro_observer* observer);

  /* What `load`, `deref` or `take_garbage` yielded; OURO_NONE for nothing. Once for each of them,
   * before the old value of the register is let go. */
  void (*on_got)(const struct ouro_observer* observer, ouro_id id);

  /* The finalizer of `id`, or the callback of weak reference `id`, has to run. It runs within the
   * call: operations are executed, which may name OURO_SELF, and what they cause is reported,
   * before it returns. Returns whether it raised an exception, in case that matters to you.
   *
   *   struct object* outer = registers[OURO_SELF];
   *   registers[OURO_SELF] = object;
   *   observer->on_finalize(observer, object->id);
   *   registers[OURO_SELF] = outer;
   */
  bool (*on_finalize)(const struct ouro_observer* observer, ouro_id id);
  bool (*on_callback)(const struct ouro_observer* observer, ouro_id id);

  /* The object is gone: its memory is released, or, in a cycle that is being broken, its slots have
   * been cleared for good. */
  void (*on_free)(const struct ouro_observer* observer, ouro_id id);

  /* A collection begins, whether it was asked for or came by itself (`automatic`), and it is over.
   * Contracts of bounds judge those that were asked for; one that came by itself breaks the law
   * event-in-place there.
   * `collect` reports both, even if a collection is running already and it does nothing.
   * `generation` is the one that was asked for. `found` is how many unreachable objects it found;
   * contracts of bounds, as all but CPython's are, do not look at it. */
  void (*on_collect)(const struct ouro_observer* observer, int generation, bool automatic);
  void (*on_done)(const struct ouro_observer* observer, int32_t found);

  /* The object was appended to the garbage list. */
  void (*on_garbage)(const struct ouro_observer* observer, ouro_id id);

  /* In a census: `id` is tracked, in that generation. */
  void (*on_tracked)(const struct ouro_observer* observer, ouro_id id, int generation);

  /* The allocation failed as it was told to; the operation had no effect. */
  void (*on_failed)(const struct ouro_observer* observer);

  /* You cannot go on: out of memory, say. `why` is one sentence, which is copied. You are reset
   * before you are asked for anything else. */
  void (*broken)(const struct ouro_observer* observer, const char* why);

  /* Ouroboros's own. */
  void* context;
};

/* What you export. `gc` is what `create` returned. A function that your abilities do not need may
 * be null; all the others have to be there. */
struct ouro_collector_table {
  /* OURO_HEADER fills in these two. */
  uint32_t version;
  uint32_t size;

  const char* summary; /* one line: what it is, and which version */

  /* The contract by which you are judged: a name that `ouro contracts` lists, or the nearest one
   * and what differs: "lua,touched=freed-at-once,weak=when-freed". `ouro contracts` shows the
   * fields. */
  const char* contract;

  uint32_t abilities; /* OURO_WEAK | ... */

  /* An empty collector, or null if that is impossible. There may be several at a time. */
  void* (*create)(const struct ouro_observer* observer);
  void (*destroy)(void* gc);

  /* Forgets everything: no object, weak reference, count or setting may have any effect on the next
   * program. No finalizers, no events. No operation is being executed. */
  void (*reset)(void* gc);

  /* Checks your own invariants. Returns null, or what is wrong, as a sentence that stays there
   * until the next call. May be null. */
  const char* (*verify)(void* gc);

  /* Births. `dest`, a register, is empty. Report on_new, or on_failed. A finalizer or callback is
   * what Ouroboros runs when you report on_finalize or on_callback: nothing has to be kept of it
   * but the fact that the object has one. */
  void (*node)(void* gc, int dest, int slots, bool finalizer);
  void (*leaf)(void* gc, int dest);
  void (*weak)(void* gc, int dest, int target, bool callback); /* OURO_WEAK */

  /* Assignments take the new value first, and let the old one go last. */
  void (*copy)(void* gc, int dest, int from);
  void (*load)(void* gc, int dest, int from, int slot); /* report on_got */
  void (*deref)(void* gc, int dest, int weak);          /* report on_got; OURO_WEAK */
  void (*store)(void* gc, int into, int slot, int from);
  void (*empty_slot)(void* gc, int into, int slot);
  void (*empty_register)(void* gc, int dest);

  /* Collects generations 0 ... `generation`; all, if there are none. Reports on_collect and
   * on_done, also if this collector never collects anything. May be called by a finalizer, that is,
   * within another collection. */
  void (*collect)(void* gc, int generation);

  void (*threshold)(void* gc, int first, int second, int third); /* OURO_THRESHOLD */
  void (*enable)(void* gc, bool on);                             /* OURO_THRESHOLD */
  void (*saveall)(void* gc, bool on);                            /* OURO_SAVEALL */
  void (*take_garbage)(void* gc, int dest, int index);           /* report on_got; OURO_GARBAGE */
  void (*clear_garbage)(void* gc);                               /* OURO_GARBAGE */
  void (*census)(void* gc);      /* report on_tracked; OURO_CENSUS */
  void (*fail)(void* gc, int n); /* the n-th allocation from now on fails; OURO_FAILURE */
};

/* The first two fields of the table. */
#define OURO_HEADER .version = OURO_VERSION, .size = sizeof(struct ouro_collector_table)

/* The symbol that you define. Visible, whatever flags you compile with. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
extern const struct ouro_collector_table ouro_collector;

#ifdef __cplusplus
}
#endif

#endif /* COLLECTOR_OUROBOROS_H_ */
