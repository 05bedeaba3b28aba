/* SPDX-License-Identifier: Apache-2.0 */

/* A toy heap is a mark-and-sweep collector in plain C: objects with slots, weak references, and
 * finalizers that may resurrect objects.
 *
 * Place: the collector that GUIDE.md tests. It knows nothing of Ouroboros; toy_adapter.c does.
 */

#ifndef COLLECTOR_EXAMPLES_C_TOY_GC_H_
#define COLLECTOR_EXAMPLES_C_TOY_GC_H_

#include <stdbool.h>

struct toy_object {
  struct toy_object* next; /* all objects, the newest first */
  bool marked;
  bool due;  /* its finalizer has yet to run */
  bool weak; /* it has one slot, which does not keep its object alive */
  int tag;   /* for the embedder */
  int size;
  struct toy_object* slots[];
};

struct toy_heap {
  struct toy_object* objects;
  bool collecting;

  /* Set by the embedder. */
  struct toy_object** roots;
  int root_count;
  void (*finalize)(struct toy_heap* heap, struct toy_object* object);
  void (*freed)(struct toy_heap* heap, struct toy_object* object);
};

/* A new object with empty slots; null without memory. */
struct toy_object* toy_new(struct toy_heap* heap, int size, bool finalizer);

/* A weak reference to `target`: slots[0] becomes null when the target is freed. */
struct toy_object* toy_new_weak(struct toy_heap* heap, struct toy_object* target);

/* Runs the finalizers of unreachable objects, each once, then frees the objects still unreachable.
 * Does nothing within a finalizer. Returns how many objects it freed. */
int toy_collect(struct toy_heap* heap);

/* Frees all objects, without finalizers. */
void toy_clear(struct toy_heap* heap);

#endif /* COLLECTOR_EXAMPLES_C_TOY_GC_H_ */
