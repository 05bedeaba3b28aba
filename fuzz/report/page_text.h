// SPDX-License-Identifier: Apache-2.0

// The text of the page, with marks where its title and its data go.
//
// Place: page/assemble.py makes the definition; only page.cc calls it.

#ifndef FUZZ_REPORT_PAGE_TEXT_H_
#define FUZZ_REPORT_PAGE_TEXT_H_

#include <string>

namespace ouro {

// Has @TITLE@ and @DATA@ in this order; "" if this build has no page.
std::string PageText();

}  // namespace ouro

#endif  // FUZZ_REPORT_PAGE_TEXT_H_
