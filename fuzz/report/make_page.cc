// SPDX-License-Identifier: Apache-2.0

// Makes of the data on the standard input a page on the standard output; if this build has no page,
// says so and exits with 3.
//
// Place: testonly, for page_test.py, which looks at pages in a browser.

#include <iostream>
#include <iterator>
#include <string>

#include "fuzz/report/page.h"

int main() {
  const std::string json{std::istreambuf_iterator<char>(std::cin), {}};
  const std::string html = ouro::MakePage(json);
  if (html.empty()) {
    std::cerr << "make_page: this build has no page\n";
    return 3;
  }
  std::cout << html;
}
