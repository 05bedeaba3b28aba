// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/native.h"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

#include "model/collector.h"
#include "model/event_text.h"
#include "model/program.h"
#include "model/transcript.h"

namespace ouro {
namespace {

constexpr std::string_view kNote = "# = ";

constexpr NativeLanguage kLanguages[] = {
    {.name = "python",
     .suffix = ".py",
     .comment = "#",
     .first = "from collections import defaultdict\n"
              "scripts = defaultdict(lambda: lambda self: None)\n"
              "class Callbacks(object):\n"
              "    def __getitem__(self, n): return lambda ref: scripts[n](ref)\n"
              "callbacks = Callbacks()\n"
              "import gc\n"
              "def numbers():\n"
              "    for o in gc.get_objects():\n"
              "        try: n = o.n\n"
              "        except Exception: continue\n"
              "        if type(n) is int: yield n",
     .begin = "def script(self):\n"
              "    global r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13, r14, r15",
     .indent = "    ",
     .empty = "pass",
     .raise = "raise Exception",
     .end = "scripts[{}] = script",
     .last = "print('alive:', sorted(numbers()))",
     .reg = "r{}",
     .checks = {.begin = R"(import sys
where, ran, assumed, failures = {}, [], [], []
def assume(holds):
    if holds: assumed.append(1)
def demand(holds, what, course):
    if len(assumed) == course and not holds: failures.append(what)
def alive(n): return n in numbers())",
                .watch = "where[{0}] = id({1})",
                .count = "ran.append({0})",
                .alive = "alive({0})",
                .ran = "ran.count({0}) == {1}",
                .is = "id({1}) == where.get({0})",
                .none = "{1} is None",
                .negation = "not {}",
                .either = " or ",
                .assume = "assume({0})",
                .check = "demand({0}, '{1}', {2})",
                .end = R"(scripts.clear()
print('FAILS: ' + ', '.join(failures) if failures else 'passes')
sys.exit(1 if failures else 0))"}},
    {.name = "php",
     .suffix = ".php",
     .comment = "//",
     .first = "<?php",
     .begin = "$scripts[{}] = function ($self) {{\n"
              "    global $r0, $r1, $r2, $r3, $r4, $r5, $r6, $r7, $r8, $r9, $r10, $r11, $r12, $r13,"
              " $r14, $r15;",
     .indent = "    ",
     .empty = "",
     .raise = "throw new Raised;",
     .guard = "try {{ {} }} catch (Raised) {{}}",
     .end = "}};",
     .last = "echo 'alive:'; foreach ($w as $n => $reference) if ($reference->get()) echo \" $n\";",
     .reg = "$r{}",
     .checks = {.begin = R"($watched = $ran = $failures = []; $assumed = 0;
function assume($holds) { if ($holds) ++$GLOBALS['assumed']; }
function demand($holds, $what, $course) {
    if ($GLOBALS['assumed'] === $course && !$holds) $GLOBALS['failures'][] = $what;
})",
                .watch = "$GLOBALS['watched'][{0}] = new WeakMap; "
                         "$GLOBALS['watched'][{0}][{1}] = true;",
                .count = "$GLOBALS['ran'][{0}] = ($GLOBALS['ran'][{0}] ?? 0) + 1;",
                .alive = "count($GLOBALS['watched'][{0}]) > 0",
                .ran = "($GLOBALS['ran'][{0}] ?? 0) === {1}",
                .is = "(is_object({1}) && isset($GLOBALS['watched'][{0}][{1}]))",
                .none = "{1} === null",
                .negation = "!({})",
                .either = " || ",
                .assume = "assume({0});",
                .check = "demand({0}, '{1}', {2});",
                .end = R"($scripts = [];
echo $failures ? 'FAILS: ' . implode(', ', $failures) : 'passes', "\n";
exit($failures ? 1 : 0);)"}},
    {.name = "lua",
     .suffix = ".lua",
     .comment = "--",
     .first = "",
     .begin = "scripts[{}] = function(self)",
     .indent = "  ",
     .empty = "",
     .raise = "error()",
     .scope = "do {} end",
     .scoped = "local ",
     .end = "end",
     .last = "",
     .reg = "r{}",
     .checks = {.begin = R"(watched, ran, failures, assumed = {}, {}, {}, 0
function assume(holds) if holds then assumed = assumed + 1 end end
function demand(holds, what, course)
  if assumed == course and not holds then failures[#failures + 1] = what end
end)",
                .watch = "watched[{0}] = setmetatable({{[{1}] = true}}, {{__mode = \"k\"}})",
                .count = "ran[{0}] = (ran[{0}] or 0) + 1",
                .alive = "next(watched[{0}]) ~= nil",
                .ran = "(ran[{0}] or 0) == {1}",
                .is = "watched[{0}][{1}]",
                .none = "{1} == nil",
                .negation = "not ({})",
                .either = " or ",
                .assume = "assume({0})",
                .check = "demand({0}, '{1}', {2})",
                .end = R"(scripts = {}
print(#failures > 0 and "FAILS: " .. table.concat(failures, ", ") or "passes")
os.exit(#failures == 0, true))"}},
    {.name = "perl",
     .suffix = ".pl",
     .comment = "#",
     .first = "",
     .begin = "$scripts[{}] = sub {{\n    my $self = $_[0];",
     .indent = "    ",
     .empty = "",
     .raise = "die;",
     .scope = "{{ {} }}",
     .scoped = "my $",
     .end = "}};",
     .last = "",
     .reg = "$r{}",
     .checks = {.begin = R"(my (@watched, %ran, @failures);
my $assumed = 0;
sub assume { ++$assumed if $_[0] }
sub demand {
  my ($holds, $what, $course) = @_;
  push @failures, $what if $assumed == $course && !$holds
})",
                .watch = "weaken($watched[{0}] = {1});",
                .count = "++$ran{{{0}}};",
                .alive = "defined $watched[{0}]",
                .ran = "($ran{{{0}}} // 0) == {1}",
                .is =
                    "(ref {1} && builtin::refaddr({1}) == (builtin::refaddr($watched[{0}]) // 0))",
                .none = "!defined {1}",
                .negation = "!({})",
                .either = " || ",
                .assume = "assume({0});",
                .check = "demand({0}, '{1}', {2});",
                .end = R"(@scripts = ();
print @failures ? "FAILS: @failures\n" : "passes\n";
exit(@failures ? 1 : 0);)"}},
    {.name = "ruby",
     .suffix = ".rb",
     .comment = "#",
     .first = "",
     .begin = "$scripts[{}] = lambda do",
     .indent = "  ",
     .empty = "",
     .raise = "raise",
     .scope = "Fiber.new {{ {} }}.resume",
     .end = "end",
     .last = "",
     .reg = "$r{}",
     .checks =
         {.begin =
              R"($watched, $ran, $failures, $assumed = ObjectSpace::WeakMap.new, Hash.new(0), [], 0
def assume(holds) = ($assumed += 1 if holds)
def demand(holds, what, course) = $assumed != course || holds || $failures << what)",
          .watch = "$watched[{0}] = {1}",
          .count = "$ran[{0}] += 1",
          .alive = "$watched.key?({0})",
          .ran = "$ran[{0}] == {1}",
          .is = "{1}.equal?($watched[{0}])",
          .none = "{1}.nil?",
          .negation = "!({})",
          .either = " || ",
          .assume = "assume({0})",
          .check = "demand({0}, '{1}', {2})",
          .end = R"($scripts = {}
puts $failures.empty? ? 'passes' : "FAILS: #{$failures.join(', ')}"
exit $failures.empty?)"}},
};

// Appends the note in a line of a transcript, if it is one.
void AppendNote(const TranscriptLine& line, std::vector<std::string>* notes) {
  if (line.text.starts_with(kNote)) notes->emplace_back(line.text.substr(kNote.size()));
}

// The lines of main, and of each finalizer by the number of its object.
struct Parts {
  std::vector<std::string> main;
  std::map<int, std::vector<std::string>> scripts;
  bool raises = false;    // one of these does
  int assumed = 0;        // lines that assume something
  ObjectId last = kNone;  // in whose finalizer the transcript ends; kNone: in main
};

std::string Expression(const NativeLanguage& language, const Demand& demand) {
  const NativeChecks& checks = language.checks;
  const std::string reg = fmt::format(fmt::runtime(language.reg), demand.reg);
  const std::string alive = fmt::format(fmt::runtime(checks.alive), demand.object);
  switch (demand.kind) {
    case Demand::Kind::kAlive:
      return alive;
    case Demand::Kind::kDead:
      return fmt::format(fmt::runtime(checks.negation), alive);
    case Demand::Kind::kRan:
      return fmt::format(fmt::runtime(checks.ran), demand.object, demand.times);
    case Demand::Kind::kYields:
      return fmt::format(fmt::runtime(demand.object == kNone ? checks.none : checks.is),
                         demand.object, reg);
  }
  return "";
}

// What a test adds to the notes as it comes by: lines that watch the objects of demands from their
// births on, and lines that assume answers.
class Additions {
 public:
  Additions(const NativeLanguage& language, const std::string& transcript, const Demands* demands)
      : language_(language), demands_(demands) {
    if (demands == nullptr) return;
    births_ = Births(ReadTranscript(transcript));
    for (const Demand& demand : demands->at_end) watched_.insert(demand.object);
    for (const auto& [line, demand] : demands->assumed) watched_.insert(demand.object);
  }

  // Of what comes after a line of main, or of a finalizer, which is `event` if that is not null.
  // A note may follow its answer, so what an answer adds waits for the next line that is no note.
  void Append(const TranscriptLine& line, const Event* event, bool in_finalizer,
              std::vector<std::string>* into) {
    if (line.kind != TranscriptLine::Kind::kComment) Flush();
    if (demands_ == nullptr || event == nullptr) return;
    if (event->kind == Event::Kind::kNew && watched_.contains(event->id)) {
      const int dest = births_[static_cast<size_t>(event->id)].dest;
      const std::string reg = fmt::format(fmt::runtime(language_.reg), dest);
      into->push_back(fmt::format(fmt::runtime(language_.checks.watch), event->id, reg));
      // Where its finalizer does not run, it is never born, and this is not counted.
      const Demand born = {.kind = Demand::Kind::kYields, .object = event->id, .reg = dest};
      if (in_finalizer) into->push_back(Assumption(born));
    }
    const auto assumed = demands_->assumed.find(line.number);
    if (assumed == demands_->assumed.end()) return;
    waiting_ = Assumption(assumed->second);
    waits_in_ = into;
  }

  void Flush() {
    if (waits_in_ != nullptr) waits_in_->push_back(waiting_);
    waits_in_ = nullptr;
  }

  int assumed() const { return assumed_; }

 private:
  std::string Assumption(const Demand& demand) {
    ++assumed_;
    return fmt::format(fmt::runtime(language_.checks.assume), Expression(language_, demand));
  }

  const NativeLanguage& language_;
  const Demands* const demands_;
  std::vector<Op> births_;
  std::set<ObjectId> watched_;
  int assumed_ = 0;
  std::string waiting_;
  std::vector<std::string>* waits_in_ = nullptr;
};

Parts Split(const NativeLanguage& language, const std::string& transcript, const Demands* demands) {
  Parts parts;
  Additions additions(language, transcript, demands);
  std::vector<int> running;  // objects whose scripts run, innermost last
  bool begins = false;       // the last one begins with this line
  TranscriptReader lines(transcript);
  for (TranscriptLine line; lines.Next(&line);) {
    if (line.kind == TranscriptLine::Kind::kSeparator) continue;
    Event event;
    const bool parsed =
        line.kind == TranscriptLine::Kind::kEvent && ParseEvent(line.text, &event).empty();
    begins =
        parsed && (event.kind == Event::Kind::kFinalize || event.kind == Event::Kind::kCallback);
    if (begins) {
      running.push_back(event.id);
      parts.scripts[event.id];  // it exists, even if it does nothing
    } else if (parsed && event.kind == Event::Kind::kEnd && !running.empty()) {
      running.pop_back();
    }
    std::vector<std::string>& into = running.empty() ? parts.main : parts.scripts[running.back()];
    AppendNote(line, &into);
    if (line.text == "raise") {
      into.emplace_back(language.raise);
      parts.raises = true;
    }
    additions.Append(line, parsed ? &event : nullptr, !running.empty(), &into);
  }
  additions.Flush();
  parts.assumed = additions.assumed();
  if (begins) running.pop_back();  // it was not lawful that it ran
  if (!running.empty()) parts.last = running.back();
  return parts;
}

// Puts each line, but for those that raise themselves, into what drops a finalizer's exception.
void Guard(const NativeLanguage& language, std::vector<std::string>* lines) {
  for (std::string& line : *lines) {
    if (line != language.raise) line = fmt::format(fmt::runtime(language.guard), line);
  }
}

void Wrap(const NativeLanguage& language, Parts* parts) {
  for (std::string& line : parts->main) {
    if (language.scope == nullptr || line.find(language.scoped) == std::string::npos) continue;
    line = fmt::format(fmt::runtime(language.scope), line);
  }
  if (!parts->raises || language.guard == nullptr) return;
  Guard(language, &parts->main);
  for (auto& [id, lines] : parts->scripts) Guard(language, &lines);
}

// Adds to the parts what checks the demands where the transcript ends.
void AddChecks(const NativeLanguage& language, const std::vector<Demand>& demands, Parts* parts) {
  std::vector<std::string> lines;
  std::string expression;  // of kYields: one of the answers must be there
  std::string words;
  for (const Demand& demand : demands) {
    const bool yields = demand.kind == Demand::Kind::kYields;
    if (demand.kind == Demand::Kind::kRan) {
      std::vector<std::string>& script = parts->scripts[demand.object];
      script.insert(script.begin(),
                    fmt::format(fmt::runtime(language.checks.count), demand.object));
    }
    expression += (yields && !expression.empty() ? language.checks.either : "") +
                  Expression(language, demand);
    words += (yields && !words.empty() ? " or " : "") + Words(demand);
    if (yields && &demand != &demands.back()) continue;
    lines.push_back(
        fmt::format(fmt::runtime(language.checks.check), expression, words, parts->assumed));
    expression.clear();
    words.clear();
  }
  std::vector<std::string>& into = parts->last == kNone ? parts->main : parts->scripts[parts->last];
  into.insert(into.end(), lines.begin(), lines.end());
}

}  // namespace

const NativeLanguage* FindLanguage(const std::string& name) {
  for (const NativeLanguage& language : kLanguages) {
    if (name == language.name) return &language;
  }
  return nullptr;
}

std::vector<std::string> NotesOf(const std::string& transcript) {
  std::vector<std::string> notes;
  TranscriptReader lines(transcript);
  for (TranscriptLine line; lines.Next(&line);) AppendNote(line, &notes);
  return notes;
}

bool EndsUnnoted(const std::string& transcript) {
  bool unnoted = false;
  TranscriptReader lines(transcript);
  for (TranscriptLine line; lines.Next(&line);) {
    Op op;
    if (line.text.starts_with(kNote)) unnoted = false;
    if (line.kind != TranscriptLine::Kind::kOperation) continue;
    if (!ParseOp(line.text, /*in_script=*/true, &op).empty()) continue;
    unnoted = op.code == OpCode::kLoad || op.code == OpCode::kDeref || op.code == OpCode::kMapGet;
  }
  return unnoted;
}

std::string NativeScript(const NativeLanguage& language, const std::string& head,
                         const std::string& prelude, const std::string& transcript,
                         const Demands* demands) {
  std::string script;
  const std::string_view first = language.first;
  const bool opens = first.starts_with("<?");  // must precede everything
  if (opens) script += std::string(first) + "\n";
  std::istringstream comments(head);
  for (std::string line; std::getline(comments, line);) {
    script += fmt::format("{} {}\n", language.comment, line);
  }
  script += prelude;
  if (!opens && !first.empty()) script += std::string(first) + "\n";
  if (demands != nullptr) script += std::string(language.checks.begin) + "\n";
  Parts parts = Split(language, transcript, demands);
  Wrap(language, &parts);
  if (demands != nullptr) AddChecks(language, demands->at_end, &parts);
  for (const auto& [id, lines] : parts.scripts) {
    script += fmt::format(fmt::runtime(language.begin), id) + "\n";
    for (const std::string& line : lines) script += language.indent + line + "\n";
    if (lines.empty() && language.empty[0] != '\0') {
      script += std::string(language.indent) + language.empty + "\n";
    }
    script += fmt::format(fmt::runtime(language.end), id) + "\n";
  }
  for (const std::string& line : parts.main) script += line + "\n";
  const std::string last = demands == nullptr ? language.last : language.checks.end;
  if (!last.empty()) script += last + "\n";
  return script;
}

}  // namespace ouro
