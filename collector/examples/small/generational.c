/* SPDX-License-Identifier: Apache-2.0 */

/* Two generations: objects that survive two young collections, or a full one, are old. A young
 * collection takes old objects as alive and looks into those of the remembered set, which a write
 * barrier fills. Trash with finalizers is brought back and freed by a later collection, as in Lua.
 *
 * Place: a small collector (small.h).
 */

#define OBJECT_FIELDS \
  bool marked;        \
  bool old;           \
  bool remembered;    \
  int age; /* young collections that it survived */
#define GC_FIELDS           \
  struct object* young;     \
  struct object* old;       \
  struct vector remembered; \
  struct vector weaks;      \
  struct vector gray;       \
  struct vector ready;

#include "small.h"

#define PROMOTED_AT 2

/* ---- The mutator. */

static struct object* allocate(struct gc* gc, int size) { return new_in_list(&gc->young, size); }

static void born(struct gc* gc, struct object* object) {
  if (object->weak) push(&gc->weaks, object);
}

static void remember(struct gc* gc, struct object* holder) {
  if (holder->remembered) return;
  holder->remembered = true;
  push(&gc->remembered, holder);
}

static void write_slot(struct gc* gc, struct object* holder, int slot, struct object* value) {
  holder->slots[slot] = value;
  if (holder->old && value != NULL && !value->old) remember(gc, holder);
}

static void write_register(struct gc* gc, int dest, struct object* value) {
  gc->registers[dest] = value;
}

static struct object* target_of(struct gc* gc, struct object* weak) {
  (void)gc;
  return weak->slots[0];
}

/* ---- Marking. */

/* Whether the collection leaves the object alone. */
static bool is_outside(const struct object* object, bool full) { return object->old && !full; }

static void visit(struct gc* gc, struct object* object, bool full) {
  if (object == NULL || object->marked || is_outside(object, full)) return;
  object->marked = true;
  push(&gc->gray, object);
}

static void visit_slots(struct gc* gc, struct object* object, bool full) {
  if (object->weak) return;
  for (int i = 0; i < object->size; ++i) visit(gc, object->slots[i], full);
}

static void drain(struct gc* gc, bool full) {
  while (gc->gray.size > 0) visit_slots(gc, pop(&gc->gray), full);
}

static void mark(struct gc* gc, bool full) {
  for (struct object* o = gc->young; o != NULL; o = o->next) o->marked = false;
  for (struct object* o = gc->old; o != NULL; o = o->next) o->marked = false;
  for (int i = 0; i <= OURO_REGISTERS; ++i) visit(gc, gc->registers[i], full);
  for (int i = 0; i < gc->remembered.size && !full; ++i) {
    visit_slots(gc, gc->remembered.items[i], full);
  }
  drain(gc, full);
}

/* ---- Finalizers and weak references. */

static bool is_trash(const struct object* object, bool full) {
  return !object->marked && !is_outside(object, full);
}

static void clear_weak(struct gc* gc, bool full) {
  for (int i = 0; i < gc->weaks.size; ++i) {
    struct object** target = &gc->weaks.items[i]->slots[0];
    if (*target != NULL && is_trash(*target, full)) *target = NULL;
  }
}

static void forget_weak_trash(struct gc* gc, bool full) {
  int kept = 0;
  for (int i = 0; i < gc->weaks.size; ++i) {
    if (!is_trash(gc->weaks.items[i], full)) gc->weaks.items[kept++] = gc->weaks.items[i];
  }
  gc->weaks.size = kept;
}

/* Takes the due ones of a list first, so that none is missed that another one can reach. */
static void take_ready(struct gc* gc, struct object* list) {
  for (struct object* o = list; o != NULL; o = o->next) {
    if (o->due && !o->marked) push(&gc->ready, o);
  }
}

static void find_ready(struct gc* gc, bool full) {
  take_ready(gc, gc->young);
  if (full) take_ready(gc, gc->old);
  for (int i = 0; i < gc->ready.size; ++i) visit(gc, gc->ready.items[i], full);
  drain(gc, full);
}

/* ---- Sweeping. */

static void promote(struct gc* gc, struct object* object) {
  object->old = true;
  object->next = gc->old;
  gc->old = object;
}

static bool holds_young(const struct object* object) {
  for (int i = 0; i < object->size && !object->weak; ++i) {
    if (object->slots[i] != NULL && !object->slots[i]->old) return true;
  }
  return false;
}

/* Frees the trash of a list, and promotes what is old enough. Returns the rest. */
static struct object* sweep(struct gc* gc, struct object* list, bool promotes) {
  struct object* kept = NULL;
  while (list != NULL) {
    struct object* o = list;
    list = o->next;
    if (!o->marked) {
      report_free(gc, o);
      free(o);
      continue;
    }
    ++o->age;
    if (promotes || o->age >= PROMOTED_AT) {
      promote(gc, o);
    } else {
      o->next = kept;
      kept = o;
    }
  }
  return kept;
}

/* Old objects that still refer to young ones remain in the set; promoted ones that do come into it.
 * Those promoted now are at the head of the old list, before `end`. */
static void remember_again(struct gc* gc, struct object* end) {
  int kept = 0;
  for (int i = 0; i < gc->remembered.size; ++i) {
    struct object* o = gc->remembered.items[i];
    o->remembered = holds_young(o);
    if (o->remembered) gc->remembered.items[kept++] = o;
  }
  gc->remembered.size = kept;
  for (struct object* o = gc->old; o != end; o = o->next) {
    if (holds_young(o)) remember(gc, o);
  }
}

static void collect_young(struct gc* gc) {
  struct object* end = gc->old;
  gc->young = sweep(gc, gc->young, false);
  remember_again(gc, end);
}

/* What survives is old, so nothing is remembered. */
static void collect_all(struct gc* gc) {
  struct object* old = gc->old;
  for (int i = 0; i < gc->remembered.size; ++i) gc->remembered.items[i]->remembered = false;
  gc->remembered.size = 0;
  gc->old = NULL;
  sweep(gc, old, true);
  gc->young = sweep(gc, gc->young, true);
}

/* ---- Collections. */

static void run_collection(struct gc* gc, int generation) {
  if (gc->collecting) return;
  gc->collecting = true;
  const bool full = generation == OURO_GENERATIONS - 1;
  mark(gc, full);
  clear_weak(gc, full);
  find_ready(gc, full);
  forget_weak_trash(gc, full);
  if (full) {
    collect_all(gc);
  } else {
    collect_young(gc);
  }
  for (int i = 0; i < gc->ready.size; ++i) {
    gc->ready.items[i]->due = false;
    finalize(gc, gc->ready.items[i]);
  }
  gc->ready.size = 0;
  gc->collecting = false;
}

static void forget(struct gc* gc) {
  free_list(&gc->young);
  free_list(&gc->old);
  discard(&gc->remembered);
  discard(&gc->weaks);
  discard(&gc->gray);
  discard(&gc->ready);
}

SMALL_COLLECTOR("small: two generations with a remembered set", "lua",
                OURO_WEAK | OURO_FINALIZER | OURO_GENERATION);
