// SPDX-License-Identifier: Apache-2.0

// Variants of operations, and that those of random operations are what they claim to be.

#include "model/program_variants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ouro {
namespace {

using Lines = std::vector<std::string>;

// "slot 1: r0.1 = r1".
Lines Of(const std::string& line, const VariantSource& source) {
  Op op;
  EXPECT_EQ(ParseOp(line, source.in_script, &op), "");
  Lines lines;
  for (const Variant& variant : VariantsOf(op, source)) {
    lines.push_back(variant.operand + " " + variant.value + ": " + Print(variant.op));
  }
  return lines;
}

TEST(VariantsTest, ChangeOneOperandEach) {
  EXPECT_EQ(Of("r0 = weak r1 call 0", {.registers = {0, 1}, .scripts = 1}),
            (Lines{"target register r1: r1 = weak r1 call 0", "register r0: r0 = weak r0 call 0",
                   "callback none: r0 = weak r1"}));
  EXPECT_EQ(Of("collect 2", {}), (Lines{"generation 0: collect 0", "generation 1: collect 1"}));
  EXPECT_EQ(Of("threshold 5 0 0", {}).at(0), "first threshold 0: threshold 0 0 0");
}

TEST(VariantsTest, NameSelfInScriptsOnly) {
  EXPECT_EQ(Of("push r0", {.registers = {0}}), Lines{});
  EXPECT_EQ(Of("push r0", {.registers = {0}, .in_script = true}),
            Lines{"register self: push self"});
}

TEST(VariantsTest, OfLargeNumbersAreFew) {
  EXPECT_EQ(Of("fail 100", {}), (Lines{"allocation 1: fail 1", "allocation 99: fail 99",
                                       "allocation 101: fail 101", "allocation 200: fail 200"}));
  EXPECT_EQ(Of("fail 1000000000", {}),
            (Lines{"allocation 1: fail 1", "allocation 999999999: fail 999999999"}));
}

TEST(VariantsTest, SourceIsWhatTheProgramNames) {
  std::vector<Program> programs;
  ASSERT_EQ(Parse("def 1:\n  r7 = self\nmain:\n  r0 = r3\n", &programs), "");
  const VariantSource source = SourceOf(programs.at(0), true);
  EXPECT_EQ(source.registers, (std::vector<Ref>{0, 3, 7}));
  EXPECT_EQ(source.scripts, 2);
  EXPECT_TRUE(source.in_script);
}

// Every operation of the language: no variant is the operation itself, none comes twice, and each
// is an operation that can be written and read.
TEST(VariantsTest, AreOtherOperations) {
  const VariantSource source = {.registers = {0, 1, 15}, .scripts = 3, .in_script = true};
  for (int code = 0; code < kOpCodes; ++code) {
    Op op = {.code = static_cast<OpCode>(code)};
    if (op.code == OpCode::kFail || op.code == OpCode::kChain || op.code == OpCode::kStep) {
      op.count = 1;
    }
    std::vector<Op> seen = {op};
    for (const Variant& variant : VariantsOf(op, source)) {
      EXPECT_EQ(std::count(seen.begin(), seen.end(), variant.op), 0) << Print(variant.op);
      seen.push_back(variant.op);
      Op read;
      EXPECT_EQ(ParseOp(Print(variant.op), true, &read), "") << Print(variant.op);
      EXPECT_EQ(read, variant.op);
      EXPECT_EQ(ValueOf(variant.op, variant.operand), variant.value) << Print(variant.op);
    }
  }
}

}  // namespace
}  // namespace ouro
