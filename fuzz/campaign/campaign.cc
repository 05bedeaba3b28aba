// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/campaign.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "collector/edge_counters.h"
#include "collector/specimens.h"
#include "fuzz/build_name.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/campaign/canary.h"
#include "fuzz/campaign/findings.h"
#include "fuzz/campaign/inquiry.h"
#include "fuzz/campaign/look_inside.h"
#include "fuzz/campaign/observation.h"
#include "fuzz/campaign/output_folder.h"
#include "fuzz/campaign/supervisor.h"
#include "fuzz/files.h"
#include "fuzz/hash.h"
#include "fuzz/interrupt.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/judge/situation.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMaxNotes = 10;    // lines of a kind that need no action; the rest is only counted
constexpr int kMaxWaitMs = 100;  // between looks at the workers, if none of them sends anything
constexpr double kRecordSeconds = 1;
// Between lines of plot_data: a hundredth of the time so far, so that curves of seconds and of
// weeks have points enough, and not too many.
constexpr double kPlotSeconds = 1;
constexpr double kPlotShare = 0.01;
constexpr double kLineSeconds = 10;  // between status lines, without a terminal
constexpr double kRereadSeconds = 30;

class Campaign {
 public:
  Campaign(const Specimen& specimen, const CampaignOptions& options)
      : specimen_(specimen),
        options_(options),
        supervisor_(specimen_, {.engines = options.engines,
                                .workers = options.workers,
                                .seed = options.seed,
                                .operations = options.operations,
                                .saveall_in_scripts = IsBuiltIn(specimen.name),
                                .scale = options.scale,
                                .hang_ms = options.hang_seconds * 1000,
                                .observe = !options.observe.empty()}),
        observations_(options.observe, "ouro campaign " + specimen.name) {}

  int Run(std::string* error, CampaignReport* report) {
    *error = supervisor_.Choose();
    if (error->empty()) *error = folder_.Open(options_.out, specimen_.name, supervisor_.size());
    if (!error->empty()) return 2;
    const Interruptible interruptible;
    begin_ = Clock::now();
    Resume();
    PrintHeader();
    if (options_.canary) *error = CheckCanary();
    if (error->empty()) *error = Supervise();
    if (error->empty()) Finish();
    Inform();
    if (!error->empty()) return 2;
    const int code = Conclude();
    if (report != nullptr) *report = last_report_;
    return code;
  }

 private:
  // ---- beginning ----

  // Takes over from earlier runs in this folder: counts from the slots, findings from files.
  void Resume() {
    before_ = static_cast<double>(folder_.slots()[0].milliseconds.load()) / 1000;
    supervisor_.Resume({.slots = &folder_.slots(),
                        .folder = folder_.work(),
                        .logs = true,
                        .seed_inputs = [this] { return folder_.SeedInputs(); }},
                       &options_.corpus);
    supervisor_.Handle(
        {.new_coverage = [this](const Program& program) { Keep(program); },
         .candidate = [this](const Candidate& candidate) { findings_.Consider(candidate); },
         .observed = [this](const Candidate& observed) { Observe(observed); }});
    for (const Finding& finding : folder_.Earlier()) findings_.Remember(finding);
  }

  void Keep(const Program& program) {
    last_new_at_ = Seconds();
    if (std::string error = folder_.Keep(program); !error.empty()) trouble_ = error;
  }

  void PrintHeader() const {
    fmt::print("{} ({}) under the contract {}: {} s, {}, {}, seed {}\n", specimen_.name,
               specimen_.summary, specimen_.contract->name, options_.seconds,
               Count(supervisor_.size(), "worker"),
               supervisor_.engine() == "both" ? "both engines" : "engine " + supervisor_.engine(),
               options_.seed);
    if (const uint64_t programs = folder_.slots().Sum(&WorkerSlot::programs); programs > 0) {
      fmt::print("resumes in {}: {:.0f} s, {} programs, {} so far\n", options_.out, before_,
                 programs, Count(findings_.size(), "finding"));
    }
    std::fflush(stdout);
  }

  // Returns "" or which engine misses the known bug.
  std::string CheckCanary() {
    for (const Engine engine : {Engine::kRandom, Engine::kLibFuzzer}) {
      if (!supervisor_.Uses(engine) || Interruptible::Interrupted()) continue;
      const std::string wrong =
          TryCanary(engine, options_.seed, supervisor_.fuzzer(), folder_.work());
      if (!wrong.empty()) return "the engine missed the known bug of the canary: " + wrong;
    }
    begin_ = Clock::now();  // the time so far was the canary's
    return "";
  }

  // ---- observations ----

  void Observe(const Candidate& observed) {
    Measured measured;
    if (!FromText(observed.seen, &measured)) return;
    observations_.Sample(observed.program, observed.origin, measured);
  }

  // The end of the observations.
  void Inform() {
    observations_.Inform(
        "sample", fmt::format("{} ran so far. Of each sequence of programs all of the first 1,000 "
                              "are here, then each 10th up to 10,000, each 100th up to 100,000, "
                              "and so on; findings are here in any case.",
                              Count(folder_.slots().Sum(&WorkerSlot::programs), "program")));
    if (std::string error = observations_.Publish(); !error.empty()) trouble_ = error;
  }

  // ---- running ----

  double Left() const { return options_.seconds - Seconds(); }
  // The first finding was wanted, and is final.
  bool Satisfied() const {
    return options_.stop_on_first && !findings_.empty() && !inquiry_.running();
  }
  bool Over() const { return Interruptible::Interrupted() || Left() <= 0 || Satisfied(); }

  void Wait() const {
    std::vector<pollfd> polled;
    supervisor_.Await(&polled);
    if (inquiry_.running()) inquiry_.Await(&polled);
    poll(polled.data(), polled.size(), kMaxWaitMs);
  }

  // Until time is over. Returns "" or why it ended early.
  std::string Supervise() {
    std::string error;
    while (!Over() && error.empty()) {
      error = supervisor_.Tend();
      Inquire(std::min<double>(options_.shrink_seconds, Left()));
      if (error.empty()) error = Record();
      if (!Over()) Wait();
    }
    return error;
  }

  // Investigates, for kGraceSeconds, what the workers saw before time was over.
  void Finish() {
    supervisor_.Finish();
    while (Left() > -kGraceSeconds && !Interruptible::Interrupted()) {
      if (Satisfied()) break;
      // Candidates that wait are worth more than a smaller program.
      if (findings_.waiting() > 0 && filed_) StopInquiry();
      Inquire(/*shrink_seconds=*/0);
      if (!inquiry_.running() && findings_.waiting() == 0) break;
      Record();
      Wait();
    }
    StopInquiry();
    Candidate left;
    while (!Satisfied() && findings_.Next(&left)) Defer(left);
  }

  // ---- inquiries ----

  // Polls the inquiry that runs, and starts the next.
  void Inquire(double shrink_seconds) {
    Finding finding;
    const Inquiry::Update update = inquiry_.Poll(&finding);
    const bool over = update != Inquiry::Update::kNone && update != Inquiry::Update::kFiled;
    if (over) findings_.Done(inquiry_.candidate(), finding.signature);
    if (update == Inquiry::Update::kNotReproduced && ++not_reproduced_ <= kMaxNotes) {
      Say(inquiry_.candidate(), "lawful when it is run again, so no finding");
    }
    if (update == Inquiry::Update::kNotReproduced) {
      GiveUp(inquiry_.candidate(), "lawful when it is run again");
    }
    if (update == Inquiry::Update::kFailed) {
      Say(inquiry_.candidate(), "the inquiry failed: " + inquiry_.error());
      if (!filed_) Defer(inquiry_.candidate());
    }
    if (update == Inquiry::Update::kFiled || update == Inquiry::Update::kShrunk) Add(finding);
    filed_ |= update == Inquiry::Update::kFiled;
    Candidate next;
    if (Satisfied() || inquiry_.running() || !findings_.Next(&next)) return;
    filed_ = false;
    seen_ = {before_ + Seconds(), folder_.slots().Sum(&WorkerSlot::programs)};
    FindingOptions options;
    options.isolation.milliseconds = supervisor_.HangLimitMs();
    options.isolation.limits.verify = LookFor(next.seen);
    options.shrink_seconds = static_cast<int>(std::max(0.0, shrink_seconds));
    options.folder = folder_.found();
    options.seed = options_.seed;
    options.known = findings_.Causes();
    inquiry_.Start(specimen_, next, options);
  }

  // Ends the inquiry that runs. A candidate that is not filed yet is deferred.
  void StopInquiry() {
    if (!inquiry_.running()) return;
    // What it has filed counts, even if nobody has read the message yet.
    Finding finding;
    if (!filed_ && inquiry_.Poll(&finding) == Inquiry::Update::kFiled) {
      Add(finding);
      filed_ = true;
    }
    inquiry_.Stop();
    findings_.Done(inquiry_.candidate(), "");
    if (!filed_) Defer(inquiry_.candidate());
  }

  void GiveUp(const Candidate& candidate, const char* why) {
    observations_.GaveUp(candidate.program, candidate.origin,
                         fmt::format("{}; {}", candidate.seen, why));
  }

  // Files a candidate for which there is no time. It does not count as a finding.
  void Defer(const Candidate& candidate) {
    GiveUp(candidate, "there was no time to investigate it");
    const std::string text =
        UnexaminedText(candidate.seen, specimen_, candidate.origin, Print(candidate.program));
    const std::string file = fmt::format("{}/unexamined/{:016x}.gct", options_.out, HashOf(text));
    const std::string error = WriteText(file, text);
    if (!error.empty()) trouble_ = error;
    deferred_.push_back(fmt::format("{}\n    {}", candidate.seen, file));
  }

  void Say(const Candidate& candidate, const std::string& what) {
    line_.Clear();
    fmt::print("{:.0f} s: {}: {}{}\n", Seconds(), candidate.origin, candidate.seen,
               what.empty() ? "" : "; " + what);
    std::fflush(stdout);
  }

  // Called when it is filed, and again when it is shrunk.
  void Add(Finding finding) {
    finding.seconds = seen_.seconds;
    finding.programs = seen_.programs;
    const auto known = findings_.known().find(finding.signature);
    const bool fresh = known == findings_.known().end();
    const bool flaky = finding.repeats == 0;
    const bool shown = !fresh && (flaky || known->second.report == finding.report);
    if (!fresh && !filed_) findings_.Hit(finding.signature);
    findings_.Add(finding);
    observations_.Found(finding.program, inquiry_.candidate().origin, finding.signature,
                        finding.report);
    recorded_ = -kRecordSeconds;  // record it now
    if (shown) return;
    const bool alike = finding.shrunk && !filed_ && finding.repeats > 0;
    if (alike && ++alike_ > kMaxNotes) return;  // the summary counts them
    if (!filed_) Say(inquiry_.candidate(), alike || fresh ? "" : "known, in a larger program");
    line_.Clear();
    fmt::print("{}\n", Painted(finding.report, stdout));
    std::fflush(stdout);
  }

  // ---- numbers ----

  double Seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  CampaignReport MakeReport() const {
    CampaignReport r;
    r.specimen = specimen_.name;
    r.contract = specimen_.contract->name;
    r.engine = supervisor_.engine();
    r.build = BuildName();
    r.workers = static_cast<int>(supervisor_.size());
    r.seed = options_.seed;
    r.planned = options_.seconds;
    r.run_seconds = Seconds();
    r.seconds = before_ + r.run_seconds;
    r.programs = folder_.slots().Sum(&WorkerSlot::programs);
    r.operations = folder_.slots().Sum(&WorkerSlot::operations);
    r.convicted = folder_.slots().Sum(&WorkerSlot::convicted);
    r.corpus = folder_.corpus();
    r.coverage = folder_.slots().MergedCoverage();
    r.library = std::filesystem::path(LibraryOf(specimen_)).filename().string();
    // Peers are not instrumented: the edges are those of our own code.
    const bool counted = IsBuiltIn(specimen_.name) || !r.library.empty();
    if (!counted) r.coverage.edges = r.coverage.all_edges = 0;
    r.possible = PossibleSituations(specimen_);
    r.since_last_new = r.run_seconds - last_new_at_;
    r.not_reproduced = not_reproduced_;
    r.ignored = findings_.ignored();
    r.deferred = deferred_;
    r.out = options_.out;
    r.interrupted = Interruptible::Interrupted();
    const double since = std::max(r.run_seconds - last_report_.run_seconds, 0.001);
    r.programs_rate = static_cast<double>(r.programs - last_report_.programs) / since;
    r.operations_rate = static_cast<double>(r.operations - last_report_.operations) / since;
    for (const auto& [signature, finding] : findings_.known()) r.findings.push_back(finding);
    return r;
  }

  // Writes statistics and status, once a second. Returns "" or the first error of a write.
  std::string Record() {
    const double now = Seconds();
    if (now - recorded_ < kRecordSeconds) return trouble_;
    recorded_ = now;
    folder_.slots()[0].milliseconds.store(static_cast<uint64_t>((before_ + now) * 1000));
    const CampaignReport report = MakeReport();
    if (std::string error = folder_.Write(report); !error.empty()) trouble_ = error;
    if (now - plotted_ >= std::max(kPlotSeconds, now * kPlotShare)) {
      plotted_ = now;
      if (std::string error = folder_.Plot(report); !error.empty()) trouble_ = error;
    }
    if (now - reread_ >= kRereadSeconds) {
      reread_ = now;
      folder_.Reread();
    }
    if (line_.terminal()) {
      line_.Show(StatusText(report));
    } else if (now - printed_ >= kLineSeconds) {
      printed_ = now;
      fmt::print("{}\n", StatusText(report));
      std::fflush(stdout);
    }
    last_report_ = report;
    return trouble_;
  }

  int Conclude() {
    recorded_ = -kRecordSeconds;
    Record();
    if (std::string error = folder_.Plot(last_report_); !error.empty()) trouble_ = error;
    line_.Clear();
    const char* verdict = findings_.empty() ? "lawful" : "UNLAWFUL";
    std::string summary = Summary(last_report_);
    const size_t at = summary.find(verdict, specimen_.name.size());
    summary.replace(at, std::strlen(verdict), PaintedWord(verdict, findings_.empty(), stdout));
    fmt::print("{}", summary);
    if (!trouble_.empty()) fmt::print("  not everything could be written: {}\n", trouble_);
    std::fflush(stdout);
    return findings_.empty() ? 0 : 1;
  }

  struct Moment {
    double seconds = 0;
    uint64_t programs = 0;
  };

  const Specimen specimen_;
  const CampaignOptions options_;
  OutputFolder folder_;
  Supervisor supervisor_;
  Findings findings_;
  Inquiry inquiry_;
  Observations observations_;
  bool filed_ = false;                 // whether the inquiry that runs has filed a finding
  Moment seen_;                        // when its candidate was seen
  std::vector<std::string> deferred_;  // see CampaignReport
  int alike_ = 0;                      // findings that look like an earlier one
  uint64_t not_reproduced_ = 0;
  std::string trouble_;  // an error of a write
  double before_ = 0;    // seconds of earlier runs
  Clock::time_point begin_;
  StatusLine line_{stdout, std::chrono::milliseconds(0), std::chrono::milliseconds(0)};
  CampaignReport last_report_;
  // When it last happened, in seconds of this run.
  double last_new_at_ = 0;
  double recorded_ = -kRecordSeconds;
  double plotted_ = -kPlotSeconds;
  double reread_ = 0;
  double printed_ = 0;
};

}  // namespace

int RunCampaign(const Specimen& specimen, const CampaignOptions& options, std::string* error,
                CampaignReport* report) {
  return Campaign(specimen, options).Run(error, report);
}

}  // namespace ouro
