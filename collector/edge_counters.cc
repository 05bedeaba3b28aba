// SPDX-License-Identifier: Apache-2.0

#include "collector/edge_counters.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "collector/edge_callbacks.h"

namespace ouro {
namespace {

// FNV-1a, by words.
uint64_t Mix(uint64_t hash, uint64_t word) { return (hash ^ word) * 0x100000001b3u; }

// By the path of the library.
std::map<std::string, EdgeCounters>& Registry() {
  static std::map<std::string, EdgeCounters> registry;
  return registry;
}

}  // namespace

EdgeCounters::EdgeCounters(const std::vector<LoadedObject>& objects) {
  for (const LoadedObject& object : objects) Add(object);
}

void EdgeCounters::Add(const LoadedObject& object) {
  const ObjectSections sections = SectionsOf(object);
  if (sections.counters.size > 0) {
    ranges_.push_back(sections.counters);
    edges_ += sections.counters.size;
    layout_ = Mix(Mix(layout_, 0xcbf29ce484222325u), sections.counters.size);
    const auto* const pcs = reinterpret_cast<const uintptr_t*>(sections.pcs.begin);
    for (size_t i = 0; i + 1 < sections.pcs.size / sizeof *pcs; i += 2) {
      layout_ = Mix(layout_, pcs[i] - object.base);
    }
    return;
  }
  // There is one table. The program names the callback because it exports it.
  if (object.program || !sections.traces_pc || traced_.size > 0) return;
  traced_ = object.whole;
  ranges_.push_back({reinterpret_cast<uintptr_t>(TracedCounters()), kTracedEdges});
  layout_ = Mix(Mix(layout_, 1), traced_.size);
}

void EdgeCounters::Begin() const {
  TracePcsIn(traced_);
  Clear();
}

void EdgeCounters::Clear() const {
  for (const MemoryRange& range : ranges_) {
    std::memset(reinterpret_cast<void*>(range.begin), 0, range.size);
  }
}

void RegisterEdges(const std::string& library, const std::vector<LoadedObject>& before) {
  std::vector<LoadedObject> fresh = LoadedObjects();
  std::erase_if(fresh, [&before](const LoadedObject& object) {
    return std::any_of(before.begin(), before.end(),
                       [&object](const auto& other) { return other.base == object.base; });
  });
  Registry().try_emplace(library, fresh);
}

std::string LibraryOf(const Specimen& specimen) {
  std::string found;
  for (const auto& [library, counters] : Registry()) {
    const std::string name = "lib:" + library;
    const bool same = specimen.name == name || specimen.name.starts_with(name + "?");
    if (same && library.size() > found.size()) found = library;
  }
  return found;
}

EdgeCounters EdgeCountersOf(const Specimen& specimen) {
  if (!specimen.in_process) return EdgeCounters();
  const std::string library = LibraryOf(specimen);
  return library.empty() ? EdgeCounters({LoadedObjects().front()}) : Registry().at(library);
}

}  // namespace ouro
