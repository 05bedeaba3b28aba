// SPDX-License-Identifier: Apache-2.0

#include "model/history/as_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "model/check.h"
#include "model/program_variants.h"
#include "model/transcript.h"

namespace ouro {
namespace {

constexpr size_t kMostSaid = 3;
constexpr size_t kMostLines = 5000;  // of a trace; no hypothesis is tried for longer ones

// Makes hypotheses about one trace, and asks the judge.
class Detective {
 public:
  Detective(const std::string& trace, const Specimen& specimen, const HistoryEnd& end, size_t most)
      : specimen_(specimen), end_(end), most_(most), lines_(ReadTranscript(trace)) {
    TranscriptReader reader(trace);
    for (TranscriptLine line; reader.Next(&line);) {
      const bool read = line.kind == TranscriptLine::Kind::kOperation ||
                        line.kind == TranscriptLine::Kind::kEvent;
      if (read) numbers_.push_back(line.number);
    }
  }

  AsIf Find() {
    if (lines_.size() > kMostLines) return {};
    using Sort = void (Detective::*)(size_t);
    for (const Sort sort : {&Detective::LeaveOut, &Detective::Exchange, &Detective::CountTwice}) {
      for (size_t i = lines_.size(); i-- > 0 && found_.words.size() < kMostSaid;) {
        if (lines_[i].op) (this->*sort)(i);
      }
      if (!found_.words.empty()) break;
    }
    return found_;
  }

 private:
  std::string Name(size_t i) const {
    return fmt::format("step {}, {},", numbers_[i], Print(*lines_[i].op));
  }

  // Whether the judge accepts the changed trace, up to where it convicted the real one.
  bool Holds(const Transcript& changed) {
    if (found_.tried >= most_) return false;
    ++found_.tried;
    HistoryEnd end;
    const Ending ending = end_.missing ? Ending::kOperation : Ending::kCut;
    CHECK(Follow(
              Print(changed), specimen_, ending, [](const Step&, const Judge&) {}, &end)
              .empty());
    return !end.violation;
  }

  void LeaveOut(size_t i) {
    Transcript changed = lines_;
    changed.erase(changed.begin() + static_cast<ptrdiff_t>(i));
    // What it reported goes with it, if that is nothing but its result.
    if (i < changed.size() && changed[i].is(Event::Kind::kGot)) {
      changed.erase(changed.begin() + static_cast<ptrdiff_t>(i));
    }
    if (Holds(changed)) found_.words.push_back(fmt::format("{} had not been there", Name(i)));
  }

  void Exchange(size_t i) {
    const Op& op = *lines_[i].op;
    const VariantSource source = {.registers = Registers(), .in_script = lines_[i].indent > 0};
    std::string said;  // one value of an operand is enough
    for (const Variant& variant : VariantsOf(op, source)) {
      if (variant.operand == said) continue;
      Transcript changed = lines_;
      changed[i].op = variant.op;
      // The collection that a changed `collect` asks for is the changed one.
      if (i + 1 < changed.size() && changed[i + 1].is(Event::Kind::kCollect) &&
          op.code == OpCode::kCollect) {
        changed[i + 1].event->number = variant.op.count;
      }
      if (!Holds(changed)) continue;
      said = variant.operand;
      found_.words.push_back(fmt::format("{} had been {}", Name(i), Print(variant.op)));
    }
  }

  // A register that the trace does not name holds what the operation has stored.
  void CountTwice(size_t i) {
    const Op& op = *lines_[i].op;
    const std::optional<Ref> stored = Stored(op);
    const std::vector<Ref> named = Registers();
    int spare = kRegisters;
    while (spare-- > 0 && std::find(named.begin(), named.end(), spare) != named.end()) continue;
    if (!stored || spare < 0) return;
    size_t after = i + 1;
    // After its result.
    while (after < lines_.size() &&
           (lines_[after].is(Event::Kind::kNew) || lines_[after].is(Event::Kind::kGot))) {
      ++after;
    }
    Transcript changed = lines_;
    const Op more = {.code = OpCode::kCopy, .dest = static_cast<uint8_t>(spare), .ref = *stored};
    changed.insert(changed.begin() + static_cast<ptrdiff_t>(after),
                   {.indent = lines_[i].indent, .op = more});
    if (Holds(changed)) {
      found_.words.push_back(fmt::format("the reference of {} counted twice", Name(i)));
    }
  }

  // What leads to the object to which the operation has made a reference.
  static std::optional<Ref> Stored(const Op& op) {
    if (op.code == OpCode::kStore || op.code == OpCode::kMapPut) return op.value;
    if (op.code == OpCode::kPush) return op.ref;
    if (WritesRegister(op.code) && op.code != OpCode::kEmptyRegister) return op.dest;
    return std::nullopt;
  }

  std::vector<Ref> Registers() const {
    Program program;
    for (const Line& line : lines_) {
      if (line.op) program.main.push_back(*line.op);
    }
    return SourceOf(program, false).registers;
  }

  const Specimen& specimen_;
  const HistoryEnd& end_;
  const size_t most_;
  const Transcript lines_;
  std::vector<size_t> numbers_;  // of these lines in the trace
  AsIf found_;
};

}  // namespace

AsIf FindAsIf(const std::string& trace, const Specimen& specimen, const HistoryEnd& end,
              size_t most) {
  return Detective(trace, specimen, end, most).Find();
}

}  // namespace ouro
