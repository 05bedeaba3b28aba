// SPDX-License-Identifier: Apache-2.0

// `ouro why`: what holds an object at one line of a run, or why nothing does.

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/ouro/commands.h"
#include "fuzz/runner.h"
#include "model/history/history.h"
#include "model/history/why.h"

namespace ouro {
namespace {

// An operation or event of a trace; number 0: none.
struct NumberedLine {
  size_t number = 0;
  std::string text;
};

// The last operation or event up to line number `at`, and the one that freed the object by then.
void FindLines(const std::string& trace, size_t at, ObjectId object, NumberedLine* last,
               NumberedLine* freed) {
  const std::string free = fmt::format("free {}", object);
  TranscriptReader reader(trace);
  for (TranscriptLine line; reader.Next(&line) && line.number <= at;) {
    const bool event = line.kind == TranscriptLine::Kind::kEvent;
    if (!event && line.kind != TranscriptLine::Kind::kOperation) continue;
    *last = {line.number, std::string(line.text)};
    if (event && line.text == free) *freed = *last;
  }
}

}  // namespace

std::string WhyCommand(const WhyArguments& arguments, int* exit_code) {
  Assignment assigned;
  std::string error = Assign({arguments.file}, arguments.choice, kDefaultSpecimen, &assigned);
  if (!error.empty()) return error;
  if (assigned.programs.size() != 1) {
    return fmt::format("{}: contains {} programs; name one", arguments.file,
                       assigned.programs.size());
  }
  const Specimen& specimen = assigned.specimen(0);
  std::string trace;
  const Verdict verdict = Runner(specimen).Run(assigned.programs[0].program, &trace);
  ObjectId object = arguments.object;
  if (object == kNone && verdict.violation) object = verdict.violation->object;
  if (object == kNone) {
    return fmt::format("{}: on {} the verdict is about no object; name one with --object",
                       arguments.file, specimen.name);
  }
  NumberedLine last;
  NumberedLine freed;
  FindLines(trace, arguments.line == 0 ? SIZE_MAX : static_cast<size_t>(arguments.line), object,
            &last, &freed);
  if (last.number == 0) return fmt::format("{}: there is no trace up to that line", arguments.file);
  HeapView view;
  HistoryEnd end;
  const auto each = [&](const Step& step, const Judge& judge) {
    if (step.line.number == last.number) view = judge.View();
  };
  error = Follow(trace, specimen, EndingOf(verdict), each, &end);
  if (!error.empty()) {
    return fmt::format("{}: the trace of {}: {}", arguments.file, specimen.name, error);
  }
  if (static_cast<size_t>(object) >= view.objects.size()) {
    return fmt::format("{}: at step {} there are {} objects, and no #{}", arguments.file,
                       last.number, view.objects.size(), object);
  }
  fmt::print("after step {}, {}:\n", last.number, last.text);
  for (const std::string& line : WhyAlive(view, object)) fmt::print("{}\n", line);
  const bool dead = view.objects[static_cast<size_t>(object)].state == ObjectView::State::kFreed;
  if (dead && freed.number != 0) fmt::print("at step {}, {}\n", freed.number, freed.text);
  *exit_code = 0;
  return "";
}

}  // namespace ouro
