// SPDX-License-Identifier: Apache-2.0

#include "model/judge/paths.h"

#include <fmt/format.h>

#include <utility>

namespace ouro {
namespace {

constexpr size_t kEnds = 5;  // links shown at each end of a long path

}  // namespace

void Paths::AddRoot(ObjectId id, std::string root) {
  if (id == kNone || reached(id)) return;
  nodes_[static_cast<size_t>(id)] = {.reached = true, .root = std::move(root)};
  reached_.push_back(id);
}

void Paths::Extend(ObjectId from, size_t slot, ObjectId id) {
  if (id == kNone || reached(id)) return;
  nodes_[static_cast<size_t>(id)] = {.reached = true, .from = from, .slot = slot, .root = ""};
  reached_.push_back(id);
}

void Paths::ExtendByEntry(ObjectId map, ObjectId key, ObjectId id) {
  if (id == kNone || reached(id) || !reached(map) || !reached(key)) return;
  nodes_[static_cast<size_t>(id)] = {.reached = true, .from = map, .key = key, .root = ""};
  reached_.push_back(id);
}

std::string Paths::To(ObjectId id) const {
  std::vector<ObjectId> nodes = {id};  // backwards
  while (nodes_[static_cast<size_t>(nodes.back())].from != kNone) {
    nodes.push_back(nodes_[static_cast<size_t>(nodes.back())].from);
  }
  std::string text = nodes_[static_cast<size_t>(nodes.back())].root;
  for (size_t i = nodes.size() - 1; i > 0; --i) {
    const size_t shown = nodes.size() - 1 - i;
    if (shown == kEnds - 1 && i > kEnds) {
      text += fmt::format(" -> ({} more)", i - kEnds);
      i = kEnds;
    }
    const Node& next = nodes_[static_cast<size_t>(nodes[i - 1])];
    text += next.key == kNone ? fmt::format(" -> #{} slot {}", nodes[i], next.slot)
                              : fmt::format(" -> #{} entry of #{}", nodes[i], next.key);
  }
  return text + fmt::format(" -> #{}", id);
}

}  // namespace ouro
