// SPDX-License-Identifier: Apache-2.0

// A transcript with notes becomes a script.

#include "fuzz/ouro/native.h"

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fuzz/ouro/demand.h"

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
      "class Callbacks(object):\n"
      "    def __getitem__(self, n): return lambda ref: scripts[n](ref)\n"
      "callbacks = Callbacks()\n"
      "import gc\n"
      "def numbers():\n"
      "    for o in gc.get_objects():\n"
      "        try: n = o.n\n"
      "        except Exception: continue\n"
      "        if type(n) is int: yield n\n"
      "def script(self):\n"
      "    global r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13, r14, r15\n"
      "    r7 = self\n"
      "    raise Exception\n"
      "scripts[0] = script\n"
      "r0 = born(FinalNode(), 0)\n"
      "r0 = None\n"
      "gc.collect(2)\n"
      "print('alive:', sorted(numbers()))\n");
}

// The last lines of a text.
std::string Tail(const std::string& text, int lines) {
  size_t begin = text.size();
  for (int i = 0; i <= lines && begin != std::string::npos && begin > 0; ++i) {
    begin = text.rfind('\n', begin - 1);
  }
  return begin == std::string::npos ? text : text.substr(begin + 1);
}

TEST(NativeTest, DemandsAreCheckedWhereTheTranscriptEnds) {
  Demands demands;
  demands.at_end = {{.kind = Demand::Kind::kDead, .object = 0}};
  const std::string script = NativeScript(*FindLanguage("python"), "", "", kTranscript, &demands);
  EXPECT_EQ(Tail(script, 8),
            "r0 = born(FinalNode(), 0)\n"
            "where[0] = id(r0)\n"
            "r0 = None\n"
            "gc.collect(2)\n"
            "demand(not alive(0), '#0 is dead', 0)\n"
            "scripts.clear()\n"
            "print('FAILS: ' + ', '.join(failures) if failures else 'passes')\n"
            "sys.exit(1 if failures else 0)\n");
}

TEST(NativeTest, DemandsInAFinalizerAreCheckedThere) {
  const std::string in_finalizer =
      "r0 = node 1 del 0\n# = r0 = final({}, 0)\n> new 0\nr0 = none\n# = r0 = nil\n"
      "> finalize 0\n  r1 = r2()\n  > got 0\n  # = r1 = r2[1]\n  r3 = r2()\n"
      "  # = r3 = r2[1]\n  > got 0      # <- here\n";
  Demands demands;
  demands.at_end = {{.kind = Demand::Kind::kYields, .object = kNone, .reg = 3},
                    {.kind = Demand::Kind::kYields, .object = 0, .reg = 3}};
  demands.assumed[8] = {.kind = Demand::Kind::kYields, .object = kNone, .reg = 1};
  const std::string script = NativeScript(*FindLanguage("lua"), "", "", in_finalizer, &demands);
  EXPECT_NE(script.find("scripts[0] = function(self)\n"
                        "  r1 = r2[1]\n"
                        "  assume(r1 == nil)\n"
                        "  r3 = r2[1]\n"
                        "  demand(r3 == nil or watched[0][r3], 'r3 is none or r3 is #0', 1)\n"
                        "end\n"),
            std::string::npos)
      << script;
}

TEST(NativeTest, AFinalizerAtFaultIsCountedAndCheckedOutside) {
  const std::string at_fault =
      "r0 = node 0 del 0\n# = $r0 = final([], 0);\n> new 0\ncollect 2\n> finalize 0  # <- here\n";
  Demands demands;
  demands.at_end = {{.kind = Demand::Kind::kRan, .object = 0, .times = 0}};
  const std::string script = NativeScript(*FindLanguage("perl"), "", "", at_fault, &demands);
  EXPECT_NE(script.find("    ++$ran{0};\n};\n"), std::string::npos) << script;
  EXPECT_NE(script.find("\ndemand(($ran{0} // 0) == 0, 'the finalizer of #0 ran 0 times', 0);\n"),
            std::string::npos)
      << script;
}

TEST(NativeTest, ExceptionsOfPhpsFinalizersAreDropped) {
  const std::string script =
      NativeScript(*FindLanguage("php"), "", "",
                   "r0 = none\n# = $r0 = null;\n> finalize 0\n  raise\n> end 0 raised\n");
  EXPECT_NE(script.find("    throw new Raised;\n};\n"
                        "try { $r0 = null; } catch (Raised) {}\n"),
            std::string::npos)
      << script;
}

TEST(NativeTest, AnOperationMayEndBeforeItsNote) {
  EXPECT_FALSE(EndsUnnoted(kTranscript));
  EXPECT_FALSE(EndsUnnoted("r1 = r0.0\n# = r1 = r0[1]\n> got 0      # <- here\n"));
  EXPECT_FALSE(EndsUnnoted("r1 = r0.0\n> got 0\n# = r1 = r0[1]\ncollect 2\n"));
  EXPECT_TRUE(EndsUnnoted("r0 = none\n# = r0 = nil\nr1 = r0()\n> got 0      # <- here\n"));
  EXPECT_TRUE(EndsUnnoted("r1 = r0.0      # <- here\n"));
}

TEST(NativeTest, ThereAreFewLanguages) { EXPECT_EQ(FindLanguage("cobol"), nullptr); }

}  // namespace
}  // namespace ouro
