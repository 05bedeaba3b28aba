// SPDX-License-Identifier: Apache-2.0

// The byte form of programs, which libFuzzer mutates: records of four bytes, so that changing a
// byte changes one operation and moving a record changes none.
//
// A record is the code of an operation and a byte for each of its fields, in the order of its
// pattern. The code kSectionCode opens a script or main instead; a program starts in main. The code
// kKindCode is followed by the number of a kind, low byte first, for the next operation if that
// takes one. Every value of every byte has a meaning, and different operations have different
// records.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "model/program.h"
#include "model/program_table.h"

namespace ouro {
namespace {

using table::Field;

constexpr size_t kRecord = 1 + table::kMaxPlainFields;
using Record = std::array<uint8_t, kRecord>;

// The low five bits of the first byte; new operations may take the codes below it.
constexpr int kCodes = 32;
constexpr int kSectionCode = kCodes - 1;
constexpr int kKindCode = kCodes - 2;
static_assert(kOpCodes <= kKindCode);

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

Op OpOf(const Record& record, bool in_script) {
  Op op;
  op.code = static_cast<OpCode>(record[0] % kCodes % kOpCodes);
  size_t at = 1;
  for (const Field* field : table::FieldsOf(op.code)) {
    if (field->kind == table::Kind::kName) continue;
    field->set(&op, FieldOf(*field, record[at++], in_script));
  }
  return op;
}

Record RecordOf(const Op& op) {
  Record record{};
  record[0] = static_cast<uint8_t>(op.code);
  size_t at = 1;
  for (const Field* field : table::FieldsOf(op.code)) {
    if (field->kind == table::Kind::kName) continue;
    record[at++] = ByteOf(*field, field->get(op));
  }
  return record;
}

void Append(const Script& script, std::vector<uint8_t>* bytes) {
  for (const Op& op : script) {
    if (op.kind != kPlain) {
      const Record kind = {kKindCode, static_cast<uint8_t>(op.kind & 0xff),
                           static_cast<uint8_t>(op.kind >> 8)};
      bytes->insert(bytes->end(), kind.begin(), kind.end());
    }
    const Record record = RecordOf(op);
    bytes->insert(bytes->end(), record.begin(), record.end());
  }
}

}  // namespace

Program Decode(const uint8_t* data, size_t size, size_t max_ops) {
  Program program;
  int section = kNoScript;  // main
  KindId kind = kPlain;     // of the next operation
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
    bool in_script = section != kNoScript;
    if (in_script && program.scripts.size() <= static_cast<size_t>(section)) {
      program.scripts.resize(static_cast<size_t>(section) + 1);
    }
    Script& script = in_script ? program.scripts[static_cast<size_t>(section)] : program.main;
    if (script.empty()) script.reserve(std::min((size - at) / kRecord + 1, max_ops));
    script.push_back(OpOf(record, in_script));
    // A number without a name would not survive as text.
    const bool named = kind != kPlain && KindName(kind) != KindName(kPlain);
    if (named && TakesKind(script.back().code)) script.back().kind = kind;
    kind = kPlain;
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
