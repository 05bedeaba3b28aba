// SPDX-License-Identifier: Apache-2.0

// `ouro native`: a program in the engine's own language, for a report to those who maintain it, or
// as a test for their suite.

#include <fmt/format.h>

#include <string>

#include "fuzz/files.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/demand.h"
#include "fuzz/ouro/native.h"
#include "fuzz/ouro/test_form.h"
#include "model/isolate.h"

namespace ouro {

namespace {

// What is to be said of a verdict in a line.
std::string What(const Verdict& verdict) {
  if (verdict.lawful()) return "lawful";
  return verdict.violation ? verdict.violation->what : verdict.signature();
}

// A script, as a test of that form.
std::string TestScript(const std::string& path, const TestForm& form) {
  std::string script;
  const std::string error = ReadText(path, &script);
  if (error.empty()) fmt::print("{}", Fill(form, TestOfScript(script)));
  return error;
}

// What a run showed, as a test of the engine's suite.
std::string TestRun(const Specimen& specimen, const NativeLanguage& language,
                    const std::string& transcript, const Verdict& verdict) {
  // Adapters that note a load when they have its answer are not heard if it kills the engine.
  if (EndsUnnoted(transcript)) return "it ended within an operation before that was noted";
  Demands demands;
  const std::string error = FindDemands(transcript, specimen, verdict, &demands);
  if (!error.empty()) return error;
  NativeTest test = {.title = specimen.summary + ": " + What(verdict),
                     .script = NativeScript(language, "", specimen.prelude(NotesOf(transcript)),
                                            transcript, &demands),
                     .expected = kExpected,
                     .environment = specimen.environment};
  fmt::print("{}", Fill(*FindForm(language.suffix), test));
  return "";
}

}  // namespace

std::string NativeCommand(const NativeArguments& arguments, int* exit_code) {
  *exit_code = 0;
  const TestForm* const form = arguments.test ? FindForm(arguments.file) : nullptr;
  if (form != nullptr) return TestScript(arguments.file, *form);
  Assignment assigned;
  std::string error = Assign({arguments.file}, arguments.choice, kDefaultSpecimen, &assigned);
  if (!error.empty()) return error;
  if (assigned.programs.size() != 1) return arguments.file + ": it has more than one program";
  const Specimen& specimen = assigned.specimen(0);
  const NativeLanguage* language = FindLanguage(specimen.language);
  if (language == nullptr) {
    return fmt::format(
        "{} has no words of its own for what it does; an adapter with kinds has: `cpython?kinds`, "
        "`php:php8.2?kinds`",
        specimen.name);
  }
  std::string transcript;
  const Verdict verdict =
      TryIsolated(assigned.programs[0].program, specimen, Isolation{}, &transcript);
  if (arguments.test) {
    error = TestRun(specimen, *language, transcript, verdict);
    return error.empty() ? "" : fmt::format("{}: {}", arguments.file, error);
  }
  std::string head = specimen.summary + "\n" + What(verdict);
  if (!specimen.environment.empty()) head += "\nin the environment: " + specimen.environment;
  fmt::print("{}",
             NativeScript(*language, head, specimen.prelude(NotesOf(transcript)), transcript));
  return "";
}

}  // namespace ouro
