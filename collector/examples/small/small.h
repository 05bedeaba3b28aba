/* SPDX-License-Identifier: Apache-2.0 */

/* A small collector is a lawful one of one file, which does a textbook's algorithm on memory of its
 * own. This header has what all of them need: objects, registers, vectors, and the functions of
 * ouroboros.h in terms of a few that each collector defines. It hides no part of an algorithm: who
 * is marked, counted, moved, finalized, cleared or freed is in the file of the collector.
 *
 * Before it is included, OBJECT_FIELDS and GC_FIELDS are what the collector adds to its objects and
 * to itself, and MORE_FUNCTIONS, which may be left out, to the table.
 *
 * Place: for the collectors in this folder, and for their mutants (mutants/), with which
 * //properties:small_test measures how tight the bounds of contracts are.
 */

#ifndef COLLECTOR_EXAMPLES_SMALL_SMALL_H_
#define COLLECTOR_EXAMPLES_SMALL_SMALL_H_

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ouroboros.h"

#ifndef MORE_FUNCTIONS
#define MORE_FUNCTIONS
#endif

/* A node, a leaf, or a weak reference: which has one slot, its target, or null. */
struct object {
  struct object* next; /* of all objects, where they are in a list */
  ouro_id id;
  bool weak;
  bool due; /* its finalizer has yet to run */
  int size;
  OBJECT_FIELDS
  struct object* slots[];
};

struct vector {
  struct object** items;
  int size;
  int capacity;
};

struct gc {
  const struct ouro_observer* observer;
  struct object* registers[OURO_REGISTERS + 1]; /* and OURO_SELF: all are roots */
  bool collecting;
  GC_FIELDS
};

/* ---- What each collector defines. */

/* A new object with empty slots; null without memory. Its `next` is the collector's affair. */
static struct object* allocate(struct gc* gc, int size);
/* The object is complete and in its register. */
static void born(struct gc* gc, struct object* object);
/* The write barrier. `value` may be null, or what is there already. */
static void write_slot(struct gc* gc, struct object* holder, int slot, struct object* value);
static void write_register(struct gc* gc, int dest, struct object* value);
/* The read barrier of weak references: returns the target, or null. */
static struct object* target_of(struct gc* gc, struct object* weak);
/* What happens between on_collect and on_done. */
static void run_collection(struct gc* gc, int generation);
/* Frees all memory and empties what GC_FIELDS are. */
static void forget(struct gc* gc);

/* ---- Parts. */

static inline void push(struct vector* vector, struct object* object) {
  if (vector->size == vector->capacity) {
    vector->capacity = vector->capacity == 0 ? 64 : 2 * vector->capacity;
    void* items = realloc(vector->items, (size_t)vector->capacity * sizeof *vector->items);
    if (items == NULL) abort(); /* which is reported as a crash */
    vector->items = items;
  }
  vector->items[vector->size++] = object;
}

static inline struct object* pop(struct vector* vector) {
  return vector->size == 0 ? NULL : vector->items[--vector->size];
}

static inline void discard(struct vector* vector) {
  free(vector->items);
  *vector = (struct vector){0};
}

/* Keeps the order of the others. */
static inline void remove_item(struct vector* vector, const struct object* object) {
  int kept = 0;
  for (int i = 0; i < vector->size; ++i) {
    if (vector->items[i] != object) vector->items[kept++] = vector->items[i];
  }
  vector->size = kept;
}

static inline bool in_register(const struct gc* gc, const struct object* object) {
  for (int i = 0; i <= OURO_REGISTERS; ++i) {
    if (gc->registers[i] == object) return true;
  }
  return false;
}

static inline struct object* new_in_list(struct object** list, int size) {
  struct object* object = calloc(1, sizeof *object + (size_t)size * sizeof object->slots[0]);
  if (object == NULL) return NULL;
  object->size = size;
  object->next = *list;
  *list = object;
  return object;
}

static inline void free_list(struct object** list) {
  while (*list != NULL) {
    struct object* object = *list;
    *list = object->next;
    free(object);
  }
}

static inline void report_free(struct gc* gc, const struct object* object) {
  gc->observer->on_free(gc->observer, object->id);
}

/* Runs the finalizer of `object`, which is a root meanwhile. */
static inline void finalize(struct gc* gc, struct object* object) {
  struct object* outer = gc->registers[OURO_SELF];
  gc->registers[OURO_SELF] = object;
  gc->observer->on_finalize(gc->observer, object->id);
  gc->registers[OURO_SELF] = outer;
}

/* ---- The functions of the table. */

static void* create(const struct ouro_observer* observer) {
  struct gc* gc = calloc(1, sizeof *gc);
  if (gc != NULL) gc->observer = observer;
  return gc;
}

static void reset(void* data) {
  struct gc* gc = data;
  const struct ouro_observer* observer = gc->observer;
  forget(gc);
  memset(gc, 0, sizeof *gc);
  gc->observer = observer;
}

static void destroy(void* data) {
  reset(data);
  free(data);
}

static void give_birth(struct gc* gc, int dest, int size, bool finalizer, struct object* target) {
  struct object* object = allocate(gc, size);
  if (object == NULL) {
    gc->observer->broken(gc->observer, "memory is out");
    return;
  }
  object->due = finalizer;
  if (target != NULL) {
    object->weak = true;
    object->slots[0] = target;
  }
  gc->registers[dest] = object;
  object->id = gc->observer->on_new(gc->observer);
  born(gc, object);
}

static void node(void* gc, int dest, int slots, bool finalizer) {
  give_birth(gc, dest, slots, finalizer, NULL);
}

static void leaf(void* gc, int dest) { give_birth(gc, dest, 0, false, NULL); }

static void weak(void* data, int dest, int target, bool callback) {
  struct gc* gc = data;
  (void)callback; /* always false: OURO_CALLBACK is not claimed */
  give_birth(gc, dest, 1, false, gc->registers[target]);
}

static void copy(void* data, int dest, int from) {
  struct gc* gc = data;
  write_register(gc, dest, gc->registers[from]);
}

static void got(struct gc* gc, int dest, struct object* value) {
  gc->observer->on_got(gc->observer, value == NULL ? OURO_NONE : value->id);
  write_register(gc, dest, value);
}

static void load(void* data, int dest, int from, int slot) {
  struct gc* gc = data;
  got(gc, dest, gc->registers[from]->slots[slot]);
}

static void deref(void* data, int dest, int from) {
  struct gc* gc = data;
  got(gc, dest, target_of(gc, gc->registers[from]));
}

static void store(void* data, int into, int slot, int from) {
  struct gc* gc = data;
  write_slot(gc, gc->registers[into], slot, gc->registers[from]);
}

static void empty_slot(void* data, int into, int slot) {
  struct gc* gc = data;
  write_slot(gc, gc->registers[into], slot, NULL);
}

static void empty_register(void* gc, int dest) { write_register(gc, dest, NULL); }

static void collect(void* data, int generation) {
  struct gc* gc = data;
  gc->observer->on_collect(gc->observer, generation, false);
  run_collection(gc, generation);
  gc->observer->on_done(gc->observer, 0); /* bounds don't judge the number */
}

#define SMALL_COLLECTOR(summary_, contract_, abilities_)                                \
  const struct ouro_collector_table ouro_collector = {OURO_HEADER,                      \
                                                      .summary = summary_,              \
                                                      .contract = contract_,            \
                                                      .abilities = abilities_,          \
                                                      .create = create,                 \
                                                      .destroy = destroy,               \
                                                      .reset = reset,                   \
                                                      .node = node,                     \
                                                      .leaf = leaf,                     \
                                                      .weak = weak,                     \
                                                      .copy = copy,                     \
                                                      .load = load,                     \
                                                      .deref = deref,                   \
                                                      .store = store,                   \
                                                      .empty_slot = empty_slot,         \
                                                      .empty_register = empty_register, \
                                                      .collect = collect,               \
                                                      MORE_FUNCTIONS}

#endif /* COLLECTOR_EXAMPLES_SMALL_SMALL_H_ */
