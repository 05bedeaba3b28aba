// SPDX-License-Identifier: Apache-2.0

// A page is one self-contained HTML file that shows a run of a collector, or a campaign, from data
// in the format of README.md. It loads nothing, from nowhere.
//
// Place: between the data and `ouro report`; page/ has what it is made of.

#ifndef FUZZ_REPORT_PAGE_H_
#define FUZZ_REPORT_PAGE_H_

#include <string>

namespace ouro {

// The HTML text of the page that shows `json`, with the "title" in it as its title; the same bytes
// for the same data. "" if this build has no page, because tools/setup has not found npm's packages
// (README.md). Linear time. May be called from any thread; does not throw.
// REQUIRES: json is an object in the format of README.md, in UTF-8.
std::string MakePage(const std::string& json);

}  // namespace ouro

#endif  // FUZZ_REPORT_PAGE_H_
