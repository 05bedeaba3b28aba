/* A toy heap is a mark and sweep collector in plain C: objects with slots, weak references,
 * finalizers that may bring objects back, and nothing else.
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
  bool weak; /* it has one slot, which does not hold what is in it */
  int tag;   /* the embedder's */
  int size;
  struct toy_object* slots[];
};

struct toy_heap {
  struct toy_object* objects;
  bool collecting;

  /* The embedder fills in these. */
  struct toy_object** roots;
  int root_count;
  void (*finalize)(struct toy_heap* heap, struct toy_object* object);
  void (*freed)(struct toy_heap* heap, struct toy_object* object);
};

/* An object with empty slots, or null if memory is out. */
struct toy_object* toy_new(struct toy_heap* heap, int size, bool finalizer);

/* A weak reference to `target`: slots[0] becomes null when the target is freed. */
struct toy_object* toy_new_weak(struct toy_heap* heap, struct toy_object* target);

/* Runs the finalizers of what no root reaches, each once, and frees what no root reaches then.
 * Within a finalizer it does nothing. Returns how many objects it freed. */
int toy_collect(struct toy_heap* heap);

/* Frees all objects, without finalizers. */
void toy_clear(struct toy_heap* heap);

#endif /* COLLECTOR_EXAMPLES_C_TOY_GC_H_ */
