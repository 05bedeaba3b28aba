// SPDX-License-Identifier: Apache-2.0

#include "fuzz/merge/program_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ouro {
namespace {

constexpr size_t kFirstTable = size_t{1} << 12;
constexpr size_t kDigits = 16;  // of a hash
constexpr std::string_view kEnding = ".gct";

// FNV mixes its last bytes into the low bits alone; tables take the high bits of a product.
size_t PlaceOf(uint64_t hash, size_t table) {
  return static_cast<size_t>((hash * 0x9e3779b97f4a7c15u) >> 20) & (table - 1);
}

}  // namespace

bool TakeHash(std::string_view* line, uint64_t* hash) {
  if (line->size() < kDigits) return false;
  const auto good = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!std::all_of(line->begin(), line->begin() + kDigits, good)) return false;
  std::from_chars(line->data(), line->data() + kDigits, *hash, 16);
  line->remove_prefix(kDigits);
  return true;
}

bool HashInName(std::string_view name, uint64_t* hash) {
  return name.size() == kDigits + kEnding.size() && name.ends_with(kEnding) &&
         TakeHash(&name, hash);
}

std::string NameOf(uint64_t hash) { return fmt::format("{:016x}{}", hash, kEnding); }

std::string ProgramSet::Open(const std::string& path) {
  table_.assign(kFirstTable, 0);
  return log_.Open(path, [this](std::string_view line) {
    uint64_t hash;
    if (!TakeHash(&line, &hash) || !line.empty() || size_ == kMaxSetPrograms) return false;
    Insert(hash);
    return true;
  });
}

bool ProgramSet::Contains(uint64_t hash) const {
  if (hash == 0) return zero_;
  for (size_t i = PlaceOf(hash, table_.size()); table_[i] != 0; i = (i + 1) & (table_.size() - 1)) {
    if (table_[i] == hash) return true;
  }
  return false;
}

bool ProgramSet::Insert(uint64_t hash) {
  if (Contains(hash)) return false;
  ++size_;
  if (hash == 0) {
    zero_ = true;
    return true;
  }
  if (size_ * 2 > table_.size()) Grow();
  size_t i = PlaceOf(hash, table_.size());
  while (table_[i] != 0) i = (i + 1) & (table_.size() - 1);
  table_[i] = hash;
  return true;
}

void ProgramSet::Grow() {
  std::vector<uint64_t> old(table_.size() * 2, 0);
  old.swap(table_);
  for (const uint64_t hash : old) {
    if (hash == 0) continue;
    size_t i = PlaceOf(hash, table_.size());
    while (table_[i] != 0) i = (i + 1) & (table_.size() - 1);
    table_[i] = hash;
  }
}

std::string ProgramSet::Add(const std::vector<uint64_t>& hashes) {
  if (hashes.size() > kMaxSetPrograms - size_) {
    return fmt::format("more than {} programs: merge the other folders into another one",
                       kMaxSetPrograms);
  }
  std::string lines;
  for (const uint64_t hash : hashes) {
    if (Insert(hash)) lines += fmt::format("{:016x}\n", hash);
  }
  return log_.Append(lines);
}

}  // namespace ouro
