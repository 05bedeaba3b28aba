// SPDX-License-Identifier: Apache-2.0

// The language on random programs: what is printed can be parsed, what is encoded can be decoded,
// any bytes are a program or an error, and every chain of simplifications ends at the empty
// program. Programs by hand: program_test.cc.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "model/program.h"

namespace ouro {

// How GoogleTest and RapidCheck show a counterexample.
static std::ostream& operator<<(std::ostream& out, const Op& op) { return out << Print(op); }
static std::ostream& operator<<(std::ostream& out, const Program& program) {
  return out << "\n" << Print(program);
}

namespace {

// Uniformly. RapidCheck's own ranges grow with its size: their last values, so the newest words of
// the language, come in the last of a hundred tests alone.
rc::Gen<int> InRange(int min, int end) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(min, end));
}

// `compact`: only numbers that the byte form can express.
int ArbitraryNumber(int min, bool compact) {
  if (compact) {
    return *rc::gen::oneOf(InRange(min, 193),
                           rc::gen::element(200, 700, 2000, 90'000, 1'000'000, kMaxArgument));
  }
  return *rc::gen::oneOf(InRange(min, 300), InRange(min, kMaxArgument + 1));
}

void DrawFill(bool in_script, Op* op) {
  auto reference = [=] { return static_cast<Ref>(*InRange(0, kRegisters + in_script)); };
  op->ref = reference();
  if (op->code == OpCode::kClear) return;
  op->value = reference();
  if (op->code == OpCode::kCopySlots) return;
  op->script = static_cast<int8_t>(*InRange(-1, kMaxScripts));
  if (op->code == OpCode::kNodeWith) op->count = *InRange(0, kMaxSlots + 1);
}

void DrawNumbers(bool compact, Op* op) {
  if (op->code == OpCode::kCollect) {
    op->count = *InRange(0, kGenerations);
  } else if (op->code == OpCode::kChain || op->code == OpCode::kStep) {
    op->count = *InRange(1, compact                      ? 193
                            : op->code == OpCode::kChain ? kMaxChain + 1
                                                         : kMaxStep + 1);
  } else {
    op->count = ArbitraryNumber(op->code == OpCode::kFail ? 1 : 0, compact);
  }
  if (op->code != OpCode::kThreshold) return;
  op->count1 = ArbitraryNumber(0, compact);
  op->count2 = ArbitraryNumber(0, compact);
}

// Draws what is particular to `op`'s code, within rc::gen::exec. Written from docs/language.md, not
// from the table.
void DrawOperands(bool in_script, bool compact, Op* op) {
  auto reference = [=] { return static_cast<Ref>(*InRange(0, kRegisters + in_script)); };
  auto slot = [] { return static_cast<uint8_t>(*InRange(0, kMaxSlots)); };
  switch (op->code) {
    case OpCode::kNode:
      op->count = *InRange(0, kMaxSlots + 1);
      op->script = static_cast<int8_t>(*InRange(-1, kMaxScripts));
      break;
    case OpCode::kWeak:
      op->ref = reference();
      op->script = static_cast<int8_t>(*InRange(-1, kMaxScripts));
      break;
    case OpCode::kStore:
      op->value = reference();
      [[fallthrough]];
    case OpCode::kLoad:
    case OpCode::kEmptySlot:
      op->slot = slot();
      [[fallthrough]];
    case OpCode::kCopy:
    case OpCode::kDeref:
    case OpCode::kDispose:
    case OpCode::kPush:
      op->ref = reference();
      break;
    case OpCode::kMapPut:
      op->value = reference();
      [[fallthrough]];
    case OpCode::kMapGet:
    case OpCode::kMapRemove:
      op->ref = reference();
      op->key = reference();
      break;
    case OpCode::kPoke:
      op->slot = slot();
      op->ref = reference();
      op->count = *InRange(0, kMaxActions);
      break;
    case OpCode::kNodeWith:
    case OpCode::kWeakWith:
    case OpCode::kCopySlots:
    case OpCode::kClear:
      DrawFill(in_script, op);
      break;
    case OpCode::kStep:
    case OpCode::kCollect:
    case OpCode::kThreshold:
    case OpCode::kTakeGarbage:
    case OpCode::kFail:
    case OpCode::kChain:
      DrawNumbers(compact, op);
      break;
    case OpCode::kLeaf:
    case OpCode::kEmptyRegister:
    case OpCode::kEnable:
    case OpCode::kDisable:
    case OpCode::kSaveallOn:
    case OpCode::kSaveallOff:
    case OpCode::kClearGarbage:
    case OpCode::kCensus:
    case OpCode::kRaise:
    case OpCode::kMap:
    case OpCode::kEnd:
    case OpCode::kPop:
      break;
  }
}

rc::Gen<Op> ArbitraryOp(bool in_script, bool compact) {
  return rc::gen::exec([=] {
    Op op;
    op.code = static_cast<OpCode>(*InRange(0, kOpCodes));
    if (WritesRegister(op.code)) op.dest = static_cast<uint8_t>(*InRange(0, kRegisters));
    if (TakesKind(op.code) && *InRange(0, 3) == 0) {
      op.kind = InternKind(*rc::gen::element<std::string>("closure", "list-item", "x1"));
    }
    DrawOperands(in_script, compact, &op);
    return op;
  });
}

// A program without empty scripts at the end of `scripts`.
rc::Gen<Program> ArbitraryProgram(bool compact = false) {
  return rc::gen::exec([=] {
    Program program;
    program.main = *rc::gen::container<Script>(ArbitraryOp(false, compact));
    const size_t scripts = *rc::gen::weightedElement<size_t>({{4, 0}, {2, 1}, {1, 3}, {1, 32}});
    for (size_t i = 0; i < scripts; ++i) {
      Script script;
      if (*rc::gen::arbitrary<bool>()) {
        script = *rc::gen::resize(4, rc::gen::container<Script>(ArbitraryOp(true, compact)));
      }
      program.scripts.push_back(std::move(script));
    }
    while (!program.scripts.empty() && program.scripts.back().empty()) program.scripts.pop_back();
    return program;
  });
}

// The one program that `text` is.
Program Parsed(const std::string& text) {
  std::vector<Program> programs;
  const std::string error = Parse(text, &programs);
  RC_ASSERT(error == "");
  RC_ASSERT(programs.size() == 1u);
  return programs[0];
}

bool IsSelf(const Op& op) { return op.ref == kSelf || op.value == kSelf || op.key == kSelf; }

// An error is "line N: ..." for an existing line, in printable characters.
void ExpectProgramOrError(const std::string& text) {
  std::vector<Program> programs;
  const std::string error = Parse(text, &programs);
  if (error.empty()) {
    for (const Program& program : programs) RC_ASSERT(Parsed(Print(program)) == program);
    return;
  }
  RC_ASSERT(programs.empty());
  RC_ASSERT(error.substr(0, 5) == "line ");
  const size_t colon = error.find(": ");
  RC_ASSERT(colon != std::string::npos);
  const long line = std::stol(error.substr(5, colon - 5));
  RC_ASSERT(line >= 1 && line <= 1 + std::count(text.begin(), text.end(), '\n'));
  RC_ASSERT(error.size() > colon + 2 && error.size() < 1000u);
  for (char c : error) RC_ASSERT(c >= ' ' && c <= '~');
}

RC_GTEST_PROP(TextTest, ParseUndoesPrint, ()) {
  const Program program = *ArbitraryProgram();
  RC_ASSERT(Parsed(Print(program)) == program);
}

RC_GTEST_PROP(TextTest, PrefixesAreProgramsOrErrors, ()) {
  const std::string text = Print(*rc::gen::resize(12, ArbitraryProgram()));
  for (size_t i = 0; i <= text.size(); ++i) ExpectProgramOrError(text.substr(0, i));
}

RC_GTEST_PROP(TextTest, CorruptedProgramsAreProgramsOrErrors, ()) {
  std::string text = Print(*ArbitraryProgram());
  const int changes = *InRange(1, 4);
  for (int i = 0; i < changes; ++i) {
    const auto at = static_cast<size_t>(*InRange(0, static_cast<int>(text.size()) + 1));
    const auto length = static_cast<size_t>(*InRange(0, 5));
    const auto token = *rc::gen::element<std::string>(
        "", "\n", "self", "r1", "9", "99999999999999999999", "def 0:\n", "main:\n", "---\n", "#",
        " ", "=", ".", std::string(1, '\0'), "\xff\xfe", "\r", "[", "]", "S", "rD", "R'", "[r1]",
        "Q");
    text.replace(at, length, token);
  }
  ExpectProgramOrError(text);
}

RC_GTEST_PROP(TextTest, AnyBytesAreProgramsOrErrors, (const std::string& text)) {
  ExpectProgramOrError(text);
}

RC_GTEST_PROP(BytesTest, DecodeUndoesEncode, ()) {
  const Program program = *ArbitraryProgram(/*compact=*/true);
  const std::vector<uint8_t> bytes = Encode(program);
  RC_ASSERT(Decode(bytes.data(), bytes.size()) == program);
}

RC_GTEST_PROP(BytesTest, OtherNumbersAreRoundedDown, ()) {
  const Op op = *ArbitraryOp(/*in_script=*/false, /*compact=*/false);
  const Program program{.scripts = {}, .main = {op}};
  const std::vector<uint8_t> bytes = Encode(program);
  const int most = op.code == OpCode::kChain ? 1000 : kMaxArgument;
  Op decoded = Decode(bytes.data(), bytes.size()).main.at(0);
  for (auto count : {&Op::count, &Op::count1, &Op::count2}) {
    RC_ASSERT((decoded.*count) <= (op.*count));
    RC_ASSERT((decoded.*count) >= std::min(op.*count, most) / 2);
    decoded.*count = op.*count;
  }
  RC_ASSERT(decoded == op);
}

RC_GTEST_PROP(BytesTest, AnyBytesAreAProgram, (const std::vector<uint8_t>& bytes)) {
  const auto max_ops = static_cast<size_t>(*InRange(0, 40));
  const Program program = Decode(bytes.data(), bytes.size(), max_ops);
  RC_ASSERT(program.size() <= max_ops);
  RC_ASSERT(program.size() <= (bytes.size() + 3) / 4);
  RC_ASSERT(program.scripts.size() <= static_cast<size_t>(kMaxScripts));
  RC_ASSERT(std::none_of(program.main.begin(), program.main.end(), IsSelf));
  RC_ASSERT(Parsed(Print(program)) == program);
  const std::vector<uint8_t> again = Encode(program);
  RC_ASSERT(Decode(again.data(), again.size()) == program);
}

// A changed byte changes one operation (or the head of one script).
RC_GTEST_PROP(BytesTest, ChangesAreLocal, ()) {
  Program program = *ArbitraryProgram(/*compact=*/true);
  // A kind has a record of its own, which a change may turn into an operation.
  for (Op& op : program.main) op.kind = kPlain;
  program.scripts.clear();
  // So have the fields behind the third.
  std::erase_if(program.main, [](const Op& op) {
    return op.code == OpCode::kNodeWith || op.code == OpCode::kWeakWith;
  });
  RC_PRE(!program.main.empty());
  std::vector<uint8_t> bytes = Encode(program);
  const auto at = static_cast<size_t>(*InRange(0, static_cast<int>(bytes.size())));
  bytes[at] = *rc::gen::arbitrary<uint8_t>();
  for (const int code : {30, 31, 63}) RC_PRE(bytes[at] % 64 != code);  // each an operation
  const Program changed = Decode(bytes.data(), bytes.size());
  RC_ASSERT(changed.main.size() == program.main.size());
  for (size_t i = 0; i < program.main.size(); ++i) {
    if (i != at / 4) RC_ASSERT(changed.main[i] == program.main[i]);
  }
}

// ---- simplification ----

// The order in which Simpler descends, written a second time: fewer operations, then plainer ones.
std::pair<size_t, int64_t> Measure(const Program& program) {
  int64_t sum = 0;
  auto add = [&](const Script& script) {
    for (const Op& op : script) {
      sum += op.dest + op.ref + op.value + op.key + op.slot + op.script + 1;
      sum += op.code == OpCode::kCollect ? kGenerations - 1 - op.count : op.count;
      sum += int64_t{op.count1} + op.count2;
      sum += op.kind != kPlain ? 1 : 0;
    }
  };
  add(program.main);
  for (size_t i = 0; i < program.scripts.size(); ++i) {
    add(program.scripts[i]);
    if (!program.scripts[i].empty()) sum += static_cast<int64_t>(i);
  }
  return {program.size(), sum};
}

RC_GTEST_PROP(SimplerTest, EveryCandidateIsSmallerAndAProgram, ()) {
  const Program program = *rc::gen::resize(30, ArbitraryProgram());
  const std::vector<Program> candidates = Simpler(program);
  RC_ASSERT(candidates.empty() == (program == Program()));
  for (const Program& candidate : candidates) {
    RC_ASSERT(Measure(candidate) < Measure(program));
    RC_ASSERT(Parsed(Print(candidate)) == candidate);
  }
}

// Where repeatedly taking the first candidate that `fails` ends.
Program Shrunk(Program program, auto fails) {
  while (true) {
    std::vector<Program> candidates = Simpler(program);
    auto next = std::find_if(candidates.begin(), candidates.end(), fails);
    if (next == candidates.end()) return program;
    program = std::move(*next);
  }
}

RC_GTEST_PROP(SimplerTest, AnyWayDownEndsAtTheEmptyProgram, ()) {
  Program program = *rc::gen::resize(12, ArbitraryProgram());
  while (program != Program()) {
    const std::vector<Program> candidates = Simpler(program);
    const int count = static_cast<int>(candidates.size());
    RC_ASSERT(count > 0);
    program = candidates[static_cast<size_t>(*InRange(0, count))];
  }
}

RC_GTEST_PROP(SimplerTest, WhatFailsForItsCodesBecomesThePlainest, ()) {
  Program program = *rc::gen::resize(20, ArbitraryProgram());
  auto codes = [](const Program& p) {
    std::vector<OpCode> codes;
    for (const Op& op : p.main) codes.push_back(op.code);
    return codes;
  };
  Program plainest;
  for (OpCode code : codes(program)) {
    Op op{.code = code};
    if (code == OpCode::kCollect) op.count = 2;
    if (code == OpCode::kFail || code == OpCode::kChain || code == OpCode::kStep) op.count = 1;
    plainest.main.push_back(op);
  }
  auto same_codes = [&, wanted = codes(program)](const Program& p) { return codes(p) == wanted; };
  RC_ASSERT(Shrunk(program, same_codes) == plainest);
}

TEST(SimplerTest, FindsTheSmallestNumberInFewSteps) {
  int tries = 0;
  Program program{.scripts = {}, .main = {{.code = OpCode::kFail, .count = kMaxArgument}}};
  program = Shrunk(program, [&](const Program& p) {
    ++tries;
    return !p.main.empty() && p.main[0].count >= 12345;
  });
  EXPECT_EQ(Print(program), "fail 12345\n");
  EXPECT_LT(tries, 500);
}

}  // namespace
}  // namespace ouro
