// A trial is one program, executed by one collector under the judge. Its outcome is a verdict.
//
// Place: here programs, collectors and the judge meet. The scripts of finalizers and callbacks run
// here: a collector only says "call it now". The trial skips void operations, so that collectors
// need not check anything, and splits those that would allocate and release at once: see
// "Registers that are full" in program.h.

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

// Bounds of a run. Past one of the first three, scripts run empty, which the transcript says; main
// goes on to its end.
struct Limits {
  // Operations of scripts that are executed in all: so many, or that many times the operations of
  // the program, if this is more. A finalizer that makes another object like its own ends by it.
  int operations = 400;
  int times = 4;
  int depth = 12;  // scripts within scripts; below 50, see fact 12
  // Events of one operation, from its last own operation in a script on: so many, and that many
  // times the objects that were born so far. No lawful one has half of them: an object has eight at
  // most. Past them the collector is broken: it goes on reporting for ever.
  int events = 1000;
  int times_born = 16;
  bool verify = false;  // ask the collector after each operation whether it finds itself sound
};

struct Verdict {
  enum class Kind : uint8_t {
    kLawful,
    kConvicted,  // `violation` says of what
    kBroken,     // the collector died, hung or spoke nonsense: `trouble` is a sentence
  };

  Kind kind = Kind::kLawful;
  std::optional<Violation> violation = {};
  std::string trouble = {};
  std::string sign = {};   // kBroken: what the same trouble has in every run
  std::string words = {};  // kBroken: what its process printed last, lines; may be empty
  std::vector<std::string> frames = {};  // kBroken: where it crashed, innermost first; may be empty
  int operations = 0;                    // that were executed
  int events = 0;                        // that were reported
  uint64_t situations = 0;               // that were reached, a bit for each Situation

  bool lawful() const { return kind == Kind::kLawful; }
  // What a shrunk program must keep: the law, operation and phase, or the kind of trouble. "" where
  // the verdict is lawful.
  std::string signature() const;
};

// Runs programs on one specimen, one after the other. The collector is reused from program to
// program while all is lawful, and made anew after a conviction.
class Trial : private Observer {
 public:
  explicit Trial(const Specimen& specimen, Limits limits = {});
  ~Trial() override;

  Verdict Run(const Program& program);

  // As Run; *transcript becomes the trace (see trace.h). On a conviction its last operation or
  // event ends with a comment `# <- here`. What is not executed has a comment of its own, `# void:
  // ...` or
  // `# scripts run empty ...`.
  Verdict Run(const Program& program, std::string* transcript);

  // See Judge::CountFeatures.
  void CountFeatures(uint8_t* counters) { judge_->CountFeatures(counters); }

  // Shows there, from now on, how far it is; `tail`, which may be null, gets every transcript that
  // is asked for. Both outlive the trial.
  void Watch(Pulse* pulse, TranscriptTail* tail = nullptr) {
    pulse_ = pulse;
    tail_ = tail;
  }

 private:
  ScriptEnd On(const Event& event) override;
  void Broken(const std::string& why) override;

  ScriptEnd Hear(const Event& event);
  bool over() const { return broken_ || judge_->violation().has_value(); }
  void Execute(const Op& op);
  void Replace(const Op& op);
  void ExecuteOne(const Op& op);
  void WriteVoid(const Op& op);  // which the judge says is void
  void WriteVoid(const Op& op, const std::string& why);
  bool RunScript(ObjectId id);
  bool OutOfOperations();
  void Count(const Event& event);
  void Write(const std::string& line);

  const Specimen specimen_;
  const Limits limits_;
  const std::unique_ptr<Judge> judge_;
  std::unique_ptr<Collector> collector_;
  Pulse own_pulse_;
  Pulse* pulse_ = &own_pulse_;
  TranscriptTail* tail_ = nullptr;
  const Program* program_ = nullptr;
  std::string* transcript_ = nullptr;
  bool broken_ = false;
  std::string trouble_;
  int operations_ = 0;
  int script_operations_ = 0;
  int events_ = 0;
  int events_since_ = 0;  // ... since the last operation began
  int born_ = 0;
  bool out_of_operations_ = false;  // and the transcript says so
  int depth_ = 0;                   // of scripts
  int indent_ = 0;                  // of scripts and collections
};

// Marks the last line of a transcript as the one where it went wrong.
void MarkHere(std::string* transcript);

// One program on a fresh collector.
Verdict Try(const Program& program, const Specimen& specimen, Limits limits = {});

// What a reader of a failure sees: the law, a sentence, the transcript, what would have been
// lawful. `transcript` may be empty. Deterministic.
std::string Report(const Specimen& specimen, const Verdict& verdict, const std::string& transcript);

}  // namespace ouro

#endif  // MODEL_TRIAL_H_
