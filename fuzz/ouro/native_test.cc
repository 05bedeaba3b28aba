// SPDX-License-Identifier: Apache-2.0

// A transcript with notes becomes a script.

#include "fuzz/ouro/native.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ouro {
namespace {

constexpr char kTranscript[] =
    "r0 = node 1 del 0\n"
    "# = r0 = born(FinalNode(), 0)\n"
    "> new 0\n"
    "# void: census (the collector does not claim: census)\n"
    "r0 = none\n"
    "# = r0 = None\n"
    "> finalize 0\n"
    "  r7 = self\n"
    "  # = r7 = self\n"
    "  raise\n"
    "> end 0 raised\n"
    "collect 2\n"
    "# = gc.collect(2)\n";

TEST(NativeTest, NotesAreInTheirOrder) {
  const std::vector<std::string> notes = {"r0 = born(FinalNode(), 0)", "r0 = None", "r7 = self",
                                          "gc.collect(2)"};
  EXPECT_EQ(NotesOf(kTranscript), notes);
}

TEST(NativeTest, FinalizersAreFunctionsOfTheirObject) {
  ASSERT_NE(FindLanguage("python"), nullptr);
  EXPECT_EQ(
      NativeScript(*FindLanguage("python"), "cpython 3.11.2\na leak", "import gc\n", kTranscript),
      "# cpython 3.11.2\n"
      "# a leak\n"
      "import gc\n"
      "from collections import defaultdict\n"
      "scripts = defaultdict(lambda: lambda self: None)\n"
      "def script(self):\n"
      "    global r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13, r14, r15\n"
      "    r7 = self\n"
      "    raise Exception\n"
      "scripts[0] = script\n"
      "r0 = born(FinalNode(), 0)\n"
      "r0 = None\n"
      "gc.collect(2)\n"
      "print('alive:', sorted(o.n for o in gc.get_objects() if type(getattr(o, 'n', '')) is "
      "int))\n");
}

TEST(NativeTest, ThereAreFewLanguages) { EXPECT_EQ(FindLanguage("cobol"), nullptr); }

}  // namespace
}  // namespace ouro
