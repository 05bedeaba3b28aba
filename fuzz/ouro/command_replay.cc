// SPDX-License-Identifier: Apache-2.0

// `ouro replay`: programs on every available specimen, compared with the known bugs that the heads
// of their files name.

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "corpus/head.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/interrupt.h"
#include "fuzz/ouro/ci_report.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/known_programs.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

struct Tally {
  size_t run = 0;
  size_t convicted = 0;  // without a known bug
  size_t known = 0;
  size_t missed = 0;
};

std::string LawOf(const Verdict& verdict) {
  return verdict.violation ? fmt::format("broke the law {}", Name(verdict.violation->law))
                           : fmt::format("is broken: {}", verdict.trouble);
}

class Replayer {
 public:
  explicit Replayer(CiReport* report) : report_(*report) {}

  std::string Read(const std::vector<std::string>& files) { return programs_.Read(files); }

  int Run() {
    std::vector<std::string> absent;
    const std::vector<Specimen> specimens = AvailableSpecimens(files(), {}, &absent);
    for (const std::string& why : absent) {
      fmt::print("left out: {}\n", why);
      report_.Add(Absent(why));
    }
    Tally all;
    for (const Specimen& specimen : specimens) {
      const Tally tally = RunOn(specimen);
      if (tally.run == 0) continue;  // interrupted before
      fmt::print("{:<18} {}, {} convicted", specimen.name, Count(tally.run, "program"),
                 tally.convicted);
      if (tally.known > 0) fmt::print(", {} known", tally.known);
      if (tally.missed > 0) fmt::print(", {} missed", tally.missed);
      fmt::print("\n");
      std::fflush(stdout);
      all.convicted += tally.convicted;
      all.missed += tally.missed;
    }
    return all.convicted + all.missed == 0 ? 0 : 1;
  }

 private:
  const std::vector<ProgramFile>& files() const { return programs_.files(); }

  Tally RunOn(const Specimen& specimen) {
    Tally tally;
    const auto each = [&](size_t i, const Verdict& verdict, const std::string& trace,
                          const Judgement& judgement) {
      line_.Show(fmt::format("{}: {} of {} programs", specimen.name, ++tally.run, files().size()));
      Say(specimen, i, verdict, trace, judgement);
      if (report_.wanted()) {
        report_.Add(Weighed(OutcomeOf(files()[i], specimen, verdict, trace), judgement));
      }
      tally.convicted += judgement.kind == Judgement::Kind::kUnknown ? 1 : 0;
      tally.known += judgement.kind == Judgement::Kind::kKnown ? 1 : 0;
      tally.missed += judgement.kind == Judgement::Kind::kMissed ? 1 : 0;
    };
    programs_.RunOn(specimen, each);
    line_.Clear();
    for (size_t i = tally.run; i < files().size(); ++i) report_.Add(Unrun(files()[i], specimen));
    return tally;
  }

  void Say(const Specimen& specimen, size_t i, const Verdict& verdict, const std::string& trace,
           const Judgement& judgement) {
    if (judgement.kind == Judgement::Kind::kLawful) return;
    line_.Clear();
    const std::string label = files()[i].Label();
    const std::string why = judgement.bug == nullptr ? "" : judgement.bug->why;
    if (judgement.kind == Judgement::Kind::kKnown) {
      fmt::print("known: {}: {} {}{}\n", label, specimen.name, LawOf(verdict),
                 why.empty() ? "" : " (" + why + ")");
    } else if (judgement.kind == Judgement::Kind::kMissed) {
      fmt::print(
          "missed: {}: {} ({}) is lawful, but the file's head says that it is convicted{}{}. "
          "Is the bug fixed, or no longer found?\n",
          label, specimen.name, specimen.summary,
          judgement.bug->law.empty() ? "" : " by " + judgement.bug->law,
          why.empty() ? "" : " (" + why + ")");
    } else {
      fmt::print("{}\n",
                 Painted(fmt::format("{}: {}", label, Report(specimen, verdict, trace)), stdout));
    }
  }

  CiReport& report_;
  KnownPrograms programs_;
  StatusLine line_;
};

}  // namespace

std::string ReplayCommand(const ReplayArguments& arguments, int* exit_code) {
  CiReport report("replay", arguments.reports);
  if (std::string error = report.Probe(); !error.empty()) return error;
  Replayer replayer(&report);
  if (std::string error = replayer.Read(arguments.files); !error.empty()) return error;
  return Reported(&report, /*lasting=*/false, [&] {
    *exit_code = replayer.Run();
    return std::string();
  });
}

}  // namespace ouro
