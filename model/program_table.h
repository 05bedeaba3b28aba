// SPDX-License-Identifier: Apache-2.0

// The table of the language: one row for each operation, one for each field that operations have.
// Text, bytes, simplification, mutation and the judges' test for void operations interpret it, so
// none of them changes for a new operation. What the operation does is said by the judges and the
// collectors: CONTRIBUTING lists those files.
//
// Place: internal to program*.cc, model/judge and fuzz/libfuzzer/mutator.cc; all others include
// program.h.

#ifndef MODEL_PROGRAM_TABLE_H_
#define MODEL_PROGRAM_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "model/program.h"

namespace ouro::table {

enum class Kind {
  kRegister,   // written `r0` ... `r15`
  kReference,  // the same, or in scripts `self`, which is the number after the last register
  kNumber,
  kOption,  // a number that may be absent with the words in [brackets]; absent is one below `min`
  kName,    // the name of a kind, absent likewise: a number of kind.h, which is kPlain if absent
};

// A field of an operation: its name in patterns, its name in errors, and its values.
struct Field {
  std::string_view name;
  std::string_view noun;
  Kind kind;
  int min;  // min ... max are written as numbers
  int max;
  int plainest;  // the value towards which Simpler moves it
  int (*get)(const Op&);
  void (*set)(Op*, int);

  constexpr bool is_register() const { return kind == Kind::kRegister || kind == Kind::kReference; }
  // The bounds of its values, those included that are not written as numbers.
  constexpr int lowest() const { return is_option() ? min - 1 : min; }
  constexpr bool is_option() const { return kind == Kind::kOption || kind == Kind::kName; }
  constexpr int highest(bool in_script) const {
    return kind == Kind::kReference && in_script ? max + 1 : max;
  }
};
static_assert(kNoScript == 0 - 1 && kSelf == (kRegisters - 1) + 1);

template <auto kMember>
constexpr Field MakeField(std::string_view name, std::string_view noun, Kind kind, int min, int max,
                          int plainest) {
  return {name,
          noun,
          kind,
          min,
          max,
          plainest,
          [](const Op& op) { return static_cast<int>(op.*kMember); },
          [](Op* op, int value) {
            using Value = std::remove_reference_t<decltype(op->*kMember)>;
            op->*kMember = static_cast<Value>(value);
          }};
}

// In the order in which Simpler tries them: what tells most about a failure first.
inline constexpr std::array kFields = {
    MakeField<&Op::kind>("T", "kind", Kind::kName, 1, kMaxKinds, kPlain),
    MakeField<&Op::script>("S", "script", Kind::kOption, 0, kMaxScripts - 1, kNoScript),
    MakeField<&Op::count>("N", "node size", Kind::kNumber, 0, kMaxSlots, 0),
    // Readers expect a full collection; a younger one would look like a condition of the failure.
    MakeField<&Op::count>("G", "generation", Kind::kNumber, 0, kGenerations - 1, kGenerations - 1),
    MakeField<&Op::count>("P", "action", Kind::kNumber, 0, kMaxActions - 1, 0),
    MakeField<&Op::count>("F", "allocation", Kind::kNumber, 1, kMaxArgument, 1),
    MakeField<&Op::count>("L", "length of a chain", Kind::kNumber, 1, kMaxChain, 1),
    MakeField<&Op::count>("W", "size of a step", Kind::kNumber, 1, kMaxStep, 1),
    MakeField<&Op::count>("I", "garbage element", Kind::kNumber, 0, kMaxArgument, 0),
    MakeField<&Op::count>("A", "threshold", Kind::kNumber, 0, kMaxArgument, 0),
    MakeField<&Op::count1>("B", "threshold", Kind::kNumber, 0, kMaxArgument, 0),
    MakeField<&Op::count2>("C", "threshold", Kind::kNumber, 0, kMaxArgument, 0),
    MakeField<&Op::slot>("K", "slot", Kind::kNumber, 0, kMaxSlots - 1, 0),
    MakeField<&Op::key>("Q", "register", Kind::kReference, 0, kRegisters - 1, 0),
    MakeField<&Op::value>("R'", "register", Kind::kReference, 0, kRegisters - 1, 0),
    MakeField<&Op::ref>("R", "register", Kind::kReference, 0, kRegisters - 1, 0),
    MakeField<&Op::dest>("rD", "register", Kind::kRegister, 0, kRegisters - 1, 0),
};

// What the reference `R`, `R'` or `Q` of an operation must lead to, or the operation is void.
enum class Operand : uint8_t {
  kNone,    // the pattern has no such reference
  kObject,  // any object: the register is not empty
  kNode,
  kWeak,
  kSlot,  // a node, or a weak reference that holds, that has slot K
  kMap,
};

// What else must be so, or the operation is void.
enum class State : uint8_t {
  kAny,
  kListed,    // the garbage list has an element I
  kActive,    // the slot is held by a kind that has actions
  kFinal,     // the node in R has a finalizer
  kInScript,  // a script is running
  kInMain,    // none is
  kRoom,      // fewer than kMaxPushed objects are pushed
  kPushed,    // main, or the script that is running, has pushed something
};

// The event by which an operation reports its own result, besides what it causes.
enum class Result : uint8_t {
  kNone,
  kBirth,   // Event::kNew, or Event::kFailed: it allocates
  kObject,  // Event::kGot: it reads
};

// An operation.
struct Row {
  OpCode code;
  // Its grammar, its written form and, in the order of its fields, its byte form. Names of kFields
  // stand for fields, everything else for itself; [brackets] after a space enclose what may be
  // absent: a field and the word before it. They come last.
  std::string_view pattern;
  const char* word;  // in signatures: see WordOf
  Result result = Result::kNone;
  uint32_t needs = 0;         // abilities without which it is void ...
  uint32_t script_needs = 0;  // ... and, where it names a script, these too
  Operand ref = Operand::kNone;
  Operand value = Operand::kNone;
  Operand key = Operand::kNone;
  State state = State::kAny;
};

inline constexpr std::array<Row, kOpCodes> kRows = {{
    {.code = OpCode::kNode,
     .pattern = "rD = node N [as T] [del S]",
     .word = "node",
     .result = Result::kBirth,
     .script_needs = kFinalizers},
    {.code = OpCode::kLeaf, .pattern = "rD = leaf", .word = "leaf", .result = Result::kBirth},
    {.code = OpCode::kWeak,
     .pattern = "rD = weak R [call S]",
     .word = "weak",
     .result = Result::kBirth,
     .needs = kWeakReferences,
     .script_needs = kCallbacks,
     .ref = Operand::kNode},
    {.code = OpCode::kCopy,
     .pattern = "rD = R [as T]",
     .word = "assignment",
     .ref = Operand::kObject},
    {.code = OpCode::kLoad,
     .pattern = "rD = R.K",
     .word = "load",
     .result = Result::kObject,
     .ref = Operand::kSlot},
    {.code = OpCode::kDeref,
     .pattern = "rD = R()",
     .word = "dereference",
     .result = Result::kObject,
     .needs = kWeakReferences,
     .ref = Operand::kWeak},
    {.code = OpCode::kStore,
     .pattern = "R.K = R' [as T]",
     .word = "store",
     .ref = Operand::kSlot,
     .value = Operand::kObject},
    {.code = OpCode::kEmptySlot, .pattern = "R.K = none", .word = "store", .ref = Operand::kSlot},
    {.code = OpCode::kEmptyRegister, .pattern = "rD = none", .word = "assignment"},
    {.code = OpCode::kCollect, .pattern = "collect G", .word = "collect"},
    {.code = OpCode::kThreshold,
     .pattern = "threshold A B C",
     .word = "setting",
     .needs = kThresholds},
    {.code = OpCode::kEnable, .pattern = "enable", .word = "setting", .needs = kThresholds},
    {.code = OpCode::kDisable, .pattern = "disable", .word = "setting", .needs = kThresholds},
    {.code = OpCode::kSaveallOn, .pattern = "saveall on", .word = "setting", .needs = kSaveall},
    {.code = OpCode::kSaveallOff, .pattern = "saveall off", .word = "setting", .needs = kSaveall},
    {.code = OpCode::kTakeGarbage,
     .pattern = "rD = garbage I",
     .word = "garbage",
     .result = Result::kObject,
     .needs = kGarbageList,
     .state = State::kListed},
    {.code = OpCode::kClearGarbage,
     .pattern = "garbage clear",
     .word = "garbage",
     .needs = kGarbageList},
    {.code = OpCode::kCensus, .pattern = "census", .word = "census", .needs = kCensusTaking},
    {.code = OpCode::kFail, .pattern = "fail F", .word = "setting", .needs = kFailures},
    {.code = OpCode::kRaise, .pattern = "raise", .word = "setting", .state = State::kInScript},
    {.code = OpCode::kPoke,
     .pattern = "poke R.K P",
     .word = "poke",
     .result = Result::kObject,
     .ref = Operand::kSlot,
     .state = State::kActive},
    {.code = OpCode::kMap,
     .pattern = "rD = map",
     .word = "map",
     .result = Result::kBirth,
     .needs = kMaps},
    {.code = OpCode::kMapGet,
     .pattern = "rD = R[Q]",
     .word = "lookup",
     .result = Result::kObject,
     .needs = kMaps,
     .ref = Operand::kMap,
     .key = Operand::kNode},
    {.code = OpCode::kMapPut,
     .pattern = "R[Q] = R'",
     .word = "entry",
     .needs = kMaps,
     .ref = Operand::kMap,
     .value = Operand::kObject,
     .key = Operand::kNode},
    {.code = OpCode::kMapRemove,
     .pattern = "R[Q] = none",
     .word = "entry",
     .needs = kMaps,
     .ref = Operand::kMap,
     .key = Operand::kNode},
    {.code = OpCode::kDispose,
     .pattern = "dispose R",
     .word = "dispose",
     .needs = kDisposal | kFinalizers,
     .ref = Operand::kNode,
     .state = State::kFinal},
    {.code = OpCode::kChain, .pattern = "rD = chain L", .word = "chain"},
    {.code = OpCode::kEnd,
     .pattern = "end",
     .word = "end",
     .needs = kEnding,
     .state = State::kInMain},
    {.code = OpCode::kPush,
     .pattern = "push R",
     .word = "push",
     .needs = kScopes,
     .ref = Operand::kObject,
     .state = State::kRoom},
    {.code = OpCode::kPop,
     .pattern = "pop",
     .word = "pop",
     .needs = kScopes,
     .state = State::kPushed},
    {.code = OpCode::kNodeWith,
     .pattern = "rD = node N with R R' [del S]",
     .word = "node",
     .result = Result::kBirth,
     .needs = kFills,
     .script_needs = kFinalizers,
     .ref = Operand::kObject,
     .value = Operand::kObject},
    {.code = OpCode::kClear,
     .pattern = "R.* = none",
     .word = "fill",
     .needs = kFills,
     .ref = Operand::kNode},
    {.code = OpCode::kCopySlots,
     .pattern = "R.* = R'.*",
     .word = "fill",
     .needs = kFills,
     .ref = Operand::kNode,
     .value = Operand::kNode},
    {.code = OpCode::kWeakWith,
     .pattern = "rD = weak R with R' [call S]",
     .word = "weak",
     .result = Result::kBirth,
     .needs = kWeakReferences | kHeldValues,
     .script_needs = kCallbacks,
     .ref = Operand::kNode,
     .value = Operand::kObject},
    {.code = OpCode::kStep, .pattern = "step W", .word = "step", .needs = kSteps},
}};

constexpr bool RowsAreInOrder() {
  for (int i = 0; i < kOpCodes; ++i) {
    if (kRows[i].code != static_cast<OpCode>(i)) return false;
  }
  return true;
}
static_assert(RowsAreInOrder());

constexpr const Row& RowOf(OpCode code) { return kRows[static_cast<size_t>(code)]; }

// Takes the next token off *rest: a word, or a single other character; "" at the end. Patterns and
// lines of programs are split in the same way.
constexpr std::string_view NextToken(std::string_view* rest) {
  auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '\'';
  };
  // A dash within a word, as in names of kinds; the line `---` is three tokens.
  auto goes_on = [&is_word](std::string_view text, size_t at) {
    return is_word(text[at]) || (text[at] == '-' && at > 0);
  };
  while (!rest->empty() && is_space(rest->front())) rest->remove_prefix(1);
  size_t length = 0;
  while (length < rest->size() && goes_on(*rest, length)) ++length;
  if (length == 0 && !rest->empty()) length = 1;
  std::string_view token = rest->substr(0, length);
  rest->remove_prefix(length);
  return token;
}

// Whether that token of a pattern opens what may be absent. A bracket after a reference is the
// language's own, as in `R[Q]`. REQUIRES: it is not the first token.
constexpr bool OpensOption(std::string_view token) {
  return token == "[" && *(token.data() - 1) == ' ';
}

// The field of that name, or null: then the token of a pattern stands for itself.
constexpr const Field* FieldNamed(std::string_view name) {
  for (const Field& field : kFields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

// A record of four bytes holds three fields besides the kind; an operation has at most two records.
inline constexpr size_t kRecordFields = 3;
inline constexpr size_t kMaxFields = 2 * kRecordFields;

class FieldList {
 public:
  constexpr FieldList() = default;
  constexpr explicit FieldList(std::string_view pattern) {
    for (std::string_view token = NextToken(&pattern); !token.empty();
         token = NextToken(&pattern)) {
      if (const Field* field = FieldNamed(token)) fields_[size_++] = field;
    }
  }
  constexpr const Field* const* begin() const { return fields_.data(); }
  constexpr const Field* const* end() const { return fields_.data() + size_; }
  constexpr bool Has(std::string_view name) const {
    for (const Field* field : *this) {
      if (field->name == name) return true;
    }
    return false;
  }

 private:
  std::array<const Field*, kMaxFields> fields_{};
  size_t size_ = 0;
};

inline constexpr std::array<FieldList, kOpCodes> kFieldLists = [] {
  std::array<FieldList, kOpCodes> lists;
  for (int i = 0; i < kOpCodes; ++i) lists[i] = FieldList(kRows[i].pattern);
  return lists;
}();

// The fields that an operation uses, in the order of its pattern.
constexpr const FieldList& FieldsOf(OpCode code) { return kFieldLists[static_cast<size_t>(code)]; }

// The columns say of an operation what its pattern says: a row that contradicts itself does not
// compile.
constexpr bool RowsAgreeWithPatterns() {
  for (const Row& row : kRows) {
    const FieldList& fields = FieldsOf(row.code);
    if (row.word == nullptr) return false;
    if ((row.ref != Operand::kNone) != fields.Has("R")) return false;
    if ((row.value != Operand::kNone) != fields.Has("R'")) return false;
    if ((row.key != Operand::kNone) != fields.Has("Q")) return false;
    if ((row.ref == Operand::kSlot) != fields.Has("K")) return false;
    if ((row.script_needs != 0) != fields.Has("S")) return false;
    if ((row.state == State::kListed) != fields.Has("I")) return false;
    if (row.result == Result::kBirth && !fields.Has("rD")) return false;
    if ((row.state == State::kActive) != fields.Has("P")) return false;
  }
  return true;
}
static_assert(RowsAgreeWithPatterns());

// Drops empty scripts at the end, which have no meaning, so that equal programs compare equal.
inline void TrimScripts(Program* program) {
  while (!program->scripts.empty() && program->scripts.back().empty()) program->scripts.pop_back();
}

}  // namespace ouro::table

#endif  // MODEL_PROGRAM_TABLE_H_
