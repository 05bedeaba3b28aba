// SPDX-License-Identifier: Apache-2.0

// A one-page example: a small document with a cycle, as trees with parent pointers have, on a heap
// with CPython's rules.
//
//   bazel run //collector/examples/heap
//
// Place: shows how to embed collector/heap; no part of Ouroboros uses it.

#include <cstdio>
#include <string>

#include "collector/heap/handle.h"
#include "collector/heap/heap.h"

namespace {

using ouro::heap::Handle;
using ouro::heap::Heap;
using ouro::heap::Object;
using ouro::heap::Slot;

// A payload is a struct of your own. Its references are Slots; it may also have a string.
struct Element {
  std::string name;
  Slot<Element> parent = {};
  Slot<Element> first_child = {};
  Slot<Element> next_sibling = {};
};

void Say(Heap& heap, const char* what, Object object) {
  std::printf("%s %s\n", what, static_cast<Element*>(heap.Payload(object))->name.c_str());
}

// The child references its parent and the parent its child: a cycle, which counting never frees.
void Append(const Handle<Element>& parent, const Handle<Element>& child) {
  child.Set(&Element::parent, parent);
  child.Set(&Element::next_sibling, parent.Get(&Element::first_child));
  parent.Set(&Element::first_child, child);
}

}  // namespace

int main() {
  Heap heap({});  // PEP 442: finalizers run once, also in cycles
  const auto element = ouro::heap::Register<Element>(
      heap,
      {.name = "Element", .finalize = [](Heap& h, Object object) { Say(h, "finalized", object); }},
      &Element::parent, &Element::first_child, &Element::next_sibling);

  Handle<Element> alone = New(heap, element, "alone");
  alone.Reset();  // the last reference: finalized and freed here

  Handle<Element> root = New(heap, element, "root");
  Append(root, New(heap, element, "head"));
  Append(root, New(heap, element, "body"));

  const auto watch = NewWeak(
      heap, root, [](Heap& h, Object) { std::printf("root is gone; %d left\n", int(h.size())); });

  root.Reset();
  std::printf("%d objects, though nothing of ours holds the document\n", int(heap.size()) - 1);
  if (const Handle<Element> again = Lock(heap, watch))
    std::printf("%s lives\n", again->name.c_str());

  std::printf("collected %d\n", int(heap.Collect()));
  std::printf("%s; heap: %s\n", Lock(heap, watch) ? "root lives" : "root is dead",
              heap.Verify({watch.object()}).empty() ? "sound" : "unsound");
}
