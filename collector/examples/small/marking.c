/* SPDX-License-Identifier: Apache-2.0 */

/* Mark and sweep, with a mark stack that may overflow, and finalizers that run in the order of
 * references: that of an object only when no other object whose finalizer is due can reach it, as
 * in Boehm's collector. So an object that has a finalizer and reaches itself is never freed.
 *
 * Place: a small collector (small.h).
 */

#define STACK_SIZE 8 /* small, so that it does overflow */

#define OBJECT_FIELDS bool marked;
#define GC_FIELDS                   \
  struct object* objects;           \
  struct object* stack[STACK_SIZE]; \
  int depth;                        \
  bool overflowed;                  \
  struct vector ready;

#include "small.h"

/* ---- The mutator. */

static struct object* allocate(struct gc* gc, int size) { return new_in_list(&gc->objects, size); }

/* One that is born in a finalizer is born after the sweep, and the next collection unmarks all. */
static void born(struct gc* gc, struct object* object) {
  (void)gc;
  (void)object;
}

static void write_slot(struct gc* gc, struct object* holder, int slot, struct object* value) {
  (void)gc;
  holder->slots[slot] = value;
}

static void write_register(struct gc* gc, int dest, struct object* value) {
  gc->registers[dest] = value;
}

static struct object* target_of(struct gc* gc, struct object* weak) {
  (void)gc;
  return weak->slots[0];
}

/* ---- Marking. */

/* Marks the object; what it refers to is marked by `drain`, or, if the stack is full, by a look at
 * all objects. */
static void visit(struct gc* gc, struct object* object) {
  if (object == NULL || object->marked) return;
  object->marked = true;
  if (object->weak || object->size == 0) return;
  if (gc->depth == STACK_SIZE) {
    gc->overflowed = true;
    return;
  }
  gc->stack[gc->depth++] = object;
}

static void visit_slots(struct gc* gc, struct object* object) {
  if (object->weak) return;
  for (int i = 0; i < object->size; ++i) visit(gc, object->slots[i]);
}

static void drain(struct gc* gc) {
  while (gc->depth > 0) visit_slots(gc, gc->stack[--gc->depth]);
}

static void mark(struct gc* gc) {
  drain(gc);
  while (gc->overflowed) {
    gc->overflowed = false;
    for (struct object* o = gc->objects; o != NULL; o = o->next) {
      if (!o->marked) continue;
      visit_slots(gc, o);
      drain(gc);
    }
  }
}

static void mark_roots(struct gc* gc) {
  for (struct object* o = gc->objects; o != NULL; o = o->next) o->marked = false;
  for (int i = 0; i <= OURO_REGISTERS; ++i) visit(gc, gc->registers[i]);
  mark(gc);
}

/* ---- Collections. */

/* Before finalizers run, and whether or not those can reach the target. */
static void clear_weak(struct gc* gc) {
  for (struct object* o = gc->objects; o != NULL; o = o->next) {
    if (o->weak && o->slots[0] != NULL && !o->slots[0]->marked) o->slots[0] = NULL;
  }
}

/* Marks what finalizers that are due can reach. Then those are ready whose objects are not. */
static void find_ready(struct gc* gc) {
  for (struct object* o = gc->objects; o != NULL; o = o->next) {
    if (o->marked || !o->due) continue;
    visit_slots(gc, o);
    mark(gc);
  }
  for (struct object* o = gc->objects; o != NULL; o = o->next) {
    if (o->marked || !o->due) continue;
    o->marked = true; /* it lives until the next collection */
    push(&gc->ready, o);
  }
}

static void sweep(struct gc* gc) {
  for (struct object** link = &gc->objects; *link != NULL;) {
    struct object* o = *link;
    if (o->marked) {
      link = &o->next;
      continue;
    }
    *link = o->next;
    report_free(gc, o);
    free(o);
  }
}

static void run_collection(struct gc* gc, int generation) {
  (void)generation;
  if (gc->collecting) return;
  gc->collecting = true;
  mark_roots(gc);
  clear_weak(gc);
  find_ready(gc);
  sweep(gc);
  for (int i = 0; i < gc->ready.size; ++i) {
    gc->ready.items[i]->due = false;
    finalize(gc, gc->ready.items[i]);
  }
  gc->ready.size = 0;
  gc->collecting = false;
}

static void forget(struct gc* gc) {
  free_list(&gc->objects);
  discard(&gc->ready);
}

SMALL_COLLECTOR("small: mark and sweep, finalizers of holders first",
                "lua,spares=behind-finalizers,order=holders-first", OURO_WEAK | OURO_FINALIZER);
