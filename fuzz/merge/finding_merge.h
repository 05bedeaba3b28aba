// SPDX-License-Identifier: Apache-2.0

// A finding merge keeps the smallest finding of each specimen and signature: of two of one size,
// that whose text has the lower hash, so that it does not depend on the order of folders.
//
// Place: below merges. Its state is the folder of findings of the result.

#ifndef FUZZ_MERGE_FINDING_MERGE_H_
#define FUZZ_MERGE_FINDING_MERGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace ouro {

class FindingMerge {
 public:
  // Called with "FILE: line 7: why" for each file that is left out. Must not be empty.
  using Refused = std::function<void(const std::string& why)>;

  // Reads what is there: `found` is the folder, as the user names it. Of two findings of one
  // signature, which a killed merge leaves, the larger is removed. Returns "" or "FILE: why".
  std::string Open(const std::string& found, const Refused& refused);
  // Copies from another such folder what is new or smaller. Linear. Returns "" or "FILE: why";
  // *clean becomes whether nothing was refused. REQUIRES: Open returned "".
  std::string Add(const std::string& found, const Refused& refused, bool* clean);

  size_t size() const { return smallest_.size(); }

 private:
  struct Filed {
    size_t size = 0;    // operations
    uint64_t hash = 0;  // of the text
    std::string file;   // as the user names it
  };
  static std::string Read(const std::string& file, Filed* filed, std::string* text);

  std::string found_;
  std::map<std::string, Filed> smallest_;  // by specimen and signature
};

}  // namespace ouro

#endif  // FUZZ_MERGE_FINDING_MERGE_H_
