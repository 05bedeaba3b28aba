// Introspection (section 10), and the heap's invariants, recomputed from the graph: for tests, and
// for embedders that doubt.

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

std::string Say(Object object, const std::string& what) {
  return "object " + std::to_string(object) + ": " + what;
}

}  // namespace

void Heap::ForEachTracked(const std::function<void(Object, int)>& visit) const {
  for (int generation = 0; generation < kGenerations; ++generation) {
    const NameList& list = storage_.lists[generation];
    for (size_t i = 0; i < list.size; ++i) {
      if (list.names[i] != kNull) visit(list.names[i], generation);
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
    ForEachReference(candidate, [&](Object held) { refers = refers || held == object; });
    if (refers) referrers.push_back(candidate);
  });
  return referrers;
}

// Counted first, as nothing may be thrown through the type's own function.
std::vector<Object> Heap::GetReferents(Object object) const {
  size_t count = 0;
  ForEachReference(object, [&](Object held) { count += held != kNull ? 1 : 0; });
  std::vector<Object> referents;
  referents.reserve(count);
  ForEachReference(object, [&](Object held) {
    if (held != kNull) referents.push_back(held);
  });
  return referents;
}

// --- Invariants

bool Heap::idle() const {
  return user_code_ == 0 && !collecting_ && !clearing_ && !clear_runs_ && dying_ == kNull &&
         storage_.leaving.size == 0 && storage_.lists[kTrash].size == 0 &&
         storage_.lists[kUncollectable].size == 0 && storage_.lists[kToCall].size == 0;
}

std::vector<Object> Heap::Objects() const {
  std::vector<Object> objects;
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
  // All references, as often as there are of them, in the order of what they refer to.
  size_t references = held.size() + storage_.garbage.size + storage_.leaving.size;
  for (const Object object : objects) {
    ForEachReference(object, [&](Object) { ++references; });
  }
  std::vector<Object> counted;
  counted.reserve(references);  // so that nothing is thrown through a type's own function
  counted.insert(counted.end(), held.begin(), held.end());
  const auto count = [&counted](Object object) {
    if (object != kNull) counted.push_back(object);
  };
  for (const NameList* list : {&storage_.garbage, &storage_.leaving}) {
    std::for_each(list->names, list->names + list->size, count);
  }
  for (const Object object : objects) ForEachReference(object, count);
  std::sort(counted.begin(), counted.end());
  auto next = counted.begin();
  for (const Object object : objects) {  // in the same order
    const auto end = std::upper_bound(next, counted.end(), object);
    if (next != end && *next != object) return Say(*next, "is held but does not exist");
    std::string wrong = VerifyObject(object, static_cast<uint32_t>(end - next));
    if (wrong.empty()) wrong = VerifyWeaks(object);
    if (!wrong.empty()) return Say(object, wrong);
    next = end;
  }
  if (next != counted.end()) return Say(*next, "is held but does not exist");
  if (storage_.place[kNull] != 0 || storage_.refs[kNull] != 0) return "kNull is counted";
  // An object that is about to be born is neither free nor there.
  if (std::string wrong = idle() ? storage_.Verify() : ""; !wrong.empty()) return wrong;
  return VerifyLists();
}

std::string Heap::VerifyObject(Object object, uint32_t counted) const {
  const List list = storage_.ListOf(object);
  const uint32_t refs = storage_.refs[object];
  if (list == kDying) {  // its count may be a cursor
    if (counted != 0) return "held while dying";
    return idle() ? "dead but not freed" : "";
  }
  if (refs < counted || (idle() && refs != counted && refs != kMaxReferences)) {
    return std::to_string(refs) + " references counted, " + std::to_string(counted) + " found";
  }
  const bool container = DescriptorOf(object).type.container;
  if (list < kLists) {
    if (!container) return "an atom is tracked";
    const NameList& members = storage_.lists[list];
    const uint32_t place = storage_.place[object];
    if (place >= members.size || members.names[place] != object) return "not where it is tracked";
  }
  if (!idle()) return "";
  if (refs == 0) return "nothing holds it";
  if (storage_.Has(object, kReported)) return "reported free but alive";
  if (container && list > kGeneration2) return "in no generation";
  return "";
}

std::string Heap::VerifyWeaks(Object object) const {
  if (IsWeak(object)) {
    const Weak& weak = WeakOf(object);
    if (weak.target == kNull) return "";
    if (!storage_.Has(weak.target, kWatched)) return "its target is not watched";
    const Object after =
        weak.newer != kNull ? WeakOf(weak.newer).older : storage_.NewestWeak(weak.target);
    return after == object ? "" : "its target does not know it";
  }
  if (!storage_.Has(object, kWatched)) return "";
  Object newer = kNull;
  for (Object weak = storage_.NewestWeak(object); weak != kNull; weak = WeakOf(weak).older) {
    if (!IsWeak(weak)) return "a weak reference to it is none";
    if (WeakOf(weak).target != object) return "a weak reference to it has another target";
    if (WeakOf(weak).newer != newer) return "its weak references are linked wrongly";
    newer = weak;
  }
  return newer == kNull ? "watched without a weak reference" : "";
}

// Every cell that was handed out is an object, at hand, or on its page's stack of free cells.
std::string Storage::Verify() const {
  uint32_t busy = 0;
  uint32_t vacant = 0;
  for (uint32_t number = 1; number < page_count_; ++number) {
    const Page& page = pages_[number];
    if (page.layout == nullptr) {
      ++vacant;
      continue;
    }
    const Layout& layout = *page.layout;
    if (layout.spares > Layout::kSpares) return "too many cells are at hand";
    const auto here = [number](Object cell) { return cell >> kPageBits == number; };
    uint32_t cells =
        static_cast<uint32_t>(std::count_if(layout.spare, layout.spare + layout.spares, here));
    for (uint32_t i = 0; i < page.used; ++i) {
      cells += ListOf((number << kPageBits) + i) != kFree ? 1 : 0;
    }
    if (cells != page.taken) {
      return "page " + std::to_string(number) + " has " + std::to_string(page.taken) +
             " cells taken, and " + std::to_string(cells) + " are";
    }
    uint32_t free = 0;
    for (Object cell = page.free; cell != kNull; cell = refs[cell], ++free) {
      if (!here(cell) || ListOf(cell) != kFree) return Say(cell, "free and not free");
      if (free == page.used) return "the free cells of a page are a circle";
    }
    if (cells + free != page.used) return "a page has lost cells";
    if (page.plain != layout.plain || page.tracked != layout.tracked ||
        page.by_type != layout.by_type || page.plain_run != layout.plain_run) {
      return "a page is not as its layout is";
    }
    const bool open = page.previous != 0 || layout.open == number;
    if (open != (page.taken < page.capacity)) return "a page with room is not open, or reverse";
    if (open && page.next != 0 && pages_[page.next].previous != number)
      return "open pages unlinked";
    busy += page.taken > 0 ? 1 : 0;
  }
  if (busy != busy_pages_ || busy > peak_pages_) return "busy pages are miscounted";
  for (uint32_t number = vacant_; number != 0; number = pages_[number].next) --vacant;
  return vacant == 0 ? "" : "vacant pages are miscounted";
}

std::string Heap::VerifyLists() const {
  for (int number = 0; number < kLists; ++number) {
    const NameList& list = storage_.lists[number];
    size_t holes = 0;
    for (size_t i = 0; i < list.size; ++i) {
      const Object object = list.names[i];
      if (object == kNull) {
        ++holes;
      } else if (storage_.ListOf(object) != number || storage_.place[object] != i) {
        return Say(object, "listed where it is not");
      }
    }
    if (holes != list.holes) return "a list has miscounted its holes";
  }
  return "";
}

}  // namespace ouro::heap
