// Commands that hold programs against many specimens, or one specimen against many programs:
// replay, compare, sweep.

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "collector/specimens.h"
#include "corpus/head.h"
#include "fuzz/files.h"
#include "fuzz/ouro/assigned.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/runner.h"
#include "fuzz/ouro/timeline.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/judge/law.h"
#include "properties/compare.h"
#include "properties/generator/sweep.h"

namespace ouro {
namespace {

// All specimens that are here, that `also` (""), and those that the files name beside them. *absent
// says why others are not here.
std::vector<Specimen> Everybody(const std::vector<ProgramFile>& programs, const std::string& also,
                                const std::string& contract, std::vector<std::string>* absent) {
  std::vector<Specimen> all = PresentSpecimens(absent);
  for (Specimen& peer : PresentPeers(absent)) all.push_back(std::move(peer));
  std::set<std::string> known;
  for (const Specimen& specimen : all) known.insert(specimen.name);
  for (const PeerName& peer : PeerNames()) known.insert(peer.name);
  known.insert("cpython");
  const auto add = [&](const std::string& name, const std::string& who) {
    if (name.empty() || !known.insert(name).second) return;
    Specimen found;
    const std::string error = FindSpecimen(name, &found, contract);
    if (error.empty()) all.push_back(found);
    if (!error.empty()) absent->push_back(fmt::format("{}: {}", who, error));
  };
  add(also, "--specimen");
  for (const ProgramFile& program : programs) add(HeadSpecimen(program.head), program.file);
  return all;
}

// ---- replay

struct Tally {
  size_t convicted = 0;  // of what is not known
  size_t known = 0;
  size_t missed = 0;
};

std::string LawOf(const Verdict& verdict) {
  return verdict.violation ? fmt::format("broke the law {}", Name(verdict.violation->law))
                           : fmt::format("is broken: {}", verdict.trouble);
}

class Replayer {
 public:
  // Returns "" or what is wrong with the head of a file.
  std::string Read(const std::vector<std::string>& files) {
    if (std::string error = ReadPrograms(files, &files_); !error.empty()) return error;
    for (const ProgramFile& file : files_) {
      programs_.push_back(file.program);
      bugs_.emplace_back();
      const std::string error = ReadKnownBugs(file.head, &bugs_.back());
      if (!error.empty()) return fmt::format("{}: {}", file.file, error);
    }
    return "";
  }

  int Run() {
    std::vector<std::string> absent;
    const std::vector<Specimen> specimens = Everybody(files_, "", "", &absent);
    for (const std::string& why : absent) fmt::print("left out: {}\n", why);
    Tally all;
    for (const Specimen& specimen : specimens) {
      const Tally tally = RunOn(specimen);
      fmt::print("{:<18} {} programs, {} convicted", specimen.name, programs_.size(),
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
  Tally RunOn(const Specimen& specimen) {
    Tally tally;
    Runner runner(specimen);
    size_t done = 0;
    runner.RunAll(programs_, [&](size_t i, Verdict verdict, std::string trace) {
      line_.Show(fmt::format("{}: {} of {} programs", specimen.name, ++done, programs_.size()));
      Judgement judgement = Weigh(verdict, bugs_[i], specimen);
      if (judgement.kind == Judgement::Kind::kMissed) {  // perhaps others have come before it
        verdict = Runner(specimen).Run(programs_[i], &trace);
        judgement = Weigh(verdict, bugs_[i], specimen);
      }
      Say(specimen, i, verdict, trace, judgement);
      tally.convicted += judgement.kind == Judgement::Kind::kUnknown ? 1 : 0;
      tally.known += judgement.kind == Judgement::Kind::kKnown ? 1 : 0;
      tally.missed += judgement.kind == Judgement::Kind::kMissed ? 1 : 0;
    });
    line_.Clear();
    return tally;
  }

  void Say(const Specimen& specimen, size_t i, const Verdict& verdict, const std::string& trace,
           const Judgement& judgement) {
    if (judgement.kind == Judgement::Kind::kLawful) return;
    line_.Clear();
    const std::string label = files_[i].Label();
    const std::string why = judgement.bug == nullptr ? "" : judgement.bug->why;
    if (judgement.kind == Judgement::Kind::kKnown) {
      fmt::print("known: {}: {} {}{}\n", label, specimen.name, LawOf(verdict),
                 why.empty() ? "" : " (" + why + ")");
    } else if (judgement.kind == Judgement::Kind::kMissed) {
      fmt::print(
          "missed: {}: {} ({}) is lawful, and its head says that it is convicted{}{}. Is the bug "
          "mended, or not found any more?\n",
          label, specimen.name, specimen.summary,
          judgement.bug->law.empty() ? "" : " by " + judgement.bug->law,
          why.empty() ? "" : " (" + why + ")");
    } else {
      fmt::print("{}\n",
                 Painted(fmt::format("{}: {}", label, Report(specimen, verdict, trace)), stdout));
    }
  }

  std::vector<ProgramFile> files_;
  std::vector<Program> programs_;
  std::vector<std::vector<KnownBug>> bugs_;  // of each program
  ProgressLine line_;
};

// ---- compare

// Each program through all specimens that are here: a table for each.
int CompareAll(const std::vector<ProgramFile>& programs, const CompareArguments& arguments) {
  std::vector<std::string> absent;
  const std::vector<Specimen> specimens =
      Everybody(programs, arguments.specimen, arguments.contract, &absent);
  bool lawful = true;
  for (const ProgramFile& program : programs) {
    std::vector<Course> courses;
    std::string reports;
    for (const Specimen& specimen : specimens) {
      Course course = {specimen.name, "", "lawful"};
      const Verdict verdict = Runner(specimen).Run(program.program, &course.transcript);
      if (!verdict.lawful()) {
        lawful = false;
        course.verdict = "UNLAWFUL";
        reports += Report(specimen, verdict, course.transcript) + "\n";
      }
      courses.push_back(std::move(course));
    }
    fmt::print("{}\n{}\n{}", program.Label(), FateTable(program.program, courses),
               Painted(reports, stdout));
  }
  for (const std::string& line : FateLegend()) fmt::print("{}\n", line);
  for (const std::string& why : absent) fmt::print("absent: {}\n", why);
  return lawful ? 0 : 1;
}

// Two specimens whose abilities are those that both have: what one cannot do is void for both.
struct Pair {
  Specimen first;
  Specimen second;

  Pair(const Specimen& a, const Specimen& b) : first(a), second(b) {
    first.abilities &= second.abilities;
    second.abilities = first.abilities;
  }
};

struct Difference {
  size_t programs = 0;
  size_t different = 0;
  size_t convicted = 0;
};

void CompareOne(const ProgramFile& program, Runner& first, Runner& second, ProgressLine& line,
                Difference* sum) {
  std::string a;
  std::string b;
  const Verdict one = first.Run(program.program, &a);
  const Verdict other = second.Run(program.program, &b);
  const bool lawful = one.lawful() && other.lawful();
  ++sum->programs;
  sum->convicted += lawful ? 0 : 1;
  const std::string difference = FirstDifference(Steps(a), Steps(b));
  if (difference.empty()) return;
  ++sum->different;
  line.Clear();
  fmt::print("{}: {}: {}\n", program.Label(), lawful ? "both lawful" : "unlawful", difference);
}

// Each program's specimen against one: what is the same, and what not.
int CompareWith(const Assigned& assigned, const Specimen& with) {
  ProgressLine line;
  size_t done = 0;
  size_t convicted = 0;
  for (size_t on = 0; on < assigned.specimens.size(); ++on) {
    const Pair pair(assigned.specimens[on], with);
    Runner first(pair.first);
    Runner second(pair.second);
    Difference sum;
    for (size_t i = 0; i < assigned.programs.size(); ++i) {
      if (assigned.of[i] != on) continue;
      CompareOne(assigned.programs[i], first, second, line, &sum);
      line.Show(fmt::format("{} of {} programs", ++done, assigned.programs.size()));
    }
    line.Clear();
    fmt::print("{} programs on {} and {}: {} the same, {} different, {} convicted\n", sum.programs,
               pair.first.name, pair.second.name, sum.programs - sum.different, sum.different,
               sum.convicted);
    convicted += sum.convicted;
  }
  return convicted == 0 ? 0 : 1;
}

// ---- sweep

struct Swept {
  size_t programs = 0;
  size_t variations = 0;
  std::map<std::string, size_t> convicted;  // by signature
};

void SweepOne(const ProgramFile& program, const Specimen& specimen, ProgressLine& line,
              Swept* sum) {
  Isolation isolation;
  isolation.fresh = true;  // each variation is alone, so that its report can be repeated
  const std::vector<Variation> sweep = Sweep(program.program);
  std::vector<Program> rest;
  for (const Variation& variation : sweep) rest.push_back(variation.program);
  ++sum->programs;
  sum->variations += sweep.size();
  while (!rest.empty()) {
    const size_t found = FindIsolated(rest, kAnySignature, specimen, isolation);
    if (found == rest.size()) return;
    std::string transcript;
    const Verdict verdict = TryIsolated(rest[found], specimen, isolation, &transcript);
    if (++sum->convicted[verdict.signature()] == 1) {
      const std::string& what = sweep[sweep.size() - rest.size() + found].what;
      line.Clear();
      fmt::print("{}{}",
                 Painted(fmt::format("{} with {}: {}", program.Label(), what,
                                     Report(specimen, verdict, transcript)),
                         stdout),
                 Print(rest[found]));
    }
    rest.erase(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(found) + 1);
  }
}

}  // namespace

int Replay(const ReplayArguments& arguments) {
  Replayer replayer;
  if (std::string error = replayer.Read(arguments.files); !error.empty()) return Complain(error);
  return replayer.Run();
}

int Compare(const CompareArguments& arguments) {
  if (arguments.with.empty()) {
    std::vector<ProgramFile> programs;
    std::string error = ReadPrograms(arguments.files, &programs);
    return error.empty() ? CompareAll(programs, arguments) : Complain(error);
  }
  Assigned assigned;
  Specimen with;
  std::string error = FindSpecimen(arguments.with, &with);
  if (error.empty()) {
    error =
        Assign(arguments.files, arguments.specimen, arguments.contract, "optimized-27", &assigned);
  }
  return error.empty() ? CompareWith(assigned, with) : Complain(error);
}

int SweepFiles(const SweepArguments& arguments) {
  Assigned assigned;
  std::string error =
      Assign(arguments.files, arguments.specimen, arguments.contract, kUsualSpecimen, &assigned);
  if (!error.empty()) return Complain(error);
  std::vector<Swept> sums(assigned.specimens.size());
  ProgressLine line;
  for (size_t i = 0; i < assigned.programs.size(); ++i) {
    SweepOne(assigned.programs[i], assigned.specimen(i), line, &sums[assigned.of[i]]);
    line.Show(fmt::format("{} of {} programs", i + 1, assigned.programs.size()));
  }
  line.Clear();
  bool lawful = true;
  for (size_t on = 0; on < sums.size(); ++on) {
    const auto& convicted = sums[on].convicted;
    fmt::print("{} variations of {} programs on {}, {} convicted\n", sums[on].variations,
               sums[on].programs, assigned.specimens[on].name,
               std::accumulate(convicted.begin(), convicted.end(), size_t{0},
                               [](size_t sum, const auto& entry) { return sum + entry.second; }));
    for (const auto& [signature, hits] : convicted) fmt::print("  {} x {}\n", hits, signature);
    lawful = lawful && convicted.empty();
  }
  return lawful ? 0 : 1;
}

}  // namespace ouro
