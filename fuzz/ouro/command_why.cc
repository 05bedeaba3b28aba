// SPDX-License-Identifier: Apache-2.0

// `ouro why`: what holds an object at one line of a run, or why nothing does.

#include <fmt/format.h>

#include <cstddef>
#include <string>

#include "fuzz/ouro/commands.h"
#include "fuzz/runner.h"
#include "model/history/history.h"
#include "model/history/why.h"

namespace ouro {
namespace {

// What was asked for, found while the run is followed.
struct Moment {
  size_t line = 0;   // 0: none yet
  std::string text;  // of that line
  HeapView view;
  size_t freed_at = 0;  // the line at which the object was freed; 0: it was not
  std::string freed_by;
};

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
  const size_t wanted = static_cast<size_t>(arguments.line);
  Moment moment;
  HistoryEnd end;
  const auto each = [&](const Step& step, const Judge& judge) {
    if (step.line.kind == TranscriptLine::Kind::kComment) return;
    if (wanted != 0 && step.line.number > wanted) return;
    moment.line = step.line.number;
    moment.text = step.line.text;
    moment.view = judge.View();
    const auto id = static_cast<size_t>(object);
    if (moment.freed_at == 0 && id < moment.view.objects.size() &&
        moment.view.objects[id].state == ObjectView::State::kFreed) {
      moment.freed_at = moment.line;
      moment.freed_by = moment.text;
    }
  };
  error = Follow(trace, specimen, EndingOf(verdict), each, &end);
  if (!error.empty())
    return fmt::format("{}: the trace of {}: {}", arguments.file, specimen.name, error);
  if (moment.line == 0) return fmt::format("{}: there is no trace up to that line", arguments.file);
  if (static_cast<size_t>(object) >= moment.view.objects.size()) {
    return fmt::format("{}: at step {} there are {} objects, and no #{}", arguments.file,
                       moment.line, moment.view.objects.size(), object);
  }
  fmt::print("after step {}, {}:\n", moment.line, moment.text);
  for (const std::string& line : WhyAlive(moment.view, object)) fmt::print("{}\n", line);
  if (moment.freed_at != 0) fmt::print("at step {}, {}\n", moment.freed_at, moment.freed_by);
  *exit_code = 0;
  return "";
}

}  // namespace ouro
