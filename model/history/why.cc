// SPDX-License-Identifier: Apache-2.0

#include "model/history/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ouro {
namespace {

using Kind = ObjectView::Kind;
using State = ObjectView::State;

size_t Index(ObjectId id) { return static_cast<size_t>(id); }

// "#1 slot 0 -> #0" of the last reference of a path that came to `holder`'s object.
std::string Link(const Holder& holder, ObjectId to) {
  return fmt::format("{} -> #{}", holder.words, to);
}

// A breadth-first search that never passes through one object: what holds its holders must do so
// without it.
class Search {
 public:
  // From the roots, or from `start` alone if it is not kNone.
  Search(const HeapView& view, ObjectId avoided, ObjectId start = kNone)
      : view_(view),
        avoided_(avoided),
        nodes_(view.objects.size()),
        holders_(Holders(view)),
        entries_(view.objects.size()) {
    for (const EntryView& entry : view.entries) {
      entries_[Index(entry.map)].push_back(&entry);
      if (entry.key != entry.map) entries_[Index(entry.key)].push_back(&entry);
    }
    for (size_t id = 0; id < holders_.size(); ++id) {
      for (const Holder& holder : holders_[id]) {
        if (start == kNone && holder.from == kNone) Reach(static_cast<ObjectId>(id), holder);
      }
    }
    if (start != kNone) Reach(start, {});
    for (size_t done = 0; done < reached_.size(); ++done) Spread(reached_[done]);
  }

  bool reached(ObjectId id) const { return nodes_[Index(id)].reached; }
  const std::vector<Holder>& holders(ObjectId id) const { return holders_[Index(id)]; }

  // "r2 -> #1 slot 0 -> #0": the path to what `holder` is in, and its reference to `to`.
  std::string Path(const Holder& holder, ObjectId to) const {
    std::vector<std::string> links = {Link(holder, to)};
    ObjectId at = holder.from;
    while (at != kNone && links.size() < kMostOnPath) {
      const Node& node = nodes_[Index(at)];
      // The object where the search started has no holder.
      links.push_back(node.holder.words.empty() ? fmt::format("#{}", at) : Link(node.holder, at));
      at = node.holder.from;
    }
    if (at != kNone) links.push_back("...");
    std::reverse(links.begin(), links.end());
    return fmt::format("{}", fmt::join(links, " "));
  }

  size_t Length(const Holder& holder) const {
    return holder.from == kNone ? 0 : nodes_[Index(holder.from)].length + 1;
  }

  // Whether the reference holds if what the search reached lives.
  bool Counts(const Holder& holder) const {
    return holder.from == kNone ||
           (reached(holder.from) && (holder.key == kNone || reached(holder.key)));
  }

 private:
  struct Node {
    bool reached = false;
    size_t length = 0;
    Holder holder = {};  // by which it was reached
  };

  void Reach(ObjectId id, const Holder& holder) {
    Node& node = nodes_[Index(id)];
    if (node.reached || id == avoided_) return;
    node = {.reached = true, .length = Length(holder), .holder = holder};
    reached_.push_back(id);
  }

  void Spread(ObjectId id) {
    const std::vector<ObjectId>& slots = view_.objects[Index(id)].slots;
    for (size_t slot = 0; slot < slots.size(); ++slot) {
      if (slots[slot] == kNone) continue;
      Reach(slots[slot], {.from = id, .words = fmt::format("slot {}", slot)});
    }
    for (const EntryView* entry : entries_[Index(id)]) {
      if (!reached(entry->map) || !reached(entry->key)) continue;
      Reach(entry->value, {.from = entry->map,
                           .words = fmt::format("entry of #{}", entry->key),
                           .key = entry->key});
    }
  }

  const HeapView& view_;
  const ObjectId avoided_;
  std::vector<Node> nodes_;
  const std::vector<std::vector<Holder>> holders_;
  std::vector<std::vector<const EntryView*>> entries_;  // of each map and each key
  std::vector<ObjectId> reached_;
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
      lines->push_back(fmt::format("  #{} {}", holder.from, Link(holder, id)));
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
    return search.Length(*a) < search.Length(*b);
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
