/* SPDX-License-Identifier: Apache-2.0 */

// GLib 2.74 to 2.90: an object keeps its GWeakRefs in a list (2.74; an array in 2.90), so that each
// that is cleared, or dies with its owner, before the object does walks past the others. Of n of
// them in the order of their birth that takes n * n / 2 steps: in 2.74 80,000 take seven seconds.
//
//     cc glib_many_weak_refs.c $(pkg-config --cflags --libs gobject-2.0) && ./a.out
//
// Exits 1 where 40,000 take more than eight times as long as 10,000; `./a.out control`, which
// clears the newest first, with 0. Found by `ouro growth --specimen gobject`: "weak references die
// before their target".

#include <glib-object.h>
#include <stdio.h>

static double MillisecondsFor(int n, gboolean newest_first) {
  GObject* const object = g_object_new(G_TYPE_OBJECT, NULL);
  GWeakRef* const refs = g_new0(GWeakRef, n);
  for (int i = 0; i < n; ++i) g_weak_ref_init(&refs[i], object);
  const gint64 begin = g_get_monotonic_time();
  for (int i = 0; i < n; ++i) g_weak_ref_clear(&refs[newest_first ? n - 1 - i : i]);
  const double milliseconds = (double)(g_get_monotonic_time() - begin) / 1000;
  g_free(refs);
  g_object_unref(object);
  return milliseconds;
}

int main(int argc, char** argv) {
  (void)argv;
  const double few = MillisecondsFor(10000, argc > 1);
  const double many = MillisecondsFor(40000, argc > 1);
  printf("10,000: %.1f ms; 40,000: %.1f ms\n", few, many);
  return many > 8 * few ? 1 : 0;
}
