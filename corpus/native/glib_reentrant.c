/* SPDX-License-Identifier: Apache-2.0 */

// GLib 2.74 to 2.90: GArray, GPtrArray and GTree free an element before they know that they have it
// no more. If what frees it empties the container, it is freed twice: in C that is a rule to know,
// in a dispose function that runs a script it is hard to keep.
//
//     cc glib_reentrant.c $(pkg-config --cflags --libs glib-2.0) && ./a.out array
//
// `array`, `pointers` or `tree`: exits 1 or crashes where the bug is present. Ouroboros found it
// with the kinds of `gobject?kinds`.

#include <glib.h>
#include <stdio.h>
#include <string.h>

static GArray* array;
static GPtrArray* pointers;
static GTree* tree;
static int freed;

static void Empty(void) {
  if (array != NULL) g_array_set_size(array, 0);
  if (pointers != NULL) g_ptr_array_set_size(pointers, 0);
  if (tree != NULL) g_tree_remove_all(tree);
}

static void FreeElement(void* element) {
  (void)element;
  if (++freed == 1) Empty();
}

static int Compare(const void* a, const void* b, void* data) {
  (void)data;
  return strcmp(a, b);
}

int main(int argc, char** argv) {
  const char* const what = argc > 1 ? argv[1] : "tree";
  if (strcmp(what, "array") == 0) {
    array = g_array_new(FALSE, TRUE, sizeof(int));
    g_array_set_clear_func(array, FreeElement);
    g_array_set_size(array, 1);
  } else if (strcmp(what, "pointers") == 0) {
    pointers = g_ptr_array_new_with_free_func(FreeElement);
    g_ptr_array_add(pointers, argv);
  } else {
    tree = g_tree_new_full(Compare, NULL, NULL, FreeElement);
    g_tree_insert(tree, "key", argv);
  }
  Empty();
  printf("freed: %d of 1\n", freed);
  return freed != 1;
}
