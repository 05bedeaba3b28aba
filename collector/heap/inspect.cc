// SPDX-License-Identifier: Apache-2.0

// Introspection (section 10), and the heap's invariants recomputed from the graph, for tests and
// for debugging embedders.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"

namespace ouro::heap {

namespace {

std::string Describe(Object object, const std::string& what) {
  return "object " + std::to_string(object) + ": " + what;
}

}  // namespace

void Heap::ForEachTracked(const std::function<void(Object, int)>& visit) const {
  for (int generation = 0; generation < kGenerations; ++generation) {
    const ObjectList& list = storage_.lists[generation];
    for (size_t i = 0; i < list.size; ++i) {
      if (list.objects[i] != kNull) visit(list.objects[i], generation);
    }
  }
}

std::vector<Object> Heap::GetObjects(int generation) const {
  std::vector<Object> objects;
  ForEachTracked([&](Object object, int its) {
    if (its == generation) objects.push_back(object);
  });
  return objects;
}

std::vector<Object> Heap::GetReferrers(Object object) const {
  std::vector<Object> referrers;
  ForEachTracked([&](Object candidate, int) {
    bool refers = false;
    ForEachReferent(candidate, [&](Object held) { refers = refers || held == object; });
    if (refers) referrers.push_back(candidate);
  });
  return referrers;
}

// Counted first: push_back must not throw through the type's own function.
std::vector<Object> Heap::GetReferents(Object object) const {
  size_t count = 0;
  ForEachReferent(object, [&](Object held) { count += held != kNull ? 1 : 0; });
  std::vector<Object> referents;
  referents.reserve(count);
  ForEachReferent(object, [&](Object held) {
    if (held != kNull) referents.push_back(held);
  });
  return referents;
}

// --- Invariants

bool Heap::idle() const {
  return user_code_ == 0 && !collecting_ && !clearing_ && !clear_runs_ && dying_ == kNull &&
         storage_.pending_releases.size == 0 && storage_.lists[kTrash].size == 0 &&
         storage_.lists[kUncollectable].size == 0 && storage_.lists[kCallbacks].size == 0;
}

std::vector<Object> Heap::Objects() const {
  std::vector<Object> objects;
  // As many as there should be; size_ itself may be what is wrong.
  objects.reserve(std::min<size_t>(static_cast<size_t>(size_), storage_.handle_limit()));
  for (uint32_t number = 1; number < storage_.page_count(); ++number) {
    for (uint32_t i = 0; i < storage_.page(number).used; ++i) {
      const Object object = (number << Storage::kPageBits) + i;
      if (storage_.ListOf(object) != kFree) objects.push_back(object);
    }
  }
  return objects;
}

std::string Heap::Verify(const std::vector<Object>& held) const {
  const std::vector<Object> objects = Objects();
  if (size_ != static_cast<int64_t>(objects.size())) {
    return "size() is " + std::to_string(size_) + " but there are " +
           std::to_string(objects.size()) + " objects";
  }
  // All references, sorted by what they refer to.
  size_t references = held.size() + storage_.garbage.size + storage_.pending_releases.size;
  for (const Object object : objects) {
    ForEachReferent(object, [&](Object) { ++references; });
  }
  std::vector<Object> counted;
  counted.reserve(references);  // push_back must not throw through a type's own function
  counted.insert(counted.end(), held.begin(), held.end());
  const auto count = [&counted](Object object) {
    if (object != kNull) counted.push_back(object);
  };
  for (const ObjectList* list : {&storage_.garbage, &storage_.pending_releases}) {
    std::for_each(list->objects, list->objects + list->size, count);
  }
  for (const Object object : objects) ForEachReferent(object, count);
  std::sort(counted.begin(), counted.end());
  auto next = counted.begin();
  for (const Object object : objects) {  // sorted too
    const auto end = std::upper_bound(next, counted.end(), object);
    if (next != end && *next != object) return Describe(*next, "is referenced but does not exist");
    std::string wrong = VerifyObject(object, static_cast<uint32_t>(end - next));
    if (wrong.empty()) wrong = VerifyWeaks(object);
    if (wrong.empty()) wrong = VerifyEntries(object);
    if (!wrong.empty()) return Describe(object, wrong);
    next = end;
  }
  if (next != counted.end()) return Describe(*next, "is referenced but does not exist");
  if (storage_.list_index[kNull] != 0 || storage_.refs[kNull] != 0) return "kNull is counted";
  if (storage_.Bits(kNull) != kTrash) return "the state of kNull has changed";
  // During a birth the new cell is neither free nor an object.
  if (std::string wrong = idle() ? storage_.Verify() : ""; !wrong.empty()) return wrong;
  return VerifyLists();
}

std::string Heap::VerifyObject(Object object, uint32_t counted) const {
  const List list = storage_.ListOf(object);
  const uint32_t refs = storage_.refs[object];
  if (storage_.Has(object, kUnreached)) return "marked kUnreached, but no traversal runs";
  if (list == kDying) {  // its count may be a cursor
    if (counted != 0) return "dying but referenced";
    return idle() ? "dead but not freed" : "";
  }
  if (refs < counted || (idle() && refs != counted && refs != kMaxReferences)) {
    return std::to_string(refs) + " references counted, " + std::to_string(counted) + " found";
  }
  const bool leaf = DescriptorOf(object).type.leaf;
  if (list < kLists) {
    if (leaf) return "a leaf is tracked";
    const ObjectList& members = storage_.lists[list];
    const uint32_t index = storage_.list_index[object];
    if (index >= members.size || members.objects[index] != object)
      return "not at its index in its list";
  }
  if (!idle()) return "";
  if (refs == 0) return "alive but unreferenced";
  if (storage_.Has(object, kReported)) return "reported free but alive";
  if (!leaf && list > kGeneration2) return "in no generation";
  return "";
}

std::string Heap::VerifyWeaks(Object object) const {
  if (IsWeak(object)) {
    const Weak& weak = WeakOf(object);
    if (weak.target == kNull) return "";
    if (!storage_.Has(weak.target, kHasWeakRefs)) return "its target lacks the flag kHasWeakRefs";
    const Object after =
        weak.newer != kNull ? WeakOf(weak.newer).older : storage_.NewestWeak(weak.target);
    return after == object ? "" : "not in the list of its target";
  }
  if (!storage_.Has(object, kHasWeakRefs)) return "";
  Object newer = kNull;
  for (Object weak = storage_.NewestWeak(object); weak != kNull; weak = WeakOf(weak).older) {
    if (!IsWeak(weak)) return "its list of weak references has another object";
    if (WeakOf(weak).target != object) return "a weak reference to it has another target";
    if (WeakOf(weak).newer != newer) return "its list of weak references is linked wrongly";
    newer = weak;
  }
  return newer == kNull ? "flagged kHasWeakRefs without one" : "";
}

std::string Heap::VerifyLists() const {
  for (int number = 0; number < kLists; ++number) {
    const ObjectList& list = storage_.lists[number];
    size_t holes = 0;
    for (size_t i = 0; i < list.size; ++i) {
      const Object object = list.objects[i];
      if (object == kNull) {
        ++holes;
      } else if (storage_.ListOf(object) != number || storage_.list_index[object] != i) {
        return Describe(object, "in a list or at an index that differs from its own");
      }
    }
    if (holes != list.holes) return "a list has miscounted its holes";
  }
  return "";
}

}  // namespace ouro::heap
