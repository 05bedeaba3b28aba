/* SPDX-License-Identifier: Apache-2.0 */

/* Reference counting with trial deletion, after Bacon and Rajan (2001), the synchronous algorithm.
 * What loses a reference and lives is a candidate: purple, in a buffer. A collection takes away the
 * references within what candidates reach (gray), gives them back where a count is left (black),
 * and the rest is trash (white). If finalizers of trash have run, it looks once more.
 *
 * Place: a small collector (small.h).
 */

#define OBJECT_FIELDS  \
  int count;           \
  unsigned char color; \
  bool buffered;       \
  bool dead; /* reported and cut off; its memory waits for its place in the buffer */
#define GC_FIELDS         \
  struct object* objects; \
  struct vector buffer;   \
  struct vector white;    \
  struct vector weaks;

#include "small.h"

enum { BLACK, GRAY, WHITE, PURPLE };

/* ---- Counting. */

static void release(struct gc* gc, struct object* object);

static void increment(struct object* object) {
  if (object == NULL) return;
  ++object->count;
  object->color = BLACK;
}

static void become_candidate(struct gc* gc, struct object* object) {
  object->color = PURPLE;
  if (object->buffered) return;
  object->buffered = true;
  push(&gc->buffer, object);
}

static void decrement(struct gc* gc, struct object* object) {
  if (object == NULL) return;
  if (--object->count == 0) {
    release(gc, object);
  } else if (object->size > 0 && !object->weak) {
    become_candidate(gc, object);
  }
}

/* Null if there is none: weak references have a target, and hold nothing. */
static struct object* held(const struct object* object, int slot) {
  return object->weak ? NULL : object->slots[slot];
}

/* ---- Death. */

static void clear_weak(struct gc* gc, const struct object* target) {
  for (int i = 0; i < gc->weaks.size; ++i) {
    struct object** slot = &gc->weaks.items[i]->slots[0];
    if (*slot == target) *slot = NULL;
  }
}

static void free_memory(struct gc* gc, struct object* object) {
  struct object** link = &gc->objects;
  while (*link != object) link = &(*link)->next;
  *link = object->next;
  free(object);
}

static void die(struct gc* gc, struct object* object) {
  report_free(gc, object);
  clear_weak(gc, object);
  if (object->weak) remove_item(&gc->weaks, object);
}

/* REQUIRES: the count is zero. */
static void release(struct gc* gc, struct object* object) {
  object->color = BLACK;
  if (object->due) {
    object->due = false;
    ++object->count; /* of the finalizer */
    finalize(gc, object);
    if (--object->count > 0) {
      become_candidate(gc, object);
      return;
    }
    object->color = BLACK; /* the finalizer may have made it a candidate */
  }
  die(gc, object);
  for (int i = 0; i < object->size; ++i) {
    struct object* child = held(object, i);
    object->slots[i] = NULL;
    decrement(gc, child);
  }
  object->dead = true;
  if (!object->buffered) free_memory(gc, object);
}

/* ---- Trial deletion. */

static void mark_gray(struct object* object) {
  if (object->color == GRAY) return;
  object->color = GRAY;
  for (int i = 0; i < object->size; ++i) {
    struct object* child = held(object, i);
    if (child == NULL) continue;
    --child->count;
    mark_gray(child);
  }
}

static void mark_roots(struct gc* gc) {
  int kept = 0;
  for (int i = 0; i < gc->buffer.size; ++i) {
    struct object* o = gc->buffer.items[i];
    if (o->color == PURPLE && o->count > 0) {
      mark_gray(o);
      gc->buffer.items[kept++] = o;
      continue;
    }
    o->buffered = false;
    if (o->dead) free_memory(gc, o);
  }
  gc->buffer.size = kept;
}

static void scan_black(struct object* object) {
  object->color = BLACK;
  for (int i = 0; i < object->size; ++i) {
    struct object* child = held(object, i);
    if (child == NULL) continue;
    ++child->count;
    if (child->color != BLACK) scan_black(child);
  }
}

static void scan(struct object* object) {
  if (object->color != GRAY) return;
  if (object->count > 0) {
    scan_black(object);
    return;
  }
  object->color = WHITE;
  for (int i = 0; i < object->size; ++i) {
    if (held(object, i) != NULL) scan(held(object, i));
  }
}

/* Gives the references of white objects back, so that finalizers see true counts. */
static void gather_white(struct gc* gc, struct object* object) {
  if (object->color != WHITE) return;
  object->color = BLACK;
  push(&gc->white, object);
  for (int i = 0; i < object->size; ++i) {
    struct object* child = held(object, i);
    if (child == NULL) continue;
    ++child->count;
    gather_white(gc, child);
  }
}

/* Puts the trash of the candidates into `white`. The buffer is empty afterwards. */
static void find_trash(struct gc* gc) {
  gc->white.size = 0;
  mark_roots(gc);
  for (int i = 0; i < gc->buffer.size; ++i) scan(gc->buffer.items[i]);
  for (int i = 0; i < gc->buffer.size; ++i) {
    gc->buffer.items[i]->buffered = false;
    gather_white(gc, gc->buffer.items[i]);
  }
  gc->buffer.size = 0;
}

/* ---- Collections. */

/* Each object of the trash has one more reference while finalizers run. Returns whether any ran. */
static bool finalize_trash(struct gc* gc) {
  struct vector trash = gc->white;
  gc->white = (struct vector){0};
  bool any = false;
  for (int i = 0; i < trash.size; ++i) any |= trash.items[i]->due;
  if (!any) {
    gc->white = trash;
    return false;
  }
  for (int i = 0; i < trash.size; ++i) increment(trash.items[i]);
  for (int i = 0; i < trash.size; ++i) {
    if (!trash.items[i]->due) continue;
    trash.items[i]->due = false;
    finalize(gc, trash.items[i]);
  }
  for (int i = 0; i < trash.size; ++i) decrement(gc, trash.items[i]);
  discard(&trash);
  return true;
}

static void spare(struct gc* gc, struct object* object) {
  if (object->color == BLACK) return;
  object->color = BLACK;
  for (int i = 0; i < object->size; ++i) {
    if (held(object, i) != NULL) spare(gc, held(object, i));
  }
}

/* Trash that a finalizer made may have one itself. That waits for the next collection. */
static void spare_due(struct gc* gc) {
  int kept = 0;
  for (int i = 0; i < gc->white.size; ++i) gc->white.items[i]->color = WHITE;
  for (int i = 0; i < gc->white.size; ++i) {
    if (gc->white.items[i]->due) spare(gc, gc->white.items[i]);
  }
  for (int i = 0; i < gc->white.size; ++i) {
    struct object* o = gc->white.items[i];
    if (o->color == WHITE) {
      gc->white.items[kept++] = o;
    } else if (o->size > 0 && !o->weak) {
      become_candidate(gc, o);
    }
  }
  gc->white.size = kept;
}

/* What white objects refer to, and was spared, may die of that. It reaches none of them. */
static void free_white(struct gc* gc) {
  struct vector white = gc->white;
  gc->white = (struct vector){0};
  for (int i = 0; i < white.size; ++i) {
    white.items[i]->color = WHITE;
    die(gc, white.items[i]);
  }
  for (int i = 0; i < white.size; ++i) {
    struct object* o = white.items[i];
    for (int slot = 0; slot < o->size; ++slot) {
      struct object* child = held(o, slot);
      if (child != NULL && child->color != WHITE) decrement(gc, child);
    }
  }
  for (int i = 0; i < white.size; ++i) free_memory(gc, white.items[i]);
  discard(&white);
}

static void run_collection(struct gc* gc, int generation) {
  (void)generation;
  if (gc->collecting) return;
  gc->collecting = true;
  find_trash(gc);
  if (finalize_trash(gc)) {
    find_trash(gc);
    spare_due(gc);
  }
  free_white(gc);
  gc->collecting = false;
}

/* ---- The mutator. */

static struct object* allocate(struct gc* gc, int size) { return new_in_list(&gc->objects, size); }

static void born(struct gc* gc, struct object* object) {
  object->count = 1;
  if (object->weak) push(&gc->weaks, object);
}

static void assign(struct gc* gc, struct object** place, struct object* value) {
  struct object* old = *place;
  increment(value);
  *place = value;
  decrement(gc, old);
}

static void write_slot(struct gc* gc, struct object* holder, int slot, struct object* value) {
  assign(gc, &holder->slots[slot], value);
}

static void write_register(struct gc* gc, int dest, struct object* value) {
  assign(gc, &gc->registers[dest], value);
}

static struct object* target_of(struct gc* gc, struct object* weak) {
  (void)gc;
  return weak->slots[0];
}

static void forget(struct gc* gc) {
  free_list(&gc->objects);
  discard(&gc->buffer);
  discard(&gc->white);
  discard(&gc->weaks);
}

SMALL_COLLECTOR("small: counting with trial deletion", "php", OURO_WEAK | OURO_FINALIZER);
