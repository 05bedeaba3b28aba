/* SPDX-License-Identifier: Apache-2.0 */

/* Deferred reference counting: only slots are counted, registers and running finalizers are not.
 * Objects whose count is zero are in the zero count table. As an operation ends, those of the table
 * that no register holds are finalized and freed. What they referred to may come into the table,
 * until no more comes. Operations of finalizers leave that to the operation around them. There is
 * no collection of cycles.
 *
 * Place: a small collector (small.h).
 */

#define OBJECT_FIELDS \
  int count;          \
  bool in_table;
#define GC_FIELDS         \
  struct object* objects; \
  struct vector table;    \
  struct vector weaks;

#include "small.h"

/* ---- Counting. */

static void enter(struct gc* gc, struct object* object) {
  if (object->in_table) return;
  object->in_table = true;
  push(&gc->table, object);
}

/* An object whose count rises remains in the table until that is looked at. */
static void increment(struct object* object) { ++object->count; }

static void decrement(struct gc* gc, struct object* object) {
  if (--object->count == 0) enter(gc, object);
}

/* ---- Death. */

static void clear_weak(struct gc* gc, const struct object* target) {
  for (int i = 0; i < gc->weaks.size; ++i) {
    struct object** slot = &gc->weaks.items[i]->slots[0];
    if (*slot == target) *slot = NULL;
  }
}

static void unlink_object(struct gc* gc, const struct object* object) {
  struct object** link = &gc->objects;
  while (*link != object) link = &(*link)->next;
  *link = object->next;
}

/* REQUIRES: nothing refers to the object, and it is not in the table. */
static void release(struct gc* gc, struct object* object) {
  report_free(gc, object);
  if (object->weak) {
    remove_item(&gc->weaks, object);
  } else {
    for (int i = 0; i < object->size; ++i) {
      if (object->slots[i] != NULL) decrement(gc, object->slots[i]);
    }
  }
  clear_weak(gc, object);
  unlink_object(gc, object);
  free(object);
}

static bool is_dead(const struct gc* gc, const struct object* object) {
  return object->count == 0 && !in_register(gc, object);
}

/* One look at the table. Objects in registers remain in it. Returns whether any other was there. */
static bool look(struct gc* gc) {
  struct vector table = gc->table;
  bool any = false;
  gc->table = (struct vector){0};
  while (table.size > 0) {
    struct object* object = pop(&table);
    object->in_table = false;
    if (object->count > 0) continue;
    if (in_register(gc, object)) {
      enter(gc, object);
      continue;
    }
    any = true;
    object->in_table = true; /* not again, whatever the finalizer does */
    if (object->due) finalize(gc, object);
    object->in_table = false;
    if (is_dead(gc, object)) {
      release(gc, object);
    } else if (object->count == 0) {
      enter(gc, object);
    }
  }
  discard(&table);
  return any;
}

static void reconcile(struct gc* gc) {
  if (gc->collecting) return;
  gc->collecting = true;
  while (look(gc)) continue;
  gc->collecting = false;
}

/* ---- The mutator. */

static struct object* allocate(struct gc* gc, int size) { return new_in_list(&gc->objects, size); }

static void born(struct gc* gc, struct object* object) {
  if (object->weak) push(&gc->weaks, object);
  enter(gc, object);
}

static void write_slot(struct gc* gc, struct object* holder, int slot, struct object* value) {
  struct object* old = holder->slots[slot];
  if (value != NULL) increment(value);
  holder->slots[slot] = value;
  if (old != NULL) decrement(gc, old);
  reconcile(gc);
}

static void write_register(struct gc* gc, int dest, struct object* value) {
  gc->registers[dest] = value;
  reconcile(gc);
}

static struct object* target_of(struct gc* gc, struct object* weak) {
  (void)gc;
  return weak->slots[0];
}

/* Cycles remain, and everything else was freed as the last operation ended. */
static void run_collection(struct gc* gc, int generation) {
  (void)generation;
  reconcile(gc);
}

static void forget(struct gc* gc) {
  free_list(&gc->objects);
  discard(&gc->table);
  discard(&gc->weaks);
}

SMALL_COLLECTOR("small: deferred counting with a zero count table", "perl",
                OURO_WEAK | OURO_FINALIZER);
