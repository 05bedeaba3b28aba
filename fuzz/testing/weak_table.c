/* SPDX-License-Identifier: Apache-2.0 */

/* The weak table is a collector with a bug behind a rare branch: mark and sweep, whose weak
 * references are in a table that grows in steps and shrinks. When it shrinks from its third size,
 * the last weak reference is lost, and is not cleared when its target dies. No event tells the
 * sizes of the table apart; branches do, each step having its own.
 *
 * Place: for the test of edges, and for measuring what they are worth (docs/power.md). It is built
 * with and without instrumentation.
 */

#define FIRST_SIZE 4
#define SECOND_SIZE 6
#define THIRD_SIZE 8

#define OBJECT_FIELDS bool marked;
#define GC_FIELDS         \
  struct object* objects; \
  struct object** weaks;  \
  int count;              \
  int capacity;

#include "small.h"

/* ---- The table. */

static void resize(struct gc* gc, int capacity) {
  void* const weaks = realloc(gc->weaks, (size_t)capacity * sizeof *gc->weaks);
  if (weaks == NULL) abort(); /* which is reported as a crash */
  gc->weaks = weaks;
  gc->capacity = capacity;
}

static void grow(struct gc* gc) {
  switch (gc->capacity) {
    case 0:
      resize(gc, FIRST_SIZE);
      break;
    case FIRST_SIZE:
      resize(gc, SECOND_SIZE);
      break;
    case SECOND_SIZE:
      resize(gc, THIRD_SIZE);
      break;
    default:
      resize(gc, 2 * gc->capacity);
  }
}

static void shrink(struct gc* gc) {
  if (gc->count == 0 || gc->count > FIRST_SIZE) return;
  switch (gc->capacity) {
    case SECOND_SIZE:
      resize(gc, FIRST_SIZE);
      break;
    case THIRD_SIZE:
      resize(gc, FIRST_SIZE);
      --gc->count; /* the bug */
      break;
    default:
      break;
  }
}

static void clear_weak(struct gc* gc) {
  int kept = 0;
  for (int i = 0; i < gc->count; ++i) {
    struct object* const weak = gc->weaks[i];
    if (!weak->marked) continue;
    if (weak->slots[0] != NULL && !weak->slots[0]->marked) weak->slots[0] = NULL;
    gc->weaks[kept++] = weak;
  }
  gc->count = kept;
}

/* ---- The mutator. */

static struct object* allocate(struct gc* gc, int size) { return new_in_list(&gc->objects, size); }

static void born(struct gc* gc, struct object* object) {
  if (!object->weak) return;
  if (gc->count == gc->capacity) grow(gc);
  gc->weaks[gc->count++] = object;
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

/* ---- Collections. */

/* As deep as the graph, which is small. */
static void mark(struct object* object) {
  if (object == NULL || object->marked) return;
  object->marked = true;
  for (int i = 0; i < object->size && !object->weak; ++i) mark(object->slots[i]);
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
  for (struct object* o = gc->objects; o != NULL; o = o->next) o->marked = false;
  for (int i = 0; i <= OURO_REGISTERS; ++i) mark(gc->registers[i]);
  clear_weak(gc);
  shrink(gc);
  sweep(gc);
}

static void forget(struct gc* gc) {
  free_list(&gc->objects);
  free(gc->weaks);
}

SMALL_COLLECTOR("a weak table that loses one", "lua", OURO_WEAK);
