// SPDX-License-Identifier: Apache-2.0

// `ouro add` and `ouro merge`: programs move into the corpus, and from several campaigns into one.

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "corpus/head.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/campaign/worker.h"
#include "fuzz/files.h"
#include "fuzz/ouro/commands.h"
#include "model/subprocess.h"

namespace ouro {

namespace fs = std::filesystem;

namespace {

// A prefix for paths: the source tree under `bazel run`, otherwise the current folder.
std::string SourceTree() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return workspace != nullptr ? std::string(workspace) + "/" : "";
}

// Reads a file with exactly one program. Returns "" or what is wrong.
std::string ReadOne(const std::string& file, Program* program) {
  std::vector<ProgramFile> programs;
  if (std::string error = ReadPrograms({file}, &programs); !error.empty()) return error;
  if (programs.size() != 1) {
    return fmt::format("{}: contains {} programs; a file of the corpus contains one", file,
                       programs.size());
  }
  *program = programs[0].program;
  return "";
}

// Runs libFuzzer's merge: copies to `out` a subset of `in` with the same coverage.
std::string MergeBytes(const std::string& specimen, const std::string& out, const std::string& in) {
  const std::string fuzzer = FindFuzzer();
  if (fuzzer.empty()) return "collector_fuzzer is not beside this program";
  const std::string wanted = "--specimen=" + specimen;
  Subprocess process;
  const std::string error = process.Start({.run = [&](int) {
    execl(fuzzer.c_str(), fuzzer.c_str(), wanted.c_str(), "-merge=1", out.c_str(), in.c_str(),
          static_cast<char*>(nullptr));
    _exit(127);
  }});
  if (!error.empty()) return "libFuzzer could not be started: " + error;
  while (!process.Ended()) {
    std::vector<pollfd> polled;
    process.Await(&polled);
    poll(polled.data(), polled.size(), 1000);
    process.Read();
  }
  if (process.Kill() == 0) return "";
  return fmt::format("libFuzzer could not merge; its last output:\n{}", process.words().Text());
}

// Copies the smallest finding of each specimen and signature to the result.
std::string MergeFindings(const MergeArguments& arguments, size_t* findings) {
  std::map<std::string, std::pair<size_t, std::string>> smallest;  // by specimen and signature
  std::vector<std::string> files;
  for (const std::string& folder : arguments.folders) {
    std::error_code error;
    const bool empty = fs::is_empty(UserPath(folder + "/found"), error);
    if (error && error != std::errc::no_such_file_or_directory) {
      return fmt::format("{}/found: {}", folder, error.message());
    }
    if (empty || error) continue;
    if (std::string why = ListFiles({folder + "/found"}, &files); !why.empty()) return why;
  }
  for (const std::string& file : files) {
    std::string text;
    Program program;
    if (std::string error = ReadText(file, &text); !error.empty()) return error;
    if (std::string error = ReadOne(file, &program); !error.empty()) return error;
    const std::string key = HeadValue(text, "specimen") + "\n" + HeadValue(text, "signature");
    const auto [it, fresh] = smallest.emplace(key, std::pair{program.size(), file});
    if (!fresh) it->second = std::min(it->second, std::pair{program.size(), file});
  }
  for (const auto& [key, chosen] : smallest) {
    std::string text;
    if (std::string error = ReadText(chosen.second, &text); !error.empty()) return error;
    const std::string name = fs::path(chosen.second).filename().string();
    std::string error = WriteText(arguments.out + "/found/" + name, text);
    if (!error.empty()) return error;
  }
  *findings = smallest.size();
  return "";
}

// Reads the corpora of campaign folders, some of which may be empty.
std::string ReadCorpora(const std::vector<std::string>& folders,
                        std::vector<ProgramFile>* programs) {
  for (const std::string& folder : folders) {
    std::error_code error;
    const std::string corpus = folder + "/corpus";
    if (!fs::is_directory(UserPath(corpus), error)) {
      return fmt::format("{}: not a campaign folder: it contains no folder `corpus`", folder);
    }
    if (fs::is_empty(UserPath(corpus), error)) continue;
    if (error) return fmt::format("{}: {}", corpus, error.message());
    if (std::string why = ReadPrograms({corpus}, programs); !why.empty()) return why;
  }
  return "";
}

// Writes the program of a file in byte form to the corpus of the result, named by content.
std::string KeepProgram(const std::string& bytes_file, const std::string& out) {
  std::string bytes;
  if (std::string why = ReadText(bytes_file, &bytes); !why.empty()) return why;
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  const std::string text = Print(Decode(data, bytes.size()));
  return WriteText(fmt::format("{}/corpus/{:016x}.gct", out, HashOf(text)), text);
}

// Copies the programs that together have the coverage of all to the result. *kept counts them.
std::string MergeCorpora(const MergeArguments& arguments, const std::vector<ProgramFile>& programs,
                         size_t* kept) {
  // Inside the result's folder, because /tmp may be another, smaller disk.
  const std::string work = fmt::format("{}/work/merge-{}", arguments.out, getpid());
  std::string why = WriteEncoded(programs, work + "/in");
  std::error_code error;
  fs::create_directories(UserPath(work + "/out"), error);
  if (why.empty() && !programs.empty()) {
    why = MergeBytes(arguments.specimen, UserPath(work + "/out"), UserPath(work + "/in"));
  }
  for (fs::directory_iterator it(UserPath(work + "/out"), error), end;
       why.empty() && !error && it != end; it.increment(error)) {
    why = KeepProgram(it->path().string(), arguments.out);
    ++*kept;
  }
  fs::remove_all(UserPath(work), error);
  return why;
}

}  // namespace

std::string AddCommand(const AddArguments& arguments, int* exit_code) {
  for (const std::string& file : arguments.files) {
    std::string text;
    Program program;
    if (std::string error = ReadOne(file, &program); !error.empty()) return error;
    if (std::string error = ReadText(file, &text); !error.empty()) return error;
    std::error_code error;
    const std::string folder = SourceTree() + arguments.folder;
    if (!fs::is_directory(UserPath(folder), error)) {
      return fmt::format("{}: not a folder; --to names the corpus", folder);
    }
    const std::string target = folder + "/" + fs::path(file).filename().string();
    if (fs::exists(UserPath(target), error)) {
      return fmt::format("{}: already exists", target);
    }
    if (std::string why = WriteText(target, text); !why.empty()) return why;
    fs::remove(UserPath(file), error);
    fmt::print("{}: added; the replay test runs it\n", target);
  }
  *exit_code = 0;
  return "";
}

std::string MergeCommand(const MergeArguments& arguments, int* exit_code) {
  std::vector<ProgramFile> programs;
  if (std::string why = ReadCorpora(arguments.folders, &programs); !why.empty()) return why;
  size_t findings = 0;
  if (std::string why = MergeFindings(arguments, &findings); !why.empty()) return why;
  size_t kept = 0;
  if (std::string why = MergeCorpora(arguments, programs, &kept); !why.empty()) return why;
  fmt::print("{}: {} of {} programs reach everything that all of them reach; {}\n", arguments.out,
             kept, programs.size(), Count(findings, "finding"));
  *exit_code = 0;
  return "";
}

}  // namespace ouro
