// SPDX-License-Identifier: Apache-2.0

// A program set is the set of programs that a merge has run, each as the hash of its text
// (fuzz/hash.h), which is also its name in the corpora of campaigns. So a program that many
// machines have is known by its name, and its file is not opened.
//
// Place: below merges. One thread.
//
// Memory: 16 to 32 bytes a program, and 17 in the log; kMaxSetPrograms bounds both.

#ifndef FUZZ_MERGE_PROGRAM_SET_H_
#define FUZZ_MERGE_PROGRAM_SET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/merge/append_log.h"

namespace ouro {

inline constexpr size_t kMaxSetPrograms = 100'000'000;  // 3 GiB of memory

class ProgramSet {
 public:
  // Reads the set from its log, which is made if it is missing. Returns "" or "PATH: why".
  // REQUIRES, of all other functions: this returned "".
  std::string Open(const std::string& path);

  bool Contains(uint64_t hash) const;
  // Adds programs, those that are there already excepted, and logs them. Returns "" or "PATH: why".
  std::string Add(const std::vector<uint64_t>& hashes);
  size_t size() const { return size_; }

 private:
  bool Insert(uint64_t hash);
  void Grow();

  AppendLog log_;
  std::vector<uint64_t> table_;  // open addressing; 0: empty
  bool zero_ = false;            // whether the hash 0 is in the set
  size_t size_ = 0;
};

// The hash in a file name like those of corpora, sixteen digits and the ending of programs. Returns
// false if it is another name.
bool HashInName(std::string_view name, uint64_t* hash);
// That name.
std::string NameOf(uint64_t hash);
// Reads such a hash at the start of a line, and removes it.
bool TakeHash(std::string_view* line, uint64_t* hash);

}  // namespace ouro

#endif  // FUZZ_MERGE_PROGRAM_SET_H_
