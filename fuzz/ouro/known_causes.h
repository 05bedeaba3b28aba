// SPDX-License-Identifier: Apache-2.0

// Known causes are the bugs that somebody lives with for the time being: a file with a cause a line
// (fuzz/campaign/cause.h), as `ouro triage --causes` prints them. `like CAUSE` stands for that one
// and for those that look like it, as one bug has more causes the longer a campaign runs. Lines
// that begin with `#` are comments.
//
// Place: for `ouro triage` and `ouro ci`, which tell what is new.

#ifndef FUZZ_OURO_KNOWN_CAUSES_H_
#define FUZZ_OURO_KNOWN_CAUSES_H_

#include <set>
#include <string>
#include <vector>

#include "fuzz/campaign/findings.h"

namespace ouro {

class KnownCauses {
 public:
  // Adds those of the file. Returns "" or "FILE: why".
  std::string Read(const std::string& file);

  bool Has(const std::string& cause) const;
  // The causes of a headline that are not known.
  std::set<std::string> NewOf(const Headline& headline) const;

 private:
  std::set<std::string> causes_;
  std::vector<std::string> likes_;
};

}  // namespace ouro

#endif  // FUZZ_OURO_KNOWN_CAUSES_H_
