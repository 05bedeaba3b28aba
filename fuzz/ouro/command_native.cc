// SPDX-License-Identifier: Apache-2.0

// `ouro native`: a program in the engine's own language, for a report to those who maintain it.

#include <fmt/format.h>

#include <string>

#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/native.h"
#include "model/isolate.h"

namespace ouro {

std::string NativeCommand(const NativeArguments& arguments, int* exit_code) {
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
  std::string head = specimen.summary + "\n" + verdict.signature();
  if (verdict.violation) head = specimen.summary + "\n" + verdict.violation->what;
  if (verdict.lawful()) head = specimen.summary + "\nlawful";
  if (!specimen.environment.empty()) head += "\nin the environment: " + specimen.environment;
  fmt::print("{}",
             NativeScript(*language, head, specimen.prelude(NotesOf(transcript)), transcript));
  *exit_code = 0;
  return "";
}

}  // namespace ouro
