// SPDX-License-Identifier: Apache-2.0

// The byte form of programs, which libFuzzer mutates: records of four bytes, so that changing a
// byte changes one operation and moving a record changes none.
//
// A record is the code of an operation and a byte for each of its first three fields, in the order
// of its pattern. The code kSectionCode opens a script or main instead; a program starts in main.
// Two more are for the next operation: kKindCode is followed by the number of a kind, low byte
// first, and kMoreCode by the fields behind the third, if the operation has them. Every value of
// every byte has a meaning, and different operations have different records.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "model/program.h"
#include "model/program_table.h"

namespace ouro {
namespace {

using table::Field;

constexpr size_t kRecord = 1 + table::kRecordFields;
using Record = std::array<uint8_t, kRecord>;

// The low six bits of the first byte. Two of the three codes that are no operations have been where
// they are since there were five bits; operations have the numbers below and above them.
constexpr int kCodes = 64;
constexpr int kKindCode = 30;
constexpr int kSectionCode = 31;
constexpr int kMoreCode = kCodes - 1;
static_assert(kOpCodes <= kMoreCode - 2);

OpCode CodeOf(int code) {
  return static_cast<OpCode>((code < kKindCode ? code : code - 2) % kOpCodes);
}

uint8_t ByteOf(OpCode op) {
  const int code = static_cast<int>(op);
  return static_cast<uint8_t>(code < kKindCode ? code : code + 2);
}

// What a byte means for a field with many values: 0 ... 192 exactly, then 200, 300 ... 900, 1000,
// 2000 ... 1000000000. So the thresholds of real collectors (700 10 10, 2000 10 0) are exact.
constexpr std::array<int32_t, 256> kNumbers = [] {
  std::array<int32_t, 256> numbers{};
  int32_t number = 0;
  int32_t step = 1;
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = number;
    if (number == 192) {
      number = 200;
      step = 100;
      continue;
    }
    if (number == 10 * step && step >= 100) step *= 10;
    if (number < kMaxArgument) number += step;
  }
  return numbers;
}();
static_assert(kNumbers[193] == 200 && kNumbers[255] == kMaxArgument);

bool IsWide(const Field& field) { return field.max - field.min >= 256; }

// A long chain takes seconds: bytes that nobody chose must not.
int MaxOf(const Field& field) {
  constexpr int kMaxLinks = 1000;
  return field.max == kMaxChain ? kMaxLinks : field.max;
}

// `self` is valid only in scripts; in main its byte is r0's.
int FieldOf(const Field& field, uint8_t byte, bool in_script) {
  if (IsWide(field)) return std::clamp(kNumbers[byte], field.min, MaxOf(field));
  return field.lowest() + byte % (field.highest(in_script) - field.lowest() + 1);
}

uint8_t ByteOf(const Field& field, int value) {
  if (!IsWide(field)) return static_cast<uint8_t>(value - field.lowest());
  auto above = std::upper_bound(kNumbers.begin(), kNumbers.end(), std::min(value, MaxOf(field)));
  return static_cast<uint8_t>(above - kNumbers.begin() - 1);
}

// An operation's own record, and the one before it with the fields that have no room there.
struct Records {
  Record own{};
  Record more{kMoreCode};
  bool needs_more = false;

  uint8_t& Field(size_t number) {
    needs_more = number >= table::kRecordFields;
    return needs_more ? more[1 + number - table::kRecordFields] : own[1 + number];
  }
};

Op OpOf(Records records, bool in_script) {
  Op op;
  op.code = CodeOf(records.own[0] % kCodes);
  size_t number = 0;
  for (const Field* field : table::FieldsOf(op.code)) {
    if (field->kind == table::Kind::kName) continue;
    field->set(&op, FieldOf(*field, records.Field(number++), in_script));
  }
  return op;
}

Records RecordsOf(const Op& op) {
  Records records;
  records.own[0] = ByteOf(op.code);
  size_t number = 0;
  for (const Field* field : table::FieldsOf(op.code)) {
    if (field->kind == table::Kind::kName) continue;
    records.Field(number++) = ByteOf(*field, field->get(op));
  }
  return records;
}

void Append(const Script& script, std::vector<uint8_t>* bytes) {
  for (const Op& op : script) {
    if (op.kind != kPlain) {
      const Record kind = {kKindCode, static_cast<uint8_t>(op.kind & 0xff),
                           static_cast<uint8_t>(op.kind >> 8)};
      bytes->insert(bytes->end(), kind.begin(), kind.end());
    }
    const Records records = RecordsOf(op);
    if (records.needs_more) {
      bytes->insert(bytes->end(), records.more.begin(), records.more.end());
    }
    bytes->insert(bytes->end(), records.own.begin(), records.own.end());
  }
}

}  // namespace

Program Decode(const uint8_t* data, size_t size, size_t max_ops) {
  Program program;
  int section = kNoScript;  // main
  KindId kind = kPlain;     // of the next operation
  Record more{kMoreCode};   // likewise
  size_t ops = 0;
  for (size_t at = 0; at < size && ops < max_ops; at += kRecord) {
    Record record{};  // a short last record is padded with zeros
    std::copy_n(data + at, std::min(kRecord, size - at), record.begin());
    if (record[0] % kCodes == kSectionCode) {
      section = record[1] % (kMaxScripts + 1) - 1;
      continue;
    }
    if (record[0] % kCodes == kKindCode) {
      kind = static_cast<KindId>((record[1] | record[2] << 8) % (kMaxKinds + 1));
      continue;
    }
    if (record[0] % kCodes == kMoreCode) {
      more = record;
      continue;
    }
    bool in_script = section != kNoScript;
    if (in_script && program.scripts.size() <= static_cast<size_t>(section)) {
      program.scripts.resize(static_cast<size_t>(section) + 1);
    }
    Script& script = in_script ? program.scripts[static_cast<size_t>(section)] : program.main;
    if (script.empty()) script.reserve(std::min((size - at) / kRecord + 1, max_ops));
    script.push_back(OpOf({.own = record, .more = more}, in_script));
    // A number without a name would not survive as text.
    const bool named = kind != kPlain && KindName(kind) != KindName(kPlain);
    if (named && TakesKind(script.back().code)) script.back().kind = kind;
    kind = kPlain;
    more = {kMoreCode};
    ++ops;
  }
  return program;
}

std::vector<uint8_t> Encode(const Program& program) {
  std::vector<uint8_t> bytes;
  bytes.reserve(kRecord * (2 * program.size() + program.scripts.size()));
  Append(program.main, &bytes);
  for (size_t i = 0; i < program.scripts.size(); ++i) {
    if (program.scripts[i].empty()) continue;
    Record open = {kSectionCode, static_cast<uint8_t>(i + 1)};
    bytes.insert(bytes.end(), open.begin(), open.end());
    Append(program.scripts[i], &bytes);
  }
  return bytes;
}

}  // namespace ouro
