/* SPDX-License-Identifier: Apache-2.0 */

/* The adapter of the toy heap: it turns operations into calls of toy_gc.h, and what the heap does
 * into events.
 *
 * Place: an example of ouroboros.h. GUIDE.md explains it.
 */

#include <stdlib.h>

#include "ouroboros.h"
#include "toy_gc.h"

/* `heap` is first, so that a pointer to it is a pointer to the struct. */
struct adapter {
  struct toy_heap heap;
  const struct ouro_observer* observer;
  struct toy_object* registers[OURO_REGISTERS + 1]; /* and OURO_SELF: all are roots */
};

static void finalize(struct toy_heap* heap, struct toy_object* object) {
  struct adapter* a = (struct adapter*)heap;
  struct toy_object* outer = a->registers[OURO_SELF];
  a->registers[OURO_SELF] = object;
  a->observer->on_finalize(a->observer, object->tag);
  a->registers[OURO_SELF] = outer;
}

static void freed(struct toy_heap* heap, struct toy_object* object) {
  struct adapter* a = (struct adapter*)heap;
  a->observer->on_free(a->observer, object->tag);
}

static void* create(const struct ouro_observer* observer) {
  struct adapter* a = calloc(1, sizeof *a);
  if (a == NULL) return NULL;
  a->observer = observer;
  a->heap.roots = a->registers;
  a->heap.root_count = OURO_REGISTERS + 1;
  a->heap.finalize = finalize;
  a->heap.freed = freed;
  return a;
}

static void reset(void* gc) {
  struct adapter* a = gc;
  toy_clear(&a->heap);
  for (int i = 0; i <= OURO_REGISTERS; ++i) a->registers[i] = NULL;
  a->heap.collecting = false;
}

static void destroy(void* gc) {
  reset(gc);
  free(gc);
}

static void born(struct adapter* a, int dest, struct toy_object* object) {
  if (object == NULL) {
    a->observer->broken(a->observer, "memory is out");
    return;
  }
  a->registers[dest] = object;
  object->tag = a->observer->on_new(a->observer);
}

static void node(void* gc, int dest, int slots, bool finalizer) {
  struct adapter* a = gc;
  born(a, dest, toy_new(&a->heap, slots, finalizer));
}

static void leaf(void* gc, int dest) { node(gc, dest, 0, false); }

static void weak(void* gc, int dest, int target, bool callback) {
  struct adapter* a = gc;
  (void)callback; /* always false: OURO_CALLBACK is not claimed */
  born(a, dest, toy_new_weak(&a->heap, a->registers[target]));
}

static void copy(void* gc, int dest, int from) {
  struct adapter* a = gc;
  a->registers[dest] = a->registers[from];
}

static void load(void* gc, int dest, int from, int slot) {
  struct adapter* a = gc;
  struct toy_object* value = a->registers[from]->slots[slot];
  a->registers[dest] = value;
  a->observer->on_got(a->observer, value == NULL ? OURO_NONE : value->tag);
}

static void deref(void* gc, int dest, int weak) { load(gc, dest, weak, 0); }

static void store(void* gc, int into, int slot, int from) {
  struct adapter* a = gc;
  a->registers[into]->slots[slot] = a->registers[from];
}

static void empty_slot(void* gc, int into, int slot) {
  struct adapter* a = gc;
  a->registers[into]->slots[slot] = NULL;
}

static void empty_register(void* gc, int dest) {
  struct adapter* a = gc;
  a->registers[dest] = NULL;
}

static void collect(void* gc, int generation) {
  struct adapter* a = gc;
  a->observer->on_collect(a->observer, generation, false);
  a->observer->on_done(a->observer, toy_collect(&a->heap));
}

const struct ouro_collector_table ouro_collector = {
    OURO_HEADER,
    .summary = "a toy: mark and sweep, with finalizers and weak references",
    .contract = "lua,touched=freed-at-once,weak=when-freed",
    .abilities = OURO_WEAK | OURO_FINALIZER,
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .node = node,
    .leaf = leaf,
    .weak = weak,
    .copy = copy,
    .load = load,
    .deref = deref,
    .store = store,
    .empty_slot = empty_slot,
    .empty_register = empty_register,
    .collect = collect,
};
