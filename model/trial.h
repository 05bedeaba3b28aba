// SPDX-License-Identifier: Apache-2.0

// A trial runs programs on one collector under the judge. The outcome of a program is a verdict.
//
// Place: where programs, collectors and judges meet. Scripts of finalizers and callbacks run here:
// a collector only says "call it now". The trial skips void operations, so that collectors need not
// check anything, and splits operations that would both allocate and release: see "Registers that
// are not empty" in program.h.
//
// Threads: one thread uses a trial; different trials may run at the same time. Exceptions: whatever
// the specimen's factory or collector throws passes through, and the trial is then good for nothing
// but destruction. A crash of the collector is a crash of the caller: see isolate.h.

#ifndef MODEL_TRIAL_H_
#define MODEL_TRIAL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/collector.h"
#include "model/judge/judge.h"
#include "model/program.h"
#include "model/pulse.h"

namespace ouro {

// Bounds of a run. Beyond one of the first three, scripts run empty, which the transcript says;
// main runs to its end.
struct Limits {
  // The operations of scripts in one program: at most the greater of `operations` and `times` times
  // the program's size. It ends a finalizer that creates another object like its own.
  int operations = 400;
  int times = 4;
  int depth = 12;  // nested scripts; below 50, see fact 12
  // The events between the begin of one operation and that of the next: at most `events` plus
  // `times_born` times the objects born so far. No lawful collector needs half of that: at most
  // eight events are about one object. Beyond it the collector is broken: it never stops reporting.
  int events = 1000;
  int times_born = 16;
  // When Collector::Verify is called.
  enum class Verify : uint8_t { kNever, kAfterProgram, kAfterOperations } verify = Verify::kNever;
};

// How the signature begins of what Collector::Verify reports.
inline constexpr char kInconsistentSign[] = "it reports itself inconsistent";

// The outcome of one program.
struct Verdict {
  enum class Kind : uint8_t {
    kLawful,
    kConvicted,  // it broke a law; `violation` says which
    kBroken,     // the collector died, hung or sent malformed output: `trouble`
  };

  Kind kind = Kind::kLawful;
  std::optional<Violation> violation = {};  // set if and only if kConvicted
  std::string trouble = {};                 // kBroken: a sentence
  std::string sign = {};                    // kBroken: what is the same in every run; the signature
  std::string words = {};  // kBroken: the last output of its process, lines; may be empty
  std::vector<std::string> frames = {};  // kBroken: where it crashed, innermost first; may be empty
  int operations = 0;                    // executed, those of scripts included
  int events = 0;                        // reported
  uint64_t situations = 0;               // reached; a bit for each Situation

  bool lawful() const { return kind == Kind::kLawful; }
  // What a shrunk program must keep: law, operation and phase, or the kind of trouble. "" if
  // lawful.
  std::string signature() const;
};

// Runs programs on one specimen, one after another. The collector is made by the first Run, reused
// with Reset while verdicts are lawful, and made anew after an unlawful one.
class Trial : private Observer {
 public:
  // Copies the specimen. REQUIRES: specimen.contract is not null, specimen.make is callable.
  explicit Trial(const Specimen& specimen, Limits limits = {});
  ~Trial() override;

  // Executes the program up to its end or the first unlawful event. Deterministic if the collector
  // is. Amortized O(1) an operation and an event, apart from the collector and what judge.h
  // excepts.
  Verdict Run(const Program& program);

  // As Run; *transcript becomes the trace (see trace.h), by which the program runs several times
  // slower. If the verdict is unlawful, the last line ends with a comment `# <- here`. What was not
  // executed has a comment of its own: `# void: ...` or `# scripts run empty ...`.
  Verdict Run(const Program& program, std::string* transcript);

  // See Judge::CountFeatures.
  void CountFeatures(uint8_t* counters) { judge_->CountFeatures(counters); }

  // From now on a convicted collector is kept as well, which for one in another process is far
  // cheaper than a new one: if its Reset succeeds, and unless it may be using what it has freed. A
  // conviction may then be due to earlier programs.
  void KeepConvicted() { keep_convicted_ = true; }

  // From now on, Collector::Verify is called then, whatever the limits say.
  void SetVerify(Limits::Verify verify) { verify_ = verify; }
  // The next program has a new collector. Everything about growth happens in the first programs of
  // one, as Reset keeps its memory.
  void Renew();

  // From now on, publishes its progress in *pulse and appends to *tail whatever it writes into a
  // transcript. `tail` may be null. Both must outlive the trial.
  void Watch(Pulse* pulse, TranscriptTail* tail = nullptr) {
    pulse_ = pulse;
    tail_ = tail;
  }

 private:
  ScriptEnd On(const Event& event) override;
  void Broken(const std::string& why) override;
  void Note(const std::string& text) override;

  ScriptEnd Handle(const Event& event);
  void ResetCollector();
  bool over() const { return broken_ || judge_->violation().has_value(); }
  void Execute(const Op& op);
  void MakeChain(const Op& op);
  void PrepareEnd();
  int Borrow(int beside) const;
  void Replace(const Op& op);
  void ExecuteOne(const Op& op);
  void WriteVoid(const Op& op);  // REQUIRES: the judge says that it is void
  void WriteVoid(const Op& op, const std::string& why);
  void WriteFull(const Op& op);
  bool RunScript(ObjectId id);
  bool RunOperations(const Script& script);
  bool OutOfOperations();
  void Count(const Event& event);
  void Write(const std::string& line);
  void VerifyAfter(const Op& op);

  const Specimen specimen_;
  const Limits limits_;
  const std::unique_ptr<Judge> judge_;
  std::unique_ptr<Collector> collector_;
  Pulse own_pulse_;
  Pulse* pulse_ = &own_pulse_;
  TranscriptTail* tail_ = nullptr;
  const Program* program_ = nullptr;
  std::string* transcript_ = nullptr;
  bool keep_convicted_ = false;
  Limits::Verify verify_;
  bool broken_ = false;
  std::string trouble_;
  int operations_ = 0;
  int script_operations_ = 0;
  int events_ = 0;
  int events_since_ = 0;  // ... since the last operation began
  int born_ = 0;
  int freed_ = 0;
  bool out_of_operations_ = false;  // the transcript says so, once
  int depth_ = 0;                   // nested scripts
  int indent_ = 0;                  // nested scripts and collections
};

// Marks the last line of a transcript as the one where it went wrong. REQUIRES: the transcript is
// empty or ends with a line end.
void MarkHere(std::string* transcript);

// Runs one program on a new collector.
Verdict Try(const Program& program, const Specimen& specimen, Limits limits = {});

// The text that a reader of a failure sees: the law, a sentence, the transcript, what would have
// been lawful. `transcript` may be empty. Deterministic.
std::string Report(const Specimen& specimen, const Verdict& verdict, const std::string& transcript);

}  // namespace ouro

#endif  // MODEL_TRIAL_H_
