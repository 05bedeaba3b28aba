// SPDX-License-Identifier: Apache-2.0

// `ouro run`: programs on their specimens, under the judge.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign_report.h"
#include "fuzz/campaign/observation.h"
#include "fuzz/interrupt.h"
#include "fuzz/ouro/ci_report.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/runner.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/history/history.h"
#include "model/history/state_text.h"
#include "model/trial.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

Limits LimitsOf(const RunArguments& arguments) {
  using Verify = Limits::Verify;
  return {.verify = arguments.verify ? Verify::kAfterOperations : Verify::kNever};
}

class Runs {
 public:
  Runs(const RunArguments& arguments, const Assignment& assigned, CiReport* report)
      : arguments_(arguments),
        assigned_(assigned),
        report_(*report),
        observations_(arguments.observe, "ouro run"),
        // With --trace and --state, standard output contains nothing but traces.
        traces_(arguments.trace || arguments.state),
        reports_(traces_ ? stderr : stdout),
        run_(assigned.specimens.size()),
        convicted_(assigned.specimens.size()) {
    for (const Specimen& specimen : assigned.specimens) {
      runners_.push_back(
          std::make_unique<Runner>(specimen, LimitsOf(arguments), arguments.in_process));
    }
  }

  // Returns whether all were lawful.
  bool Run() {
    const size_t size = assigned_.programs.size();
    for (size_t begin = 0, end = 0; begin < size; begin = end) {
      const size_t on = assigned_.specimen_of[begin];
      std::vector<Program> programs;  // what follows for the same specimen, so that order is kept
      for (; end < size && assigned_.specimen_of[end] == on; ++end) {
        programs.push_back(assigned_.programs[end].program);
      }
      RunOn(on, programs, begin);
    }
    line_.Clear();
    for (size_t on = 0; on < run_.size(); ++on) {
      fmt::print(reports_, "{} on {}, {} convicted\n", Count(run_[on], "program"),
                 assigned_.specimens[on].name, convicted_[on]);
    }
    AddUnrun();
    return std::all_of(convicted_.begin(), convicted_.end(), [](size_t n) { return n == 0; });
  }

  std::string Publish() { return observations_.Publish(); }

 private:
  // `first`: the index of programs[0] in all.
  void RunOn(size_t on, const std::vector<Program>& programs, size_t first) {
    if (observations_.wanted()) return ObserveOn(on, programs, first);
    if (!traces_) {
      runners_[on]->RunAll(programs,
                           [&](size_t index, const Verdict& verdict, const std::string& trace) {
                             Say(first + index, verdict, trace);
                           });
      return;
    }
    // Traces are of each program alone, lawful or not.
    Runner::Series series(*runners_[on], programs);
    for (size_t i = 0; i < programs.size() && !Interruptible::Interrupted(); ++i) {
      std::string trace;
      const Verdict verdict = series.Next(&trace);
      Say(first + i, verdict, trace);
    }
  }

  // Each program in a process of its own, as its time is written down.
  void ObserveOn(size_t on, const std::vector<Program>& programs, size_t first) {
    observations_.SetProperty("ouro run " + assigned_.specimens[on].name);
    for (size_t i = 0; i < programs.size() && !Interruptible::Interrupted(); ++i) {
      std::string trace;
      const Clock::time_point begin = Clock::now();
      const Verdict verdict = runners_[on]->Run(programs[i], &trace);
      const auto time = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
      Observe(first + i, MeasuredOf(verdict, static_cast<uint64_t>(time.count())));
      Say(first + i, verdict, trace);
    }
  }

  void Observe(size_t i, const Measured& measured) {
    if (!IsObserved(i) && measured.signature.empty()) return;
    const ProgramFile& program = assigned_.programs[i];
    observations_.Sample(program.program, program.Label(), measured);
  }

  void Say(size_t i, const Verdict& verdict, const std::string& transcript) {
    const size_t on = assigned_.specimen_of[i];
    const Specimen& specimen = assigned_.specimens[on];
    ++run_[on];
    line_.Show(fmt::format("{} of {} programs", i + 1, assigned_.programs.size()));
    if (report_.wanted()) {
      report_.Add(OutcomeOf(assigned_.programs[i], specimen, verdict, transcript));
    }
    if (arguments_.state && !transcript.empty()) {
      fmt::print("{}---\n", WithState(transcript, specimen, EndingOf(verdict)));
    } else if (traces_) {
      fmt::print("{}---\n", transcript);
    }
    if (verdict.lawful()) return;
    ++convicted_[on];
    line_.Clear();
    const std::string report = Report(specimen, verdict, traces_ ? "" : transcript);
    fmt::print(reports_, "{}\n",
               Painted(fmt::format("{}: {}", assigned_.programs[i].Label(), report), reports_));
  }

  // An interruption leaves programs out; they ran in order.
  void AddUnrun() {
    size_t done = 0;
    for (const size_t n : run_) done += n;
    for (; done < assigned_.programs.size(); ++done) {
      const Specimen& specimen = assigned_.specimens[assigned_.specimen_of[done]];
      report_.Add(Unrun(assigned_.programs[done], specimen));
    }
  }

  const RunArguments& arguments_;
  const Assignment& assigned_;
  CiReport& report_;
  Observations observations_;
  const bool traces_;
  std::FILE* const reports_;
  std::vector<std::unique_ptr<Runner>> runners_;  // of the specimens
  std::vector<size_t> run_;                       // programs, on each specimen
  std::vector<size_t> convicted_;
  StatusLine line_;
};

}  // namespace

std::string RunCommand(const RunArguments& arguments, int* exit_code) {
  CiReport report("run", arguments.reports);
  std::string error = ProbeReports(report, arguments.observe);
  if (!error.empty()) return error;
  Assignment assigned;
  error = Assign(arguments.files, arguments.choice, kDefaultSpecimen, &assigned);
  if (!error.empty()) return error;
  Runs runs(arguments, assigned, &report);
  return Reported(&report, /*lasting=*/!arguments.observe.empty(), [&] {
    *exit_code = runs.Run() ? 0 : 1;
    return runs.Publish();
  });
}

}  // namespace ouro
