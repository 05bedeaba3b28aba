// SPDX-License-Identifier: Apache-2.0

#include "model/judge/heap_view.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace ouro {
namespace {

using State = ObjectView::State;

size_t Index(ObjectId id) { return static_cast<size_t>(id); }

}  // namespace

std::vector<std::vector<Holder>> Holders(const HeapView& view) {
  std::vector<std::vector<Holder>> holders(view.objects.size());
  const auto add = [&](ObjectId to, Holder holder) {
    if (to != kNone) holders[Index(to)].push_back(std::move(holder));
  };
  for (size_t i = 0; i < view.registers.size(); ++i) {
    add(view.registers[i], {.words = fmt::format("r{}", i)});
  }
  for (size_t i = 0; i < view.pushed.size(); ++i) {
    add(view.pushed[i], {.words = fmt::format("pushed {}", i)});
  }
  for (size_t i = 0; i < view.garbage.size(); ++i) {
    add(view.garbage[i], {.words = fmt::format("garbage {}", i)});
  }
  for (const OpenView& open : view.open) {
    if (open.type == OpenView::Type::kFinalizer || open.type == OpenView::Type::kCallback) {
      add(open.object, {.words = "self of a running script"});
    }
  }
  for (size_t id = 0; id < view.objects.size(); ++id) {
    const std::vector<ObjectId>& slots = view.objects[id].slots;
    for (size_t slot = 0; slot < slots.size(); ++slot) {
      add(slots[slot], {.from = static_cast<ObjectId>(id), .words = fmt::format("slot {}", slot)});
    }
  }
  for (const EntryView& entry : view.entries) {
    add(entry.value,
        {.from = entry.map, .words = fmt::format("entry of #{}", entry.key), .key = entry.key});
  }
  return holders;
}

void FindTrash(HeapView* view) {
  const std::vector<std::vector<Holder>> holders = Holders(*view);
  std::vector<bool> reached(view->objects.size());
  std::vector<ObjectId> work;
  const auto reach = [&](ObjectId id) {
    if (id == kNone || reached[Index(id)]) return;
    reached[Index(id)] = true;
    work.push_back(id);
  };
  for (size_t id = 0; id < holders.size(); ++id) {
    ObjectView& object = view->objects[id];
    object.references = static_cast<int32_t>(holders[id].size());
    for (const Holder& holder : holders[id]) {
      if (holder.from == kNone) reach(static_cast<ObjectId>(id));
    }
  }
  // An entry holds its value while both its map and its key are reached, whichever comes last.
  std::vector<std::vector<const EntryView*>> entries(view->objects.size());
  for (const EntryView& entry : view->entries) {
    entries[Index(entry.map)].push_back(&entry);
    if (entry.key != entry.map) entries[Index(entry.key)].push_back(&entry);
  }
  while (!work.empty()) {
    const ObjectId id = work.back();
    work.pop_back();
    for (const ObjectId to : view->objects[Index(id)].slots) reach(to);
    for (const EntryView* entry : entries[Index(id)]) {
      if (reached[Index(entry->map)] && reached[Index(entry->key)]) reach(entry->value);
    }
  }
  for (size_t id = 0; id < view->objects.size(); ++id) {
    ObjectView& object = view->objects[id];
    if (object.state == State::kLiving && !reached[id]) object.state = State::kTrash;
  }
}

}  // namespace ouro
