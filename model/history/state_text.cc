// SPDX-License-Identifier: Apache-2.0

#include "model/history/state_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "model/check.h"

namespace ouro {
namespace {

using Kind = ObjectView::Kind;
using State = ObjectView::State;

std::string NameOf(ObjectId id) { return id == kNone ? "none" : fmt::format("#{}", id); }

std::string List(const std::vector<ObjectId>& ids) {
  std::vector<std::string> names;
  for (const ObjectId id : ids) names.push_back(NameOf(id));
  return fmt::format("[{}]", fmt::join(names, " "));
}

const char* Word(State state) {
  switch (state) {
    case State::kLiving:
      return "living";
    case State::kTrash:
      return "trash";
    case State::kDying:
      return "dying";
    case State::kUncollectable:
      return "uncollectable";
    case State::kFreed:
      return "freed";
  }
  return "";
}

// What a new object is compared with: nothing in it, and living.
ObjectView Unborn(const ObjectView& object) {
  ObjectView unborn;
  unborn.slots.resize(object.slots.size(), kNone);
  unborn.generation = object.generation;
  return unborn;
}

void ChangesOf(ObjectId id, const ObjectView& before, const ObjectView& after,
               std::vector<std::string>* changes) {
  const auto say = [&](const std::string& what) {
    changes->push_back(fmt::format("#{}{}", id, what));
  };
  if (after.target != before.target) {
    say(" weak to " + NameOf(after.target));
  } else if (after.bond != before.bond && after.state != State::kFreed) {
    say(after.bond == ObjectView::Bond::kYes  ? " yields " + NameOf(after.target)
        : after.bond == ObjectView::Bond::kNo ? " yields nothing"
                                              : " may yield nothing");
  }
  for (size_t slot = 0; slot < after.slots.size(); ++slot) {
    const ObjectId old = slot < before.slots.size() ? before.slots[slot] : kNone;
    const auto kind_of = [slot](const ObjectView& object) {
      return slot < object.kinds.size() ? object.kinds[slot] : kPlain;
    };
    if (after.slots[slot] == old && kind_of(after) == kind_of(before)) continue;
    const bool plain = kind_of(after) == kPlain;
    say(fmt::format(".{}={}{}{}", slot, NameOf(after.slots[slot]), plain ? "" : " as ",
                    plain ? "" : KindName(kind_of(after))));
  }
  const bool had_script = before.call != ObjectView::Script::kNone;
  if (after.call != before.call && had_script) {
    say(after.call == ObjectView::Script::kRan ? " was called" : " may be called again");
  }
  if (after.state != before.state) say(fmt::format(" {}", Word(after.state)));
  if (after.clearing && !before.clearing) say(" is being cleared");
  if (after.generation != before.generation && after.state != State::kFreed) {
    say(after.generation < 0 ? " untracked" : fmt::format(" in generation {}", after.generation));
  }
}

void ChangesOfEntries(const HeapView& before, const HeapView& after,
                      std::vector<std::string>* changes) {
  using Pair = std::pair<ObjectId, ObjectId>;
  std::map<Pair, std::pair<ObjectId, ObjectId>> values;  // before, after
  for (const EntryView& entry : before.entries) {
    values[{entry.map, entry.key}] = {entry.value, kNone};
  }
  for (const EntryView& entry : after.entries) {
    values.try_emplace({entry.map, entry.key}, kNone, kNone).first->second.second = entry.value;
  }
  for (const auto& [pair, value] : values) {
    if (value.first == value.second) continue;
    changes->push_back(fmt::format("#{}[#{}]={}", pair.first, pair.second, NameOf(value.second)));
  }
}

}  // namespace

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::vector<std::string> Changes(const HeapView& before, const HeapView& after) {
  std::vector<std::string> changes;
  for (size_t i = 0; i < after.registers.size(); ++i) {
    if (after.registers[i] == before.registers[i]) continue;
    changes.push_back(fmt::format("r{}={}", i, NameOf(after.registers[i])));
  }
  for (size_t id = 0; id < after.objects.size(); ++id) {
    const ObjectView& object = after.objects[id];
    const ObjectView old = id < before.objects.size() ? before.objects[id] : Unborn(object);
    if (object == old) continue;
    ChangesOf(static_cast<ObjectId>(id), old, object, &changes);
  }
  ChangesOfEntries(before, after, &changes);
  if (after.pushed != before.pushed) changes.push_back("pushed=" + List(after.pushed));
  if (after.garbage != before.garbage) changes.push_back("garbage=" + List(after.garbage));
  if (after.enabled != before.enabled) changes.push_back(after.enabled ? "enabled" : "disabled");
  if (after.saveall != before.saveall) changes.push_back(after.saveall ? "saveall" : "no saveall");
  if (after.thresholds != before.thresholds) {
    changes.push_back(fmt::format("thresholds={}", fmt::join(after.thresholds, ",")));
  }
  return changes;
}

std::string ChangesInALine(const HeapView& before, const HeapView& after, size_t width) {
  const std::vector<std::string> changes = Changes(before, after);
  std::string line;
  for (size_t i = 0; i < changes.size(); ++i) {
    const std::string more = fmt::format("  ... {} more", changes.size() - i);
    const bool last = i + 1 == changes.size();
    if (line.size() + 2 + changes[i].size() + (last ? 0 : more.size()) > width && i > 0) {
      return line + more;
    }
    line += (i == 0 ? "" : "  ") + changes[i];
  }
  return line;
}

std::string WithState(const std::string& trace, const Specimen& specimen, Ending ending) {
  constexpr size_t kColumn = 32;  // where comments begin, unless the line is longer
  constexpr size_t kWidth = 100;  // of a comment
  std::vector<std::string> lines = SplitLines(trace);
  HeapView before;
  before.registers.fill(kNone);
  const size_t first = FirstViewed(trace);
  HistoryEnd end;
  const auto each = [&](const Step& step, const Judge& judge) {
    if (step.line.number < first) return;
    HeapView after = judge.View();
    std::string& line = lines[step.line.number - 1];
    if (step.line.kind != TranscriptLine::Kind::kComment) {
      // The defaults are no change.
      if (before.objects.empty()) before.thresholds = after.thresholds;
      const bool marked = line.find('#') != std::string::npos;  // "# <- here"
      line = fmt::format("{:<{}}  {}{}: {}", line, kColumn, marked ? "" : "# ", step.line.number,
                         ChangesInALine(before, after, kWidth));
      line.erase(line.find_last_not_of(' ') + 1);
    }
    before = std::move(after);
  };
  CHECK(Follow(trace, specimen, ending, each, &end).empty());
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

}  // namespace ouro
