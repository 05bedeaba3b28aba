// The heap's invariants, recomputed from the graph: for tests, and for embedders that doubt.

#include <algorithm>

#include "collector/heap.h"

namespace ouro::heap {

namespace {

std::string Say(Object object, const std::string& what) {
  return "object " + std::to_string(object) + ": " + what;
}

}  // namespace

bool Heap::idle() const {
  return hooks_running_ == 0 && !collecting_ && !clearing_ && deaths_.empty() && pending_.empty() &&
         reached_.empty() && lists_[kTrash].empty() && lists_[kUncollectable].empty() &&
         lists_[kToCall].empty();
}

std::vector<Object> Heap::Objects() const {
  std::vector<Object> objects;
  for (size_t number = 1; number < pages_.size(); ++number) {
    for (uint32_t i = 0; i < pages_[number].used; ++i) {
      const Object object = static_cast<Object>(number << kPageBits) + i;
      if (At(object).kind != Kind::kFree) objects.push_back(object);
    }
  }
  return objects;
}

std::string Heap::Verify(const std::vector<Object>& held) const {
  const std::vector<Object> objects = Objects();
  if (live_ != static_cast<int64_t>(objects.size())) {
    return "size() is " + std::to_string(live_) + " but there are " +
           std::to_string(objects.size()) + " objects";
  }
  std::vector<uint32_t> counted(name_limit(), 0);
  for (const Object object : held) ++counted[object];
  for (const Object object : garbage_) ++counted[object];
  for (const Object object : objects) {
    const Cell& cell = At(object);
    for (uint32_t i = 0; i < cell.slot_count; ++i) ++counted[cell.slots()[i]];
  }
  for (const Object object : objects) {
    std::string wrong = VerifyObject(object, counted[object]);
    if (wrong.empty() && At(object).kind != Kind::kLeaf) wrong = VerifyWeaks(object);
    if (!wrong.empty()) return Say(object, wrong);
    counted[object] = 0;
  }
  for (size_t number = 1; number < pages_.size(); ++number) {
    for (uint32_t i = 0; i < pages_[number].used; ++i) {
      const Object object = static_cast<Object>(number << kPageBits) + i;
      if (counted[object] != 0) return Say(object, "is held but does not exist");
      if (shadow_[object] != 0) return Say(object, "has a shadow count between collections");
    }
  }
  if (shadow_[kNull] != 0) return "kNull has a shadow count";
  return VerifyLists();
}

std::string Heap::VerifyObject(Object object, uint32_t counted) const {
  const Cell& cell = At(object);
  const std::string counts =
      std::to_string(cell.refs) + " references counted, " + std::to_string(counted) + " found";
  if (cell.refs < counted || (idle() && cell.refs != counted)) return counts;
  if (cell.list != kNoList) {
    if (cell.kind == Kind::kLeaf) return "a leaf is tracked";
    if (cell.refs == 0) return "tracked while dying";
    const std::vector<Object>& list = lists_[cell.list];
    if (cell.place >= list.size() || list[cell.place] != object) return "not where it is tracked";
  }
  if (!idle()) return "";
  if (cell.refs == 0) return "dead but not freed";
  if ((cell.flags & kReported) != 0) return "reported free but alive";
  if (cell.kind != Kind::kLeaf && cell.list > kGeneration2) return "in no generation";
  return "";
}

std::string Heap::VerifyWeaks(Object object) const {
  Cell& cell = At(object);
  if (cell.kind == Kind::kWeak) {
    if (cell.weak == kNull) return "";
    if (At(cell.weak).kind != Kind::kNode) return "its target is not a node";
    const Object neighbour = cell.Newer();
    const Object after = neighbour != kNull ? At(neighbour).Older() : At(cell.weak).weak;
    return after == object ? "" : "its target does not know it";
  }
  Object newer = kNull;
  for (Object weak = cell.weak; weak != kNull; weak = At(weak).Older()) {
    if (At(weak).kind != Kind::kWeak) return "a weak reference to it is none";
    if (At(weak).weak != object) return "a weak reference to it has another target";
    if (At(weak).Newer() != newer) return "its weak references are linked wrongly";
    newer = weak;
  }
  return "";
}

std::string Heap::VerifyLists() const {
  for (int number = 0; number < kLists; ++number) {
    const std::vector<Object>& list = lists_[number];
    for (size_t i = 0; i < list.size(); ++i) {
      if (list[i] == kNull && number > kGeneration2) continue;
      if (list[i] == kNull) return "a generation has a hole";
      const Cell& cell = At(list[i]);
      if (cell.list != number || cell.place != i) return Say(list[i], "listed where it is not");
    }
  }
  return "";
}

}  // namespace ouro::heap
