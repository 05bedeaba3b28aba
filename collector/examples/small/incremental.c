/* SPDX-License-Identifier: Apache-2.0 */

/* Incremental mark and sweep in three colours. A cycle begins after some births; each further one
 * pays for a little marking, and a requested collection, or the last of some steps, finishes it.
 * The barrier is that of a snapshot: what was reachable as the cycle began is marked, because a
 * reference that is overwritten is shaded, and what is born meanwhile is black. A weak reference
 * may yield what the snapshot does not reach, so reading one shades, too.
 *
 * What became unreachable after the snapshot floats. So a requested collection that finishes a
 * cycle runs a second one, without which it would not be a full one.
 *
 * Place: a small collector (small.h).
 */

#define OBJECT_FIELDS unsigned char color;
#define GC_FIELDS         \
  struct object* objects; \
  struct vector gray;     \
  struct vector ready;    \
  bool marking;           \
  int births; /* since the last cycle ended */
#define MORE_FUNCTIONS .step = take_step,

#include "small.h"

#define BIRTHS_PER_CYCLE 3
#define SCANS_PER_STEP 1

enum { WHITE, GRAY, BLACK };

/* ---- Marking. */

static void shade(struct gc* gc, struct object* object) {
  if (object == NULL || object->color != WHITE) return;
  object->color = GRAY;
  push(&gc->gray, object);
}

static void scan(struct gc* gc, struct object* object) {
  object->color = BLACK;
  if (object->weak) return;
  for (int i = 0; i < object->size; ++i) shade(gc, object->slots[i]);
}

static void drain(struct gc* gc) {
  while (gc->gray.size > 0) scan(gc, pop(&gc->gray));
}

static void shade_roots(struct gc* gc) {
  for (int i = 0; i <= OURO_REGISTERS; ++i) shade(gc, gc->registers[i]);
}

/* While no cycle is marking, all objects are white. */
static void begin_cycle(struct gc* gc) {
  gc->marking = true;
  gc->births = 0;
  shade_roots(gc);
}

static void step(struct gc* gc) {
  if (gc->collecting) return;
  if (!gc->marking && gc->births >= BIRTHS_PER_CYCLE) begin_cycle(gc);
  for (int i = 0; i < SCANS_PER_STEP && gc->gray.size > 0; ++i) scan(gc, pop(&gc->gray));
}

/* ---- The mutator. */

static struct object* allocate(struct gc* gc, int size) {
  struct object* object = new_in_list(&gc->objects, size);
  if (object != NULL) object->color = gc->marking ? BLACK : WHITE;
  return object;
}

static void born(struct gc* gc, struct object* object) {
  (void)object;
  ++gc->births;
  step(gc);
}

static void write_slot(struct gc* gc, struct object* holder, int slot, struct object* value) {
  if (gc->marking) shade(gc, holder->slots[slot]);
  holder->slots[slot] = value;
}

/* Registers were shaded as the cycle began, so one that is overwritten needs no barrier. */
static void write_register(struct gc* gc, int dest, struct object* value) {
  gc->registers[dest] = value;
}

static struct object* target_of(struct gc* gc, struct object* weak) {
  if (gc->marking) shade(gc, weak->slots[0]);
  return weak->slots[0];
}

/* ---- The end of a cycle. */

static void clear_weak(struct gc* gc) {
  for (struct object* o = gc->objects; o != NULL; o = o->next) {
    if (o->weak && o->slots[0] != NULL && o->slots[0]->color == WHITE) o->slots[0] = NULL;
  }
}

static void sweep(struct gc* gc) {
  for (struct object** link = &gc->objects; *link != NULL;) {
    struct object* o = *link;
    if (o->color != WHITE) {
      o->color = WHITE;
      link = &o->next;
      continue;
    }
    *link = o->next;
    report_free(gc, o);
    free(o);
  }
}

/* Finalizers may have brought back anything that they could reach, so marking begins anew, at once.
 * What they dropped that has a finalizer itself waits for the next cycle. */
static void mark_again(struct gc* gc) {
  for (struct object* o = gc->objects; o != NULL; o = o->next) o->color = WHITE;
  shade_roots(gc);
  for (struct object* o = gc->objects; o != NULL; o = o->next) {
    if (o->due) shade(gc, o);
  }
  drain(gc);
}

static void finish_cycle(struct gc* gc) {
  drain(gc);
  gc->marking = false;
  for (struct object* o = gc->objects; o != NULL; o = o->next) {
    if (o->due && o->color == WHITE) push(&gc->ready, o);
  }
  for (int i = 0; i < gc->ready.size; ++i) {
    gc->ready.items[i]->due = false;
    finalize(gc, gc->ready.items[i]);
  }
  if (gc->ready.size > 0) mark_again(gc);
  gc->ready.size = 0;
  clear_weak(gc);
  sweep(gc);
}

static void run_collection(struct gc* gc, int generation) {
  (void)generation;
  if (gc->collecting) return;
  gc->collecting = true;
  if (gc->marking) finish_cycle(gc);
  begin_cycle(gc);
  finish_cycle(gc);
  gc->collecting = false;
}

/* A piece of the cycle that is marking, or of a new one, which the step that leaves nothing to scan
 * finishes. */
static bool take_step(void* data, int work) {
  struct gc* gc = data;
  if (gc->collecting) return false;
  if (!gc->marking) begin_cycle(gc);
  for (int i = 0; i < work && gc->gray.size > 0; ++i) scan(gc, pop(&gc->gray));
  if (gc->gray.size > 0) return false;
  gc->collecting = true;
  finish_cycle(gc);
  gc->collecting = false;
  return true;
}

static void forget(struct gc* gc) {
  free_list(&gc->objects);
  discard(&gc->gray);
  discard(&gc->ready);
}

SMALL_COLLECTOR("small: incremental, three colours, snapshot",
                "lua,touched=freed-at-once,weak=when-freed",
                OURO_WEAK | OURO_FINALIZER | OURO_STEP);
