#include "fuzz/campaign/campaign.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "fuzz/build_name.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/campaign/canary.h"
#include "fuzz/campaign/findings.h"
#include "fuzz/campaign/inquiry.h"
#include "fuzz/campaign/interrupt.h"
#include "fuzz/campaign/output_folder.h"
#include "fuzz/files.h"
#include "fuzz/status_line.h"
#include "fuzz/terminal.h"
#include "model/judge/situation.h"

namespace ouro {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kNotesShown = 10;  // of programs that were not_reproduced; more are counted only
constexpr int kLookMs = 100;     // how often all are looked after while nobody says anything
constexpr double kRecordSeconds = 1;
constexpr double kPlotSeconds = 10;
constexpr double kLineSeconds = 10;  // between lines that say how it goes, where no terminal is
constexpr double kRereadSeconds = 30;

class Campaign {
 public:
  Campaign(const Specimen& specimen, const CampaignOptions& options)
      : specimen_(specimen),
        options_(options),
        supervisor_(specimen_,
                    {.engines = options.engines,
                     .workers = options.workers,
                     .seed = options.seed,
                     .operations = options.operations,
                     .hang_seconds = options.hang_seconds},
                    &folder_) {}

  int Run(std::string* error) {
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
    if (!error->empty()) return 2;
    return Conclude();
  }

 private:
  // ---- beginning ----

  // What earlier runs in this folder have left: counts are on the slots, findings in files.
  void Resume() {
    before_ = static_cast<double>(folder_.slots()[0].milliseconds.load()) / 1000;
    supervisor_.Resume(&options_.corpus);
    supervisor_.Handle({.fresh =
                            [this](const Program& program) {
                              last_new_at_ = Seconds();
                              const std::string error = folder_.Keep(program);
                              if (!error.empty()) trouble_ = error;
                            },
                        .candidate = [this](const Candidate& s) { findings_.Consider(s); }});
    for (const Finding& finding : folder_.Earlier()) findings_.Remember(finding);
  }

  void PrintHeader() const {
    fmt::print("{} ({}) under the contract {}: {} s, {}, {}, seed {}\n", specimen_.name,
               specimen_.summary, specimen_.contract->name, options_.seconds,
               Count(supervisor_.size(), "worker"),
               supervisor_.engine() == "both" ? "both engines" : "engine " + supervisor_.engine(),
               options_.seed);
    if (const uint64_t programs = folder_.slots().Sum(&WorkerSlot::programs); programs > 0) {
      fmt::print("goes on in {}: {:.0f} s, {} programs, {} so far\n", options_.out, before_,
                 programs, Count(findings_.size(), "finding"));
    }
    std::fflush(stdout);
  }

  // Returns "" or what is wrong with an engine.
  std::string CheckCanary() {
    for (const Engine engine : {Engine::kRandom, Engine::kLibFuzzer}) {
      if (!supervisor_.Uses(engine) || Interruptible::Interrupted()) continue;
      const std::string wrong =
          TryCanary(engine, options_.seed, supervisor_.fuzzer(), folder_.work());
      if (!wrong.empty()) return "the engine missed the known bug of the canary: " + wrong;
    }
    begin_ = Clock::now();  // the canary's time is not the specimen's
    return "";
  }

  // ---- running ----

  double Left() const { return options_.seconds - Seconds(); }
  // The first finding was enough, and is there.
  bool Satisfied() const {
    return options_.stop_on_first && !findings_.empty() && !inquiry_.running();
  }
  bool Over() const { return Interruptible::Interrupted() || Left() <= 0 || Satisfied(); }

  void Wait() const {
    std::vector<pollfd> polled;
    supervisor_.Await(&polled);
    if (inquiry_.running()) inquiry_.Await(&polled);
    poll(polled.data(), polled.size(), kLookMs);
  }

  // Until time is over. Returns "" or why it cannot go on.
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

  // When time is over: what the workers have seen is looked into, for a little longer.
  void Finish() {
    supervisor_.Finish();
    while (Left() > -kGraceSeconds && !Interruptible::Interrupted()) {
      if (Satisfied()) break;
      // What waits comes first; what is shrunk can be shrunk later.
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

  // Hears the one that runs, and starts the next.
  void Inquire(double shrink_seconds) {
    Finding finding;
    const Inquiry::Update update = inquiry_.Poll(&finding);
    const bool over = update != Inquiry::Update::kNone && update != Inquiry::Update::kFiled;
    if (over) findings_.Done(inquiry_.candidate(), finding.signature);
    if (update == Inquiry::Update::kNotReproduced && ++not_reproduced_ <= kNotesShown) {
      Say(inquiry_.candidate(), "lawful when it is run again, so no finding");
    }
    if (update == Inquiry::Update::kFailed) {
      Say(inquiry_.candidate(), "it could not be looked into: " + inquiry_.error());
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
    options.shrink_seconds = static_cast<int>(std::max(0.0, shrink_seconds));
    options.folder = folder_.found();
    options.seed = options_.seed;
    options.known = findings_.Causes();
    inquiry_.Start(specimen_, next, options);
  }

  // Ends the one that runs: what it has filed stays, what it has not is written down as it is.
  void StopInquiry() {
    if (!inquiry_.running()) return;
    inquiry_.Stop();
    findings_.Done(inquiry_.candidate(), "");
    if (!filed_) Defer(inquiry_.candidate());
  }

  // There is no time to look into it: it is kept for later, and is no finding yet.
  void Defer(const Candidate& candidate) {
    const std::string text =
        fmt::format("# seen: {}\n# specimen: {} ({})\n# origin: {}\n{}", candidate.seen,
                    specimen_.name, specimen_.summary, candidate.origin, Print(candidate.program));
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

  // Once it is filed, and again when it is shrunk.
  void Add(Finding finding) {
    finding.seconds = seen_.seconds;
    finding.programs = seen_.programs;
    const auto known = findings_.known().find(finding.signature);
    const bool fresh = known == findings_.known().end();
    const bool flaky = finding.repeats == 0;
    const bool shown = !fresh && (flaky || known->second.report == finding.report);
    if (!fresh && !filed_) findings_.Hit(finding.signature);
    findings_.Add(finding);
    recorded_ = -kRecordSeconds;  // at once
    if (shown) return;
    const bool alike = finding.shrunk && !filed_ && finding.repeats > 0;
    if (alike && ++alike_ > kNotesShown) return;  // they are in the summary
    if (!filed_) Say(inquiry_.candidate(), alike || fresh ? "" : "known, in a larger program");
    line_.Clear();
    fmt::print("{}\n", Painted(finding.report, stdout));
    std::fflush(stdout);
  }

  // ---- numbers ----

  double Seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  CampaignReport MakeReport() const {
    CampaignReport s;
    s.specimen = specimen_.name;
    s.contract = specimen_.contract->name;
    s.engine = supervisor_.engine();
    s.build = BuildName();
    s.workers = static_cast<int>(supervisor_.size());
    s.seed = options_.seed;
    s.planned = options_.seconds;
    s.run_seconds = Seconds();
    s.seconds = before_ + s.run_seconds;
    s.programs = folder_.slots().Sum(&WorkerSlot::programs);
    s.operations = folder_.slots().Sum(&WorkerSlot::operations);
    s.convicted = folder_.slots().Sum(&WorkerSlot::convicted);
    s.corpus = folder_.corpus();
    s.possible = PossibleSituations(specimen_);
    s.since_last_new = s.run_seconds - last_new_at_;
    s.not_reproduced = not_reproduced_;
    s.more = findings_.more();
    s.deferred = deferred_;
    s.out = options_.out;
    s.interrupted = Interruptible::Interrupted();
    const Reached reached = folder_.slots().AllReached();
    s.situations = reached.situations;
    s.features = reached.features;
    // Those of a collector that is not built in are not counted; what runs then is our own code.
    if (IsBuiltIn(specimen_.name)) {
      s.edges = reached.edges;
      s.all_edges = reached.all_edges;
    }
    const double since = std::max(s.run_seconds - last_report_.run_seconds, 0.001);
    s.programs_rate = static_cast<double>(s.programs - last_report_.programs) / since;
    s.operations_rate = static_cast<double>(s.operations - last_report_.operations) / since;
    for (const auto& [signature, finding] : findings_.known()) s.findings.push_back(finding);
    return s;
  }

  // Writes down where the campaign is, each second, and shows it. Returns "" or that it cannot.
  std::string Record() {
    const double now = Seconds();
    if (now - recorded_ < kRecordSeconds) return trouble_;
    recorded_ = now;
    folder_.slots()[0].milliseconds.store(static_cast<uint64_t>((before_ + now) * 1000));
    const CampaignReport report = MakeReport();
    if (std::string error = folder_.Write(report); !error.empty()) trouble_ = error;
    if (now - plotted_ >= kPlotSeconds) {
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
    const char* word = findings_.empty() ? "lawful" : "UNLAWFUL";
    std::string summary = Summary(last_report_);
    const size_t at = summary.find(word, specimen_.name.size());
    summary.replace(at, std::strlen(word), PaintedWord(word, findings_.empty(), stdout));
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
  bool filed_ = false;                 // the inquiry that runs has filed what it found
  Moment seen_;                        // when what it looks into was seen
  std::vector<std::string> deferred_;  // what was seen and not looked into
  int alike_ = 0;                      // findings that look like one before
  uint64_t not_reproduced_ = 0;        // programs that a worker ended in, without a finding
  std::string trouble_;                // the first with writing
  double before_ = 0;                  // seconds of earlier runs
  Clock::time_point begin_;
  StatusLine line_{stdout, std::chrono::milliseconds(0), std::chrono::milliseconds(0)};
  CampaignReport last_report_;  // the last one that was recorded
  // When, in seconds of this run.
  double last_new_at_ = 0;
  double recorded_ = -kRecordSeconds;
  double plotted_ = -kPlotSeconds;
  double reread_ = 0;
  double printed_ = 0;
};

}  // namespace

int RunCampaign(const Specimen& specimen, const CampaignOptions& options, std::string* error) {
  return Campaign(specimen, options).Run(error);
}

}  // namespace ouro
