// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/native.h"

#include <fmt/format.h>

#include <map>
#include <sstream>
#include <string_view>

#include "model/collector.h"
#include "model/event_text.h"
#include "model/transcript.h"

namespace ouro {
namespace {

constexpr std::string_view kNote = "# = ";

constexpr NativeLanguage kLanguages[] = {
    {"python", "#",
     "from collections import defaultdict\nscripts = defaultdict(lambda: lambda self: None)",
     "def script(self):\n"
     "    global r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13, r14, r15",
     "    ", "pass", "raise Exception", "scripts[{}] = script",
     "print('alive:', sorted(o.n for o in gc.get_objects() if type(getattr(o, 'n', '')) is int))"},
    {"php", "//", "<?php",
     "$scripts[{}] = function ($self) {{\n"
     "    global $r0, $r1, $r2, $r3, $r4, $r5, $r6, $r7, $r8, $r9, $r10, $r11, $r12, $r13, $r14, "
     "$r15;",
     "    ", "", "throw new Raised;", "}};",
     "echo 'alive:'; foreach ($w as $n => $reference) if ($reference->get()) echo \" $n\";"},
    {"lua", "--", "", "scripts[{}] = function(self)", "  ", "", "error()", "end", ""},
    {"perl", "#", "", "$scripts[{}] = sub {{\n    my $self = $_[0];", "    ", "", "die;", "}};",
     ""},
    {"ruby", "#", "", "$scripts[{}] = lambda do |this|", "  ", "", "raise", "end", ""},
};

// Appends the note in a line of a transcript, if it is one.
void AppendNote(const TranscriptLine& line, std::vector<std::string>* notes) {
  if (line.text.starts_with(kNote)) notes->emplace_back(line.text.substr(kNote.size()));
}

// The lines of main, and of each finalizer by the number of its object.
struct Parts {
  std::vector<std::string> main;
  std::map<int, std::vector<std::string>> scripts;
};

Parts Split(const NativeLanguage& language, const std::string& transcript) {
  Parts parts;
  std::vector<int> running;  // objects whose scripts run, innermost last
  TranscriptReader lines(transcript);
  for (TranscriptLine line; lines.Next(&line);) {
    Event event;
    const bool parsed =
        line.kind == TranscriptLine::Kind::kEvent && ParseEvent(line.text, &event).empty();
    const bool runs = event.kind == Event::Kind::kFinalize || event.kind == Event::Kind::kCallback;
    if (parsed && runs) {
      running.push_back(event.id);
      parts.scripts[event.id];  // it exists, even if it does nothing
    } else if (parsed && event.kind == Event::Kind::kEnd && !running.empty()) {
      running.pop_back();
    }
    std::vector<std::string>& into = running.empty() ? parts.main : parts.scripts[running.back()];
    AppendNote(line, &into);
    if (line.text == "raise") into.emplace_back(language.raise);
  }
  return parts;
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

std::string NativeScript(const NativeLanguage& language, const std::string& head,
                         const std::string& prelude, const std::string& transcript) {
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
  const Parts parts = Split(language, transcript);
  for (const auto& [id, lines] : parts.scripts) {
    script += fmt::format(fmt::runtime(language.begin), id) + "\n";
    for (const std::string& line : lines) script += language.indent + line + "\n";
    if (lines.empty() && language.empty[0] != '\0') {
      script += std::string(language.indent) + language.empty + "\n";
    }
    script += fmt::format(fmt::runtime(language.end), id) + "\n";
  }
  for (const std::string& line : parts.main) script += line + "\n";
  if (language.last[0] != '\0') script += std::string(language.last) + "\n";
  return script;
}

}  // namespace ouro
