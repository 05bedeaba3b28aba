// The table of the mutation language: one row an operation, one row a field of operations. Text,
// bytes, simplification and mutation are four interpreters of it, so a new operation is a new row.
//
// Place: internal to program*.cc and fuzz/libfuzzer/mutator.cc; everyone else includes program.h.

#ifndef MODEL_PROGRAM_TABLE_H_
#define MODEL_PROGRAM_TABLE_H_

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "model/program.h"

namespace ouro::table {

enum class Kind {
  kRegister,   // written `r0` ... `r15`
  kReference,  // the same, or in scripts `self`, which is the number after the last register
  kNumber,
  kOption,  // a number that may be absent with the words in [brackets]; absent is one below `min`
};

// A field of an operation: how patterns and errors call it, and what it may be.
struct Field {
  std::string_view name;
  std::string_view noun;
  Kind kind;
  int min;  // min ... max can be written as a number
  int max;
  int plainest;  // where Simpler leads
  int (*get)(const Op&);
  void (*set)(Op*, int);

  constexpr bool is_register() const { return kind == Kind::kRegister || kind == Kind::kReference; }
  // The values, with what is not written as a number.
  constexpr int lowest() const { return kind == Kind::kOption ? min - 1 : min; }
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

// In the order in which Simpler tries them: what says most about a failure first.
inline constexpr std::array kFields = {
    MakeField<&Op::script>("S", "script", Kind::kOption, 0, kMaxScripts - 1, kNoScript),
    MakeField<&Op::count>("N", "node size", Kind::kNumber, 0, kMaxSlots, 0),
    // A full collection is what a reader expects; a younger one is a condition of the failure.
    MakeField<&Op::count>("G", "generation", Kind::kNumber, 0, kGenerations - 1, kGenerations - 1),
    MakeField<&Op::count>("F", "allocation", Kind::kNumber, 1, kMaxArgument, 1),
    MakeField<&Op::count>("I", "garbage element", Kind::kNumber, 0, kMaxArgument, 0),
    MakeField<&Op::count>("A", "threshold", Kind::kNumber, 0, kMaxArgument, 0),
    MakeField<&Op::count1>("B", "threshold", Kind::kNumber, 0, kMaxArgument, 0),
    MakeField<&Op::count2>("C", "threshold", Kind::kNumber, 0, kMaxArgument, 0),
    MakeField<&Op::slot>("K", "slot", Kind::kNumber, 0, kMaxSlots - 1, 0),
    MakeField<&Op::value>("R'", "register", Kind::kReference, 0, kRegisters - 1, 0),
    MakeField<&Op::ref>("R", "register", Kind::kReference, 0, kRegisters - 1, 0),
    MakeField<&Op::dest>("rD", "register", Kind::kRegister, 0, kRegisters - 1, 0),
};

// An operation. Its pattern is its grammar, its written form and, in the order of its fields, its
// byte form. Names of kFields stand for fields, everything else for itself; [brackets] enclose
// what may be absent, and they come last.
struct Row {
  OpCode code;
  std::string_view pattern;
  bool allocates = false;
};

inline constexpr std::array<Row, kOpCodes> kRows = {{
    {OpCode::kNode, "rD = node N [del S]", true},
    {OpCode::kLeaf, "rD = leaf", true},
    {OpCode::kWeak, "rD = weak R [call S]", true},
    {OpCode::kCopy, "rD = R"},
    {OpCode::kLoad, "rD = R.K"},
    {OpCode::kDeref, "rD = R()"},
    {OpCode::kStore, "R.K = R'"},
    {OpCode::kEmptySlot, "R.K = none"},
    {OpCode::kEmptyRegister, "rD = none"},
    {OpCode::kCollect, "collect G"},
    {OpCode::kThreshold, "threshold A B C"},
    {OpCode::kEnable, "enable"},
    {OpCode::kDisable, "disable"},
    {OpCode::kSaveallOn, "saveall on"},
    {OpCode::kSaveallOff, "saveall off"},
    {OpCode::kTakeGarbage, "rD = garbage I"},
    {OpCode::kClearGarbage, "garbage clear"},
    {OpCode::kCensus, "census"},
    {OpCode::kFail, "fail F"},
    {OpCode::kRaise, "raise"},
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
// lines of programs have the same tokens.
constexpr std::string_view NextToken(std::string_view* rest) {
  auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '\'';
  };
  while (!rest->empty() && is_space(rest->front())) rest->remove_prefix(1);
  size_t length = 0;
  while (length < rest->size() && is_word((*rest)[length])) ++length;
  if (length == 0 && !rest->empty()) length = 1;
  std::string_view token = rest->substr(0, length);
  rest->remove_prefix(length);
  return token;
}

// The field of that name, or null: the token of a pattern stands for itself.
constexpr const Field* FieldNamed(std::string_view name) {
  for (const Field& field : kFields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

// An operation has at most three fields, so a record of four bytes holds it.
inline constexpr size_t kMaxFields = 3;

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

// Drops empty scripts at the end, which mean nothing: the one form of a program.
inline void TrimScripts(Program* program) {
  while (!program->scripts.empty() && program->scripts.back().empty()) program->scripts.pop_back();
}

}  // namespace ouro::table

#endif  // MODEL_PROGRAM_TABLE_H_
