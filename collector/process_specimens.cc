// SPDX-License-Identifier: Apache-2.0

#include "collector/process_specimens.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <string_view>
#include <vector>

#include "collector/interpreter_paths.h"
#include "collector/npm_runtimes.h"
#include "collector/peers/cpython/cpython_py.h"
#include "collector/peers/cpython/kinds_py.h"
#include "collector/peers/lua/kinds_lua.h"
#include "collector/peers/lua/lua_lua.h"
#include "collector/peers/npm/javascript_js.h"
#include "collector/peers/php/kinds_php.h"
#include "collector/peers/php/php_php.h"
#include "collector/peers/ruby/kinds_rb.h"
#include "collector/peers/ruby/ruby_rb.h"
#include "collector/protocol_collector.h"
#include "model/last_words.h"

namespace ouro {
namespace {

// What an adapter in another process finds its options in.
constexpr char kOptionsVariable[] = "OURO_OPTIONS";

// The contract that follows from a greeting: the one that it names, else the one of its name. Or
// nullptr.
const Contract* ContractOf(const ProcessGreeting& greeting) {
  const Contract* contract = nullptr;
  ReadContract(greeting.contract.empty() ? greeting.name : greeting.contract, &contract);
  return contract;
}

std::string NoContract(const std::string& name, const ProcessGreeting& greeting) {
  return fmt::format(
      "{}: there is no contract for {}; `ouro contracts` says on what each was tried. To judge it "
      "by one of them nevertheless, add --contract NAME",
      name, Printable(fmt::format("{} {}", greeting.name, greeting.version)));
}

// A program that speaks the line protocol, after its greeting. If `contract` is null, it follows
// from the greeting.
std::string FindPeer(const SpecimenName& name, std::vector<std::string> argv,
                     const Contract* contract, Specimen* specimen) {
  if (!name.options.empty()) {
    argv.insert(argv.begin(), {"env", fmt::format("{}={}", kOptionsVariable, name.options)});
  }
  ProcessGreeting greeting;
  std::string error;
  if (!Hello(argv, &greeting, &error)) return fmt::format("{}: {}", name.text, error);
  if (contract == nullptr) contract = ContractOf(greeting);
  if (contract == nullptr) return NoContract(name.text, greeting);
  *specimen = {
      .name = name.base,
      .summary = Printable(fmt::format("{} {}", greeting.name, greeting.version)),
      .contract = contract,
      .abilities = greeting.abilities,
      .in_process = false,
      .unknown = greeting.unknown,
      .kinds = greeting.kinds,
      .make = [argv](Observer& observer) { return MakeProtocolCollector(argv, observer); }};
  return "";
}

std::string FindCommand(const SpecimenName& name, const Contract* contract, Specimen* specimen) {
  const std::string rest = name.base.substr(name.base.find(':') + 1);
  const size_t colon = rest.find(':');
  if (colon == std::string::npos) {
    return fmt::format("\"{}\" is not process:CONTRACT:COMMAND", name.base);
  }
  const Contract* named = nullptr;
  const std::string error = ReadContract(rest.substr(0, colon), &named);
  if (!error.empty()) return "process:CONTRACT:COMMAND: " + error;
  if (contract == nullptr) contract = named;
  // Runs in the user's folder, also under `bazel run`, which changes it.
  const bool elsewhere = std::getenv("BUILD_WORKING_DIRECTORY") != nullptr;
  const std::string there = elsewhere ? "cd \"$BUILD_WORKING_DIRECTORY\" || exit; " : "";
  return FindPeer(name, {"/bin/sh", "-c", there + rest.substr(colon + 1)}, contract, specimen);
}

constexpr size_t kMaxArgumentBytes = 120'000;  // bytes; Linux's MAX_ARG_STRLEN is 131,072

// An interpreter whose adapters are embedded in this program, so that `ouro` can be copied
// anywhere.
struct Interpreter {
  const char* prefix;              // of the specimen's name; a path or a version follows
  const char* program;             // its name on PATH, without the version; or nullptr
  std::vector<std::string> flags;  // the text follows; they exclude the user's settings
  std::string text;
  std::string kinds = {};     // the text of the adapter that offers kinds, if there is one
  const char* language = "";  // of that adapter's notes
  const char* join = "";      // executes its arguments as one text, if that is too long for one
  // Of that adapter: freed memory is overwritten at once, so that its use does not go unnoticed.
  std::vector<std::string> environment = {};
};

const std::vector<Interpreter>& Interpreters() {
  static const std::vector<Interpreter> interpreters = {
      {"cpython:",
       "python",
       {"-u", "-c"},
       kCPythonAdapter,
       kCPythonKinds,
       "python",
       "import sys; exec(''.join(sys.argv[1:]))",
       {"PYTHONMALLOC=debug"}},
      // Not an option: `-- A Lua ...`.
      {"lua:",
       "lua",
       {"-E", "-e"},
       std::string(" ") + kLuaAdapter,
       std::string(" ") + kLuaKindsText,
       "lua"},
      // -r begins in code.
      {"php:",
       "php",
       {"-n", "-r"},
       std::string("?>") + kPhpAdapter,
       std::string("?>") + kPhpKindsText,
       "php",
       "",
       {"USE_ZEND_ALLOC=0", "MALLOC_PERTURB_=165"}},
      {"quickjs-ng", nullptr, {}, kJavaScriptAdapter},
      {"ruby:", "ruby", {"--disable=all", "-e"}, kRubyAdapter, kRubyKindsText, "ruby"},
  };
  return interpreters;
}

// What stands before the command line of the interpreter that a specimen's name means: its path, or
// node and what makes it act as that. Returns "" and sets *command, or returns what is not here.
std::string Locate(const std::string& name, const Interpreter& interpreter,
                   std::vector<std::string>* command) {
  const std::string rest = name.substr(std::string_view(interpreter.prefix).size());
  const NpmRuntime* const runtime = FindNpmRuntime(name);
  const bool is_version = interpreter.program != nullptr && IsVersion(rest);
  *command = {rest};
  if (!is_version && runtime == nullptr) return "";
  const std::vector<std::string> paths =
      is_version ? InterpretersOf(interpreter.program, rest) : std::vector<std::string>();
  if (!paths.empty()) {
    *command = {paths[0]};
    return "";
  }
  if (runtime != nullptr) return CommandOf(*runtime, command);
  return fmt::format("{} is not here: there is no {}{} on PATH or in a pyenv, and npm has none",
                     name, interpreter.program, rest);
}

std::string FindInterpreter(const SpecimenName& name, const Interpreter& interpreter,
                            std::vector<std::string> argv, const Contract* contract,
                            Specimen* specimen) {
  argv.insert(argv.end(), interpreter.flags.begin(), interpreter.flags.end());
  const bool kinds = name.Has("kinds") && !interpreter.kinds.empty();
  const std::string& text = kinds ? interpreter.kinds : interpreter.text;
  if (text.size() < kMaxArgumentBytes) argv.push_back(text);
  if (text.size() >= kMaxArgumentBytes) argv.push_back(interpreter.join);
  for (size_t at = 0; text.size() >= kMaxArgumentBytes && at < text.size();
       at += kMaxArgumentBytes) {
    argv.push_back(text.substr(at, kMaxArgumentBytes));
  }
  if (kinds && !interpreter.environment.empty()) {
    argv.insert(argv.begin(), interpreter.environment.begin(), interpreter.environment.end());
    argv.insert(argv.begin(), "env");
  }
  std::string error = FindPeer(name, argv, contract, specimen);
  if (!kinds) return error;
  specimen->language = interpreter.language;
  for (const std::string& variable : interpreter.environment) {
    specimen->environment += (specimen->environment.empty() ? "" : " ") + variable;
  }
  specimen->prelude = [argv](const std::vector<std::string>& notes) {
    return AskPrelude(argv, notes);
  };
  return error;
}

}  // namespace

std::vector<RuntimeName> PresentRuntimes(std::vector<std::string>* absent) {
  std::vector<RuntimeName> present;
  std::map<std::string, std::string> missing;  // what brings them, and their names
  for (const NpmRuntime& runtime : NpmRuntimes()) {
    const std::string name = runtime.name;
    for (const Interpreter& known : Interpreters()) {
      std::vector<std::string> command;
      if (name.rfind(known.prefix, 0) != 0) continue;
      const bool here = Locate(name, known, &command).empty();
      const char* const what = command.size() > 1 ? "WebAssembly, from npm" : command[0].c_str();
      if (here) present.push_back({name, what});
      if (!here) missing[SetupOf(runtime)] += " " + name;
    }
  }
  for (const auto& [command, names] : missing) {
    absent->push_back(fmt::format("what `{}` brings:{}", command, names));
  }
  return present;
}

std::string PresentVersions(const std::string& language, std::vector<std::string>* names) {
  std::string known;
  for (const Interpreter& interpreter : Interpreters()) {
    if (interpreter.program == nullptr) continue;
    const std::string prefix = interpreter.prefix;
    known += " " + prefix.substr(0, prefix.size() - 1);
    if (prefix != language + ":") continue;
    std::vector<std::string> versions = VersionsOf(interpreter.program);
    for (const NpmRuntime& runtime : NpmRuntimes()) {
      const std::string name = runtime.name;
      if (name.rfind(prefix, 0) != 0 || !IsInstalled(runtime)) continue;
      const std::string version = name.substr(prefix.size());
      if (std::count(versions.begin(), versions.end(), version) == 0) versions.push_back(version);
    }
    std::sort(versions.begin(), versions.end(), IsOlder);
    names->clear();
    for (const std::string& version : versions) names->push_back(prefix + version);
    if (!versions.empty()) return "";
    return fmt::format("no version of {} is here: neither on PATH nor in a pyenv, nor from npm",
                       language);
  }
  return fmt::format("there is no language \"{}\" with versions; there are:{}", language, known);
}

bool FindProcessSpecimen(const SpecimenName& name, const Contract* contract, Specimen* specimen,
                         std::string* error) {
  const auto starts = [&name](std::string_view prefix) {
    return name.base.compare(0, prefix.size(), prefix) == 0;
  };
  if (starts("process:")) {
    *error = FindCommand(name, contract, specimen);
    return true;
  }
  if (name.base == "cpython") {
    *error = FindInterpreter(name, Interpreters()[0], {"python3"}, contract, specimen);
    return true;
  }
  for (const Interpreter& known : Interpreters()) {
    const std::string_view prefix = known.prefix;
    if (prefix.back() == ':' ? !starts(prefix) : name.base != prefix) continue;
    std::vector<std::string> command;
    *error = Locate(name.base, known, &command);
    if (error->empty()) *error = FindInterpreter(name, known, command, contract, specimen);
    return true;
  }
  return false;
}

}  // namespace ouro
