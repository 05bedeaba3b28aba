// SPDX-License-Identifier: Apache-2.0

#include "fuzz/reach/conjunction.h"

#include <fmt/format.h>

#include <array>
#include <span>

namespace ouro {
namespace {

using Names = std::span<const char* const>;

constexpr const char* kMarkNames[kMarks] = {
    "resurrected by count",
    "resurrected in a collection",
    "born in a finalizer",
    "born in a callback",
    "born in a collection",
    "saved in the garbage list",
    "released from it",
    "found by a script",
    "promoted",
    "born after a failure",
    "disposed",
    "its finalizer raised",
    "filled",
    "popped",
    "a watcher died",
    "an entry was removed",
};
constexpr const char* kLookNames[kLooks] = {
    "a census",      "dereferenced",         "loaded",          "watched",
    "keyed",         "young collection",     "full collection", "held by an older one",
    "dies by count", "dies in a collection",
};
constexpr const char* kArgumentNames[kArguments] = {"threshold A", "threshold B or C", "garbage I",
                                                    "fail F"};
constexpr const char* kValueNames[kValues] = {"128",   "256",         "32768",
                                              "65536", "the largest", "as many as there are"};
constexpr const char* kHostNames[kHosts] = {
    "an emptied register", "a store",  "an emptied slot", "a copy",       "a load",
    "a dereference",       "a lookup", "an entry",        "a removal",    "a clearing",
    "a copy of slots",     "a pop",    "garbage clear",   "a collection", "a birth",
};
constexpr const char* kDeedNames[kDeeds] = {
    "a script finds an object", "a script misses one", "a script bears",
    "a script drops",           "a script stores",     "a script takes garbage",
    "a script takes a census",  "a script collects",   "a script writes there, too",
};
constexpr const char* kChangeNames[kChanges] = {
    "threshold", "enable", "disable", "saveall on", "saveall off", "fail", "garbage clear",
};
constexpr const char* kPlaceNames[kPlaces] = {
    "in a finalizer",
    "in a callback",
    "in a finalizer of a collection",
    "in a callback of a collection",
};
constexpr const char* kTraitNames[kTraits] = {
    "a leaf", "an old node", "one with a finalizer", "a watched one",
    "a key",  "a wide one",  "a weak reference",     "a map",
};
constexpr const char* kAmountNames[kAmounts] = {
    "100 alive",
    "300 alive",
    "1000 alive",
    "10 in the garbage list",
    "30 in the garbage list",
    "8 watch one object",
    "14 watch one object",
    "20 die in one operation",
    "100 die in one operation",
    "10 scripts in one operation",
    "30 scripts in one operation",
    "10 born in the scripts of one operation",
    "40 born in the scripts of one operation",
    "10 entries made in one map",
    "20 pushed by one",
    "3 full nodes of eight slots die in one operation",
    "8 finalizers run in one operation",
    "scripts five deep",
};
constexpr const char* kOne[] = {""};

struct Table {
  const char* form;  // of its names
  Names rows;
  Names columns;
};
// clang-format off
const std::array<Table, kGroups> kTables = {{
    {"{}, then {}", kMarkNames, kLookNames},
    {"{} near {}, in main", kArgumentNames, kValueNames},
    {"{} near {}, in a script", kArgumentNames, kValueNames},
    {"in {}, {}", kHostNames, kDeedNames},
    {"{} {}", kChangeNames, kPlaceNames},
    {"{} and {} die by count", kTraitNames, kTraitNames},
    {"{} and {} die in a collection", kTraitNames, kTraitNames},
    {"{}{}", kAmountNames, kOne},
}};
// clang-format on

struct Cell {
  Group group;
  size_t row;
  size_t column;
};

size_t Base(Group group) {
  size_t base = 0;
  for (size_t i = 0; i < static_cast<size_t>(group); ++i) {
    base += kTables[i].rows.size() * kTables[i].columns.size();
  }
  return base;
}

Cell CellOf(size_t index) {
  size_t group = 0;
  while (group + 1 < kGroups && index >= Base(static_cast<Group>(group + 1))) ++group;
  const size_t within = index - Base(static_cast<Group>(group));
  const size_t columns = kTables[group].columns.size();
  return {static_cast<Group>(group), within / columns, within % columns};
}

// Rows and columns that no program can join, or need not.
struct Excuse {
  Group group;
  int row;     // -1: any
  int column;  // -1: any
  const char* why;
};
template <typename Enum>
constexpr int At(Enum value) {
  return static_cast<int>(value);
}
constexpr const char* kWritesNothing = "it writes to no register or slot";
constexpr const char* kCountsNothing = "nothing that an observer sees counts towards it";
constexpr const char* kTooLong = "a list of so many takes longer than programs may";
constexpr const char* kNoSuchElement = "the operation is void: no list is so long";
constexpr Excuse kExcuses[] = {
    {Group::kValueInMain, At(Argument::kGarbage), At(Value::k32768), kTooLong},
    {Group::kValueInMain, At(Argument::kGarbage), At(Value::k65536), kTooLong},
    {Group::kValueInMain, At(Argument::kGarbage), At(Value::kLargest), kNoSuchElement},
    {Group::kValueInScript, At(Argument::kGarbage), At(Value::k32768), kTooLong},
    {Group::kValueInScript, At(Argument::kGarbage), At(Value::k65536), kTooLong},
    {Group::kValueInScript, At(Argument::kGarbage), At(Value::kLargest), kNoSuchElement},
    {Group::kUserCode, At(Host::kPop), At(Deed::kUndoes), kWritesNothing},
    {Group::kUserCode, At(Host::kClearGarbage), At(Deed::kUndoes), kWritesNothing},
    {Group::kUserCode, At(Host::kCollect), At(Deed::kUndoes), kWritesNothing},
    {Group::kValueInMain, At(Argument::kLaterThreshold), At(Value::kAsMany), kCountsNothing},
    {Group::kValueInMain, At(Argument::kFailure), At(Value::kAsMany), kCountsNothing},
    {Group::kValueInScript, At(Argument::kLaterThreshold), At(Value::kAsMany), kCountsNothing},
    {Group::kValueInScript, At(Argument::kFailure), At(Value::kAsMany), kCountsNothing},
};

}  // namespace

size_t ConjunctionOf(Group group, size_t row, size_t column) {
  return Base(group) + row * kTables[static_cast<size_t>(group)].columns.size() + column;
}

std::string ConjunctionName(size_t index) {
  const Cell cell = CellOf(index);
  const bool pair =
      cell.group == Group::kDieTogether || cell.group == Group::kDieTogetherCollection;
  if (pair && cell.row >= cell.column) return "";
  const Table& table = kTables[static_cast<size_t>(cell.group)];
  return fmt::format(fmt::runtime(table.form), table.rows[cell.row], table.columns[cell.column]);
}

const char* WhyExcused(size_t index) {
  const Cell cell = CellOf(index);
  for (const Excuse& excuse : kExcuses) {
    if (excuse.group == cell.group &&
        (excuse.row < 0 || static_cast<size_t>(excuse.row) == cell.row) &&
        (excuse.column < 0 || static_cast<size_t>(excuse.column) == cell.column)) {
      return excuse.why;
    }
  }
  return nullptr;
}

}  // namespace ouro
