/* SPDX-License-Identifier: Apache-2.0 */

/* Cheney's copying collector: two spaces, each a chain of blocks. A collection copies what
 * registers reach into the other space, breadth first, and leaves forwarding pointers behind. What
 * was not copied is dead; finalizers run after that, without `self`, as in Ruby. They may collect:
 * then all objects move while the outer collection waits.
 *
 * Place: a small collector (small.h).
 */

struct object;
struct block;

#define OBJECT_FIELDS struct object* forward; /* where it was copied to */
#define GC_FIELDS      \
  struct block* first; \
  struct block* last;  \
  struct vector weaks; \
  struct due* dues;    \
  int due_count;       \
  int due_capacity;

#include "small.h"

#define BLOCK_BYTES 1024 /* small, so that programs fill several */

struct block {
  struct block* next;
  size_t used;
  _Alignas(16) char bytes[BLOCK_BYTES];
};

/* The id of a dead object whose finalizer has yet to run: there is no object any more. */
struct due {
  ouro_id id;
};

/* ---- Spaces. */

static size_t bytes_of(int size) {
  return sizeof(struct object) + (size_t)size * sizeof(struct object*);
}

/* Returns null without memory. */
static struct object* take(struct gc* gc, int size) {
  const size_t bytes = bytes_of(size);
  if (gc->last == NULL || gc->last->used + bytes > BLOCK_BYTES) {
    struct block* block = malloc(sizeof *block);
    if (block == NULL) return NULL;
    block->next = NULL;
    block->used = 0;
    if (gc->last == NULL) gc->first = block;
    if (gc->last != NULL) gc->last->next = block;
    gc->last = block;
  }
  struct object* object = (struct object*)(gc->last->bytes + gc->last->used);
  gc->last->used += bytes;
  return object;
}

static void free_space(struct block* block) {
  while (block != NULL) {
    struct block* next = block->next;
    memset(block->bytes, 0xdb, block->used); /* a stale pointer should not work by chance */
    free(block);
    block = next;
  }
}

/* ---- The mutator. */

static struct object* allocate(struct gc* gc, int size) {
  struct object* object = take(gc, size);
  if (object == NULL) return NULL;
  memset(object, 0, bytes_of(size));
  object->size = size;
  return object;
}

static void born(struct gc* gc, struct object* object) {
  if (object->weak) push(&gc->weaks, object);
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

/* ---- Copying. */

static struct object* forward(struct gc* gc, struct object* object) {
  if (object == NULL) return NULL;
  if (object->forward != NULL) return object->forward;
  struct object* copied = take(gc, object->size);
  if (copied == NULL) abort();
  memcpy(copied, object, bytes_of(object->size));
  object->forward = copied;
  return copied;
}

static void scan(struct gc* gc, struct object* object) {
  if (object->weak) return;
  for (int i = 0; i < object->size; ++i) object->slots[i] = forward(gc, object->slots[i]);
}

/* The objects between `scan` and the end of the new space are gray. */
static void copy_reachable(struct gc* gc) {
  for (int i = 0; i <= OURO_REGISTERS; ++i) gc->registers[i] = forward(gc, gc->registers[i]);
  for (struct block* block = gc->first; block != NULL; block = block->next) {
    for (size_t at = 0; at < block->used;) {
      struct object* object = (struct object*)(block->bytes + at);
      scan(gc, object);
      at += bytes_of(object->size);
    }
  }
}

/* The table of weak references: those that were copied, at their new places, with the new places of
 * their targets. */
static void update_weak(struct gc* gc) {
  int kept = 0;
  for (int i = 0; i < gc->weaks.size; ++i) {
    struct object* weak = gc->weaks.items[i]->forward;
    if (weak == NULL) continue;
    if (weak->slots[0] != NULL) weak->slots[0] = weak->slots[0]->forward;
    gc->weaks.items[kept++] = weak;
  }
  gc->weaks.size = kept;
}

static void enqueue(struct gc* gc, ouro_id id) {
  if (gc->due_count == gc->due_capacity) {
    gc->due_capacity = gc->due_capacity == 0 ? 16 : 2 * gc->due_capacity;
    struct due* dues = realloc(gc->dues, (size_t)gc->due_capacity * sizeof *dues);
    if (dues == NULL) abort();
    gc->dues = dues;
  }
  gc->dues[gc->due_count++].id = id;
}

static void report_dead(struct gc* gc, struct block* space) {
  for (struct block* block = space; block != NULL; block = block->next) {
    for (size_t at = 0; at < block->used;) {
      const struct object* object = (const struct object*)(block->bytes + at);
      at += bytes_of(object->size);
      if (object->forward != NULL) continue;
      report_free(gc, object);
      if (object->due) enqueue(gc, object->id);
    }
  }
}

/* ---- Collections. */

static void run_collection(struct gc* gc, int generation) {
  (void)generation;
  struct block* from = gc->first;
  gc->first = gc->last = NULL;
  copy_reachable(gc);
  update_weak(gc);
  report_dead(gc, from);
  free_space(from);
  if (gc->collecting) return; /* the outer collection empties the queue */
  gc->collecting = true;
  while (gc->due_count > 0) {
    struct object* outer = gc->registers[OURO_SELF];
    gc->registers[OURO_SELF] = NULL;
    gc->observer->on_finalize(gc->observer, gc->dues[--gc->due_count].id);
    gc->registers[OURO_SELF] = outer;
  }
  gc->collecting = false;
}

static void forget(struct gc* gc) {
  free_space(gc->first);
  discard(&gc->weaks);
  free(gc->dues);
}

SMALL_COLLECTOR("small: copying, finalizers after death", "ruby", OURO_WEAK | OURO_FINALIZER);
