// SPDX-License-Identifier: Apache-2.0

#include "model/history/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/judge/paths.h"

namespace ouro {
namespace {

using Kind = ObjectView::Kind;
using State = ObjectView::State;

size_t Index(ObjectId id) { return static_cast<size_t>(id); }

// What is reached from the roots, or from one object alone, without ever passing through another:
// what holds an object's holders must do so without it.
class Search {
 public:
  // From `start`, or from the roots if it is kNone.
  Search(const HeapView& view, ObjectId avoided, ObjectId start = kNone)
      : holders_(Holders(view)), paths_(view.objects.size()), order_(view.objects.size()) {
    std::vector<std::vector<const EntryView*>> entries(view.objects.size());
    for (const EntryView& entry : view.entries) {
      entries[Index(entry.map)].push_back(&entry);
      if (entry.key != entry.map) entries[Index(entry.key)].push_back(&entry);
    }
    for (size_t id = 0; id < holders_.size() && start == kNone; ++id) {
      for (const Holder& holder : holders_[id]) {
        const bool root = holder.from == kNone && static_cast<ObjectId>(id) != avoided;
        if (root) paths_.AddRoot(static_cast<ObjectId>(id), holder.words);
      }
    }
    paths_.AddRoot(start, "");
    for (size_t done = 0; done < paths_.reached().size(); ++done) {
      const ObjectId id = paths_.reached()[done];
      order_[Index(id)] = done + 1;
      const std::vector<ObjectId>& slots = view.objects[Index(id)].slots;
      for (size_t slot = 0; slot < slots.size(); ++slot) {
        if (slots[slot] != avoided) paths_.Extend(id, slot, slots[slot]);
      }
      for (const EntryView* entry : entries[Index(id)]) {
        if (entry->value != avoided) paths_.ExtendByEntry(entry->map, entry->key, entry->value);
      }
    }
  }

  bool reached(ObjectId id) const { return paths_.reached(id); }
  const std::vector<Holder>& holders(ObjectId id) const { return holders_[Index(id)]; }

  // "r2 -> #1 slot 0 -> #0": the path to what `holder` is in, and its reference to `to`. From one
  // object alone it begins with that.
  std::string Path(const Holder& holder, ObjectId to) const {
    std::string path = holder.from == kNone ? "" : paths_.To(holder.from) + " ";
    if (path.starts_with(kNoRoot)) path.erase(0, std::string_view(kNoRoot).size());
    return fmt::format("{}{} -> #{}", path, holder.words, to);
  }

  // Shorter paths come first.
  size_t Order(const Holder& holder) const {
    return holder.from == kNone ? 0 : order_[Index(holder.from)];
  }

  // Whether the reference holds if what the search reached lives.
  bool Counts(const Holder& holder) const {
    return holder.from == kNone ||
           (reached(holder.from) && (holder.key == kNone || reached(holder.key)));
  }

 private:
  static constexpr char kNoRoot[] = " -> ";  // how a path begins from a root without a name

  const std::vector<std::vector<Holder>> holders_;
  Paths paths_;
  std::vector<size_t> order_;  // by object, from 1
};

std::string Describe(const HeapView& view, ObjectId id) {
  const ObjectView& object = view.objects[Index(id)];
  std::string text = fmt::format("#{} is a ", id);
  switch (object.kind) {
    case Kind::kNode:
      text += object.state == State::kFreed ? "node"
                                            : fmt::format("node of {} slots", object.slots.size());
      break;
    case Kind::kLeaf:
      text += "leaf";
      break;
    case Kind::kWeak:
      text += fmt::format("weak reference to #{}", object.target);
      if (object.bond == ObjectView::Bond::kNo) text += ", which it no longer yields";
      if (object.bond == ObjectView::Bond::kMaybe) text += ", which it may no longer yield";
      break;
    case Kind::kMap:
      text += "map";
      break;
  }
  if (object.call != ObjectView::Script::kNone) {
    text += fmt::format("; its {}, def {}, {}",
                        object.kind == Kind::kWeak ? "callback" : "finalizer", object.script,
                        object.call == ObjectView::Script::kRan ? "has run" : "has not run");
  }
  if (object.generation >= 0) text += fmt::format("; in generation {}", object.generation);
  return text;
}

// What refers to an object that no root reaches, and the cycle that it is on.
void DescribeHolders(const HeapView& view, ObjectId id, std::vector<std::string>* lines) {
  const Search from(view, kNone, id);
  for (const Holder& holder : from.holders(id)) {
    if (!from.Counts(holder)) {
      lines->push_back(fmt::format("  #{} {} -> #{}", holder.from, holder.words, id));
      continue;
    }
    lines->push_back(fmt::format("  {} (a cycle)", from.Path(holder, id)));
  }
}

void DescribeWaiting(const HeapView& view, ObjectId id, std::vector<std::string>* lines) {
  const Search from(view, kNone, id);
  const ObjectView& object = view.objects[Index(id)];
  if (object.kind != Kind::kWeak && object.call == ObjectView::Script::kDue) {
    lines->push_back(fmt::format("  its finalizer, def {}, has yet to run", object.script));
  }
  int8_t generation = object.generation;
  for (size_t other = 0; other < view.objects.size(); ++other) {
    const ObjectView& weak = view.objects[other];
    if (weak.kind == Kind::kWeak && weak.target == id && weak.call == ObjectView::Script::kDue &&
        weak.state != State::kFreed && weak.bond != ObjectView::Bond::kNo) {
      lines->push_back(
          fmt::format("  the callback of #{}, def {}, has yet to run", other, weak.script));
    }
    if (from.reached(static_cast<ObjectId>(other))) {
      generation = std::max(generation, weak.generation);
    }
  }
  const bool collecting = std::any_of(view.open.begin(), view.open.end(), [](const OpenView& open) {
    return open.type == OpenView::Type::kCollection;
  });
  if (object.state != State::kTrash || collecting) return;
  lines->push_back(
      generation > 0
          ? fmt::format("  a collection of generation {} or older finds all of this", generation)
          : "  the next collection that looks at it finds it");
}

}  // namespace

std::vector<std::string> PathsTo(const HeapView& view, ObjectId id) {
  const Search search(view, id);
  std::vector<const Holder*> holding;
  for (const Holder& holder : search.holders(id)) {
    if (search.Counts(holder)) holding.push_back(&holder);
  }
  std::stable_sort(holding.begin(), holding.end(), [&](const Holder* a, const Holder* b) {
    return search.Order(*a) < search.Order(*b);
  });
  std::vector<std::string> paths;
  for (size_t i = 0; i < holding.size() && i < kMostPaths; ++i) {
    paths.push_back(search.Path(*holding[i], id));
  }
  if (holding.size() > kMostPaths) {
    paths.push_back(fmt::format("... and {} more references", holding.size() - kMostPaths));
  }
  return paths;
}

bool Reaches(const HeapView& view, ObjectId from, ObjectId to) {
  return Search(view, kNone, from).reached(to);
}

std::vector<std::string> WhyAlive(const HeapView& view, ObjectId id) {
  const ObjectView& object = view.objects[Index(id)];
  std::vector<std::string> lines = {Describe(view, id)};
  if (object.state == State::kFreed) {
    lines.push_back("it is freed");
    return lines;
  }
  const std::vector<std::string> paths = PathsTo(view, id);
  if (!paths.empty()) {
    lines.push_back(object.state == State::kUncollectable ? "it is uncollectable, and held by"
                                                          : "it is held by");
    for (const std::string& path : paths) lines.push_back("  " + path);
    return lines;
  }
  if (object.references == 0) {
    lines.push_back("nothing refers to it: its death is on its way");
  } else {
    lines.push_back(object.clearing
                        ? "no root reaches it, and a collection clears it; it is held by"
                        : "no root reaches it; it is held by");
    DescribeHolders(view, id, &lines);
  }
  const size_t before = lines.size();
  DescribeWaiting(view, id, &lines);
  if (lines.size() > before) {
    lines.insert(lines.begin() + static_cast<ptrdiff_t>(before), "before it can die");
  }
  return lines;
}

}  // namespace ouro
