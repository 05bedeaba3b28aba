// SPDX-License-Identifier: Apache-2.0

// The language: text, bytes and simplification of every operation, and of programs by hand. Random
// programs: program_random_test.cc.

#include "model/program.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace ouro {

// How GoogleTest shows a counterexample.
static std::ostream& operator<<(std::ostream& out, const Op& op) { return out << Print(op); }
static std::ostream& operator<<(std::ostream& out, const Program& program) {
  return out << "\n" << Print(program);
}

namespace {

// ---- one row an operation ----

struct Written {
  const char* text;
  Op op;
  bool in_script = false;
};

const Written kWritten[] = {
    {"r0 = node 2", {.code = OpCode::kNode, .count = 2}},
    {"r15 = node 8 del 31", {.code = OpCode::kNode, .dest = 15, .script = 31, .count = 8}},
    {"r1 = leaf", {.code = OpCode::kLeaf, .dest = 1}},
    {"r0 = weak r1", {.code = OpCode::kWeak, .ref = 1}},
    {"r0 = weak r1 call 2", {.code = OpCode::kWeak, .ref = 1, .script = 2}},
    {"r0 = weak self call 0", {.code = OpCode::kWeak, .ref = kSelf, .script = 0}, true},
    {"r2 = r3", {.code = OpCode::kCopy, .dest = 2, .ref = 3}},
    {"r7 = self", {.code = OpCode::kCopy, .dest = 7, .ref = kSelf}, true},
    {"r1 = r4.7", {.code = OpCode::kLoad, .dest = 1, .ref = 4, .slot = 7}},
    {"r1 = self.0", {.code = OpCode::kLoad, .dest = 1, .ref = kSelf}, true},
    {"r1 = r2()", {.code = OpCode::kDeref, .dest = 1, .ref = 2}},
    {"r1 = self()", {.code = OpCode::kDeref, .dest = 1, .ref = kSelf}, true},
    {"r0.1 = r3", {.code = OpCode::kStore, .value = 3, .slot = 1}},
    {"self.0 = self", {.code = OpCode::kStore, .ref = kSelf, .value = kSelf}, true},
    {"r0.1 = none", {.code = OpCode::kEmptySlot, .slot = 1}},
    {"self.1 = none", {.code = OpCode::kEmptySlot, .ref = kSelf, .slot = 1}, true},
    {"r5 = none", {.code = OpCode::kEmptyRegister, .dest = 5}},
    {"collect 2", {.code = OpCode::kCollect, .count = 2}},
    {"threshold 700 10 1000000000",
     {.code = OpCode::kThreshold, .count = 700, .count1 = 10, .count2 = kMaxArgument}},
    {"enable", {.code = OpCode::kEnable}},
    {"disable", {.code = OpCode::kDisable}},
    {"saveall on", {.code = OpCode::kSaveallOn}},
    {"saveall off", {.code = OpCode::kSaveallOff}},
    {"r3 = garbage 0", {.code = OpCode::kTakeGarbage, .dest = 3}},
    {"garbage clear", {.code = OpCode::kClearGarbage}},
    {"census", {.code = OpCode::kCensus}},
    {"fail 1", {.code = OpCode::kFail, .count = 1}},
    {"raise", {.code = OpCode::kRaise}},
    {"dispose r3", {.code = OpCode::kDispose, .ref = 3}},
    {"r2 = chain 300", {.code = OpCode::kChain, .dest = 2, .count = 300}},
    {"end", {.code = OpCode::kEnd}},
    {"push r3", {.code = OpCode::kPush, .ref = 3}},
    {"push self", {.code = OpCode::kPush, .ref = kSelf}, true},
    {"pop", {.code = OpCode::kPop}},
    {"r1 = node 3 with r0 r2 del 4",
     {.code = OpCode::kNodeWith, .dest = 1, .ref = 0, .value = 2, .script = 4, .count = 3}},
    {"r1 = node 0 with r1 self",
     {.code = OpCode::kNodeWith, .dest = 1, .ref = 1, .value = kSelf},
     true},
    {"r3.* = none", {.code = OpCode::kClear, .ref = 3}},
    {"r3.* = self.*", {.code = OpCode::kCopySlots, .ref = 3, .value = kSelf}, true},
    {"r1 = weak r2 with r3 call 0",
     {.code = OpCode::kWeakWith, .dest = 1, .ref = 2, .value = 3, .script = 0}},
    {"step 1000", {.code = OpCode::kStep, .count = 1000}},
    {"poke r3.1 7", {.code = OpCode::kPoke, .ref = 3, .slot = 1, .count = 7}},
    {"r6 = map", {.code = OpCode::kMap, .dest = 6}},
    {"r1 = r2[r15]", {.code = OpCode::kMapGet, .dest = 1, .ref = 2, .key = 15}},
    {"r1 = r2[self]", {.code = OpCode::kMapGet, .dest = 1, .ref = 2, .key = kSelf}, true},
    {"r4[r5] = r6", {.code = OpCode::kMapPut, .ref = 4, .value = 6, .key = 5}},
    {"r4[self] = self", {.code = OpCode::kMapPut, .ref = 4, .value = kSelf, .key = kSelf}, true},
    {"self[r1] = r2", {.code = OpCode::kMapPut, .ref = kSelf, .value = 2, .key = 1}, true},
    {"r0[r3] = none", {.code = OpCode::kMapRemove, .key = 3}},
    {"r2[self] = none", {.code = OpCode::kMapRemove, .ref = 2, .key = kSelf}, true},
};

// What names a kind; its bytes are two records.
const Written kWrittenWithKind[] = {
    {"r0 = node 2 as list-subclass",
     {.code = OpCode::kNode, .kind = InternKind("list-subclass"), .count = 2}},
    {"r0 = node 2 as list-subclass del 3",
     {.code = OpCode::kNode, .script = 3, .kind = InternKind("list-subclass"), .count = 2}},
    {"r1 = r2 as frame-local",
     {.code = OpCode::kCopy, .dest = 1, .ref = 2, .kind = InternKind("frame-local")}},
    {"r0.1 = r2 as closure",
     {.code = OpCode::kStore, .value = 2, .slot = 1, .kind = InternKind("closure")}},
};

TEST(OperationTest, MayNameAKind) {
  for (const Written& row : kWrittenWithKind) {
    SCOPED_TRACE(row.text);
    EXPECT_TRUE(TakesKind(row.op.code));
    EXPECT_EQ(Print(row.op), row.text);
    Op op;
    EXPECT_EQ(ParseOp(row.text, /*in_script=*/false, &op), "");
    EXPECT_EQ(op, row.op);
    const Program program = {.main = {row.op}};
    const std::vector<uint8_t> bytes = Encode(program);
    EXPECT_EQ(bytes.size(), 8u);
    EXPECT_EQ(Decode(bytes.data(), bytes.size()), program);
  }
}

TEST(OperationTest, EachHasOneWrittenForm) {
  std::set<OpCode> seen;
  for (const Written& row : kWritten) {
    SCOPED_TRACE(row.text);
    seen.insert(row.op.code);
    EXPECT_EQ(Print(row.op), row.text);
    Op op;
    EXPECT_EQ(ParseOp(row.text, /*in_script=*/true, &op), "");
    EXPECT_EQ(op, row.op);
    Op unchanged = op;
    EXPECT_EQ(ParseOp(row.text, /*in_script=*/false, &op),
              row.in_script ? "`self` is valid only in scripts" : "");
    EXPECT_EQ(op, unchanged);
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(kOpCodes));
}

TEST(OperationTest, EachHasAByteForm) {
  for (const Written& row : kWritten) {
    SCOPED_TRACE(row.text);
    Program program;
    if (row.in_script) program.scripts.resize(1);
    (row.in_script ? program.scripts[0] : program.main).push_back(row.op);
    const std::vector<uint8_t> bytes = Encode(program);
    const std::string text = row.text;
    const bool more = text.find(" with ") != std::string::npos;  // than three fields
    EXPECT_EQ(bytes.size(), (row.in_script ? 8u : 4u) + (more ? 4u : 0u));
    EXPECT_EQ(Decode(bytes.data(), bytes.size()), program);
  }
}

TEST(OperationTest, WhatItDoesToTheHeap) {
  for (const Written& row : kWritten) {
    SCOPED_TRACE(row.text);
    const std::string text = row.text;
    auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
    EXPECT_EQ(Allocates(row.op.code),
              has("= node") || has("= leaf") || has("= weak") || has("= map"));
    EXPECT_EQ(WritesRegister(row.op.code), has(" = ") && text.find_first_of(".[") > text.find('='));
  }
}

// ---- programs by hand ----

TEST(ParseTest, TakesWhatPeopleWrite) {
  std::vector<Program> programs;
  ASSERT_EQ(Parse("\xef\xbb\xbf", &programs).substr(0, 27), "line 1: unknown operation \"");
  ASSERT_EQ(Parse("# the cycle of 2.6\r\n"
                  "\tr0=node 2 del 03   # no spaces\r\n"
                  "def 3 :\r\n"
                  "r7 = self\n"
                  "  def 5:  # empty, so it is not there\n"
                  "\n"
                  "      main:\n"
                  "  r0 . 1 = r00\n"
                  "---   # the next\n"
                  "\n"
                  "---\n"
                  "def 1:\n"
                  "---\n"
                  "main:\n"
                  "raise",
                  &programs),
            "");
  ASSERT_EQ(programs.size(), 3u);
  EXPECT_EQ(Print(programs[0]),
            "def 3:\n"
            "  r7 = self\n"
            "main:\n"
            "  r0 = node 2 del 3\n"
            "  r0.1 = r0\n");
  EXPECT_EQ(programs[0].scripts.size(), 4u);
  EXPECT_EQ(programs[1], Program());
  EXPECT_EQ(Print(programs[1]), "main:\n");
  EXPECT_EQ(Print(programs[2]), "raise\n");
}

TEST(ParseTest, NothingIsNoProgram) {
  for (const char* text : {"", "\n\n", "# only words\n", "---\n---\r\n", " \t\r"}) {
    std::vector<Program> programs;
    EXPECT_EQ(Parse(text, &programs), "");
    EXPECT_TRUE(programs.empty());
  }
}

const char kOperations[] =
    "operations are `rD = node N [as T] [del S]`, `rD = leaf`, `rD = weak R [call S]`, "
    "`rD = R [as T]`, `rD = R.K`, `rD = R()`, `R.K = R' [as T]`, `R.K = none`, `rD = none`, "
    "`collect G`, `threshold A B C`, `enable`, `disable`, `saveall on`, `saveall off`, "
    "`rD = garbage I`, `garbage clear`, `census`, `fail F`, `raise`, `poke R.K P`, "
    "`rD = map`, `rD = R[Q]`, `R[Q] = R'`, `R[Q] = none`, `dispose R`, `rD = chain L`, "
    "`end`, `push R`, `pop`, `rD = node N with R R' [del S]`, `R.* = none`, `R.* = R'.*`, "
    "`rD = weak R with R' [call S]`, `step W`";

struct Malformed {
  std::string text;
  std::string error;
};

void ExpectError(const Malformed& row) {
  std::vector<Program> programs(1);
  EXPECT_EQ(Parse(row.text, &programs), row.error);
  EXPECT_EQ(programs, std::vector<Program>(1));
}

TEST(ParseTest, ErrorsSayWhatIsWrongAndWhatIsRight) {
  const Malformed kMalformed[] = {
      {"\n\nfoo", std::string("line 3: unknown operation \"foo\"; ") + kOperations},
      {"r = leaf", std::string("line 1: unknown operation \"r\"; ") + kOperations},
      {"--", std::string("line 1: unknown operation \"-\"; ") + kOperations},
      {"- - -", std::string("line 1: unknown operation \"-\"; ") + kOperations},
      {std::string("\0\n", 2), std::string("line 1: unknown operation \"?\"; ") + kOperations},
      {"census\nr16 = leaf", "line 2: there is no register r16; registers are r0 ... r15"},
      {"r0 = r99.0", "line 1: there is no register r99; registers are r0 ... r15"},
      {"r0.8 = none", "line 1: there is no slot 8; slots are 0 ... 7"},
      {"r0 = node 9", "line 1: there is no node size 9; node sizes are 0 ... 8"},
      {"r0 = node 1 del 32", "line 1: there is no script 32; scripts are 0 ... 31"},
      {"collect 3", "line 1: there is no generation 3; generations are 0 ... 2"},
      {"fail 0", "line 1: there is no allocation 0; allocations are 1 ... 1000000000"},
      {"r0 = garbage 1000000001",
       "line 1: there is no garbage element 1000000001; garbage elements are 0 ... 1000000000"},
      {"threshold 0 0 " + std::string(1000, '9'), "line 1: there is no threshold " +
                                                      std::string(24, '9') +
                                                      "...; thresholds are 0 ... 1000000000"},
      {"r0 = foo",
       "line 1: unexpected \"foo\" after \"r0 =\"; expected `node`, `leaf`, `weak`, a register, "
       "`none`, `garbage`, `map` or `chain`"},
      {"r0 =",
       "line 1: the line ends after \"r0 =\"; expected `node`, `leaf`, `weak`, a register, "
       "`none`, `garbage`, `map` or `chain`"},
      {"r0 = node -1", "line 1: unexpected \"-\" after \"r0 = node\"; expected a number"},
      {"r0 = node 1 call 1",
       "line 1: unexpected \"call\" after \"r0 = node 1\"; expected `as`, `del` or `with`"},
      {"r0 = node 1 as list call 1",
       "line 1: unexpected \"call\" after \"r0 = node 1 as list\"; expected `del`"},
      {"r0.1 = r2 as", "line 1: the line ends after \"r0.1 = r2 as\"; expected the name of a kind"},
      {"r0.1 = r2 as None",
       "line 1: unexpected \"None\" after \"r0.1 = r2 as\"; expected the name of a kind"},
      {"poke r0.1 64", "line 1: there is no action 64; actions are 0 ... 63"},
      {"r0 = weak none", "line 1: unexpected \"none\" after \"r0 = weak\"; expected a register"},
      {"r0 = leaf \xc3\xa9",
       "line 1: unexpected \"?\" after \"r0 = leaf\"; expected the end of "
       "the line"},
      {"threshold 1 2 3 " + std::string(1000, 'x'),
       "line 1: unexpected \"xxxxxxxxxxxxxxxxxxxxxxxx...\" after \"threshold 1 2 3\"; expected "
       "the end of the line"},
      {"saveall", "line 1: the line ends after \"saveall\"; expected `on` or `off`"},
      {"r0 = self", "line 1: `self` is valid only in scripts"},
      {"def 0:\nmain:\nself.0 = r1", "line 3: `self` is valid only in scripts"},
      {"def 0:\nself = r1", "line 2: `self` cannot be assigned; only registers can"},
      {"def:", "line 1: a script begins with a line such as `def 0:`"},
      {"def 0: r1 = self", "line 1: a script begins with a line such as `def 0:`"},
      {"def 32:", "line 1: there is no script 32; scripts are 0 ... 31"},
      {"\ndef 7:\ndef 7:", "line 3: script 7 is already defined on line 2"},
      {"main", "line 1: main begins with a line `main:`"},
      {"main:\r\nmain:", "line 2: `main:` is already defined on line 1"},
  };
  for (const Malformed& row : kMalformed) ExpectError(row);
}

TEST(ParseTest, ErrorsAboutMapsToo) {
  const Malformed kMalformed[] = {
      {"r0 = r1 2", "line 1: unexpected \"2\" after \"r0 = r1\"; expected `as`, `.`, `(` or `[`"},
      {"r0 r1", "line 1: unexpected \"r1\" after \"r0\"; expected `=`, `.` or `[`"},
      {"r0 = r1[0]", "line 1: unexpected \"0\" after \"r0 = r1[\"; expected a register"},
      {"r0 = r1(r2)", "line 1: unexpected \"r2\" after \"r0 = r1(\"; expected `)`"},
      {"r0 = r1[r16]", "line 1: there is no register r16; registers are r0 ... r15"},
      {"r0 = r1[r2", "line 1: the line ends after \"r0 = r1[r2\"; expected `]`"},
      {"r0 = r1[r2].0",
       "line 1: unexpected \".\" after \"r0 = r1[r2]\"; expected the end of the line"},
      {"r0 = map 2", "line 1: unexpected \"2\" after \"r0 = map\"; expected the end of the line"},
      {"r0[r1]", "line 1: the line ends after \"r0[r1]\"; expected `=`"},
      {"r0[r1 = r2", "line 1: unexpected \"=\" after \"r0[r1\"; expected `]`"},
      {"r0[none] = r2", "line 1: unexpected \"none\" after \"r0[\"; expected a register"},
      {"r0[] = r2", "line 1: unexpected \"]\" after \"r0[\"; expected a register"},
      {"r0[r1] = r2 as list",
       "line 1: unexpected \"as\" after \"r0[r1] = r2\"; expected the end of the line"},
      {"r0[r1] = r2.0",
       "line 1: unexpected \".\" after \"r0[r1] = r2\"; expected the end of the line"},
      {"r0[r1] = node 0",
       "line 1: unexpected \"node\" after \"r0[r1] =\"; expected a register or `none`"},
      {"r0[self] = none", "line 1: `self` is valid only in scripts"},
      {"r0[r1].0 = r2", "line 1: unexpected \".\" after \"r0[r1]\"; expected `=`"},
      {"r0 = [r1]",
       "line 1: unexpected \"[\" after \"r0 =\"; expected `node`, `leaf`, `weak`, a register, "
       "`none`, `garbage`, `map` or `chain`"},
  };
  for (const Malformed& row : kMalformed) ExpectError(row);
}

TEST(ParseTest, ProgramsAreBounded) {
  std::string text;
  for (int i = 0; i < kMaxOps; ++i) text += "enable\n";
  std::vector<Program> programs;
  EXPECT_EQ(Parse("census\n---\n" + text + "---\nenable", &programs), "");
  EXPECT_EQ(programs.size(), 3u);
  EXPECT_EQ(Parse(text + "def 0:\n\nenable", &programs),
            "line 1000003: the program is too long; programs have up to 1000000 operations");
}

TEST(OperationTest, AnOperationIsOneLine) {
  Op op;
  EXPECT_EQ(ParseOp("  \t", true, &op), "the line has no operation");
  EXPECT_EQ(ParseOp("census # all", true, &op),
            "unexpected \"#\" after \"census\"; expected the end of the line");
  EXPECT_EQ(ParseOp("enable\ncensus", true, &op),
            "unexpected \"?\" after \"enable\"; expected the end of the line");
  EXPECT_EQ(ParseOp("  r1 = leaf\r", true, &op), "");
}

// ---- simplification ----

std::vector<std::string> SimplerTexts(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  std::vector<std::string> texts;
  for (const Program& program : Simpler(programs.at(0))) texts.push_back(Print(program));
  return texts;
}

TEST(SimplerTest, BoldestFirst) {
  const std::string kDef = "def 1:\n  r0 = self\nmain:\n";
  const std::string kNode = "  r2 = node 2 del 1\n", kStore = "  r2.0 = r2\n",
                    kCollect = "  collect 1\n";
  EXPECT_EQ(SimplerTexts(kDef + kNode + kStore + kCollect),
            (std::vector<std::string>{
                kDef,                                        // nothing of main
                "r2 = node 2\nr2.0 = r2\ncollect 1\n",       // no script 1
                kDef + kNode + kStore,                       // single operations
                kDef + kNode + kCollect,                     //
                kDef + kStore + kCollect,                    //
                kNode.substr(2) + "r2.0 = r2\ncollect 1\n",  // an empty script 1
                "def 0:\n  r0 = self\nmain:\n  r2 = node 2 del 0\n" + kStore + kCollect,
                kDef + "  r1 = node 2 del 1\n  r1.0 = r1\n" + kCollect,
                kDef + "  r0 = node 2 del 1\n  r0.0 = r0\n" + kCollect,
                kDef + "  r2 = node 2\n" + kStore + kCollect,
                kDef + "  r2 = node 2 del 0\n" + kStore + kCollect,
                kDef + "  r2 = node 0 del 1\n" + kStore + kCollect,
                kDef + "  r2 = node 1 del 1\n" + kStore + kCollect,
                kDef + kNode + kStore + "  collect 2\n",
                kDef + kNode + "  r2.0 = r0\n" + kCollect,
                kDef + kNode + "  r2.0 = r1\n" + kCollect,
                kDef + kNode + "  r0.0 = r2\n" + kCollect,
                kDef + kNode + "  r1.0 = r2\n" + kCollect,
                "def 1:\n  r0 = r0\nmain:\n" + kNode + kStore + kCollect,
                "def 1:\n  r0 = r8\nmain:\n" + kNode + kStore + kCollect,
                "def 1:\n  r0 = r12\nmain:\n" + kNode + kStore + kCollect,
                "def 1:\n  r0 = r14\nmain:\n" + kNode + kStore + kCollect,
                "def 1:\n  r0 = r15\nmain:\n" + kNode + kStore + kCollect,
                kDef + "  r0 = node 2 del 1\n" + kStore + kCollect,
                kDef + "  r1 = node 2 del 1\n" + kStore + kCollect,
            }));
}

TEST(SimplerTest, RegistersOneByOneWhenTheirOrderMatters) {
  const std::vector<std::string> texts = SimplerTexts("r3 = r5\n");
  ASSERT_GT(texts.size(), 4u);
  EXPECT_EQ(texts[1], "r0 = r1\n");
  EXPECT_EQ(texts[2], "r0 = r5\n");
  EXPECT_EQ(texts[3], "r3 = r0\n");
}

// At which length a stack overflows differs from run to run.
TEST(SimplerTest, ChainsAreHalved) {
  std::set<int> lengths;
  for (const Program& program : Simpler({.main = {{.code = OpCode::kChain, .count = 1001}}})) {
    for (const Op& op : program.main) lengths.insert(op.count);
  }
  EXPECT_EQ(lengths, (std::set<int>{1, 501}));
}

TEST(SimplerTest, LongProgramsHaveBoldCandidates) {
  Program program;
  program.main.assign(kMaxOps, Op{.code = OpCode::kLeaf, .dest = 15});
  const std::vector<Program> candidates = Simpler(program);
  ASSERT_GE(candidates.size(), 3u);
  EXPECT_LE(candidates.size(), 16u);
  EXPECT_EQ(candidates[0].size(), 0u);
  EXPECT_EQ(candidates[1].size(), static_cast<size_t>(kMaxOps / 2));
}

}  // namespace
}  // namespace ouro
