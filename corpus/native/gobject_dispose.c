/* SPDX-License-Identifier: Apache-2.0 */

// GLib 2.74 to 2.90: g_object_run_dispose, which is for asking a living object to let go of what it
// holds, ends what is weak to it: a GWeakRef yields NULL, and the callback of g_object_weak_ref is
// called, though the object lives on, and is as usable as before. Toolkits call it whenever a
// window is closed.
//
//     cc gobject_dispose.c $(pkg-config --cflags --libs gobject-2.0) && ./a.out
//
// Exits 1 where it is so, `./a.out control` (without the dispose) with 0. gjsify/gjsify #1489 has
// what it led to in a bridge to JavaScript, which took the callback for the object's end.

#include <glib-object.h>
#include <stdio.h>

static int called;

static void Died(void* data, GObject* where) {
  (void)data, (void)where;
  ++called;
}

int main(int argc, char** argv) {
  (void)argv;
  GObject* const object = g_object_new(G_TYPE_OBJECT, NULL);
  GWeakRef weak;
  g_weak_ref_init(&weak, object);
  g_object_weak_ref(object, Died, NULL);

  if (argc < 2) g_object_run_dispose(object);
  GObject* const got = g_weak_ref_get(&weak);
  const int fails = got != object || called != 0;
  printf("GLib %u.%u: the object has %u references; its weak reference yields %s, called: %d: %s\n",
         glib_major_version, glib_minor_version, object->ref_count - (got != NULL),
         got != NULL ? "it" : "NULL", called, fails ? "FAILS" : "passes");
  return fails;
}
