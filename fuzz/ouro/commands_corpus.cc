// Commands that move programs: into the corpus, between campaigns, to the byte form and back.

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "fuzz/campaign/worker.h"
#include "fuzz/files.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/terminal.h"
#include "model/subprocess.h"

namespace ouro {

namespace fs = std::filesystem;

namespace {

// Under `bazel run`, the source tree; else where the user stands.
std::string SourceTree() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return workspace != nullptr ? std::string(workspace) + "/" : "";
}

// "" or why there is no exactly one program.
std::string ReadOne(const std::string& file, Program* program) {
  std::vector<ProgramFile> programs;
  if (std::string error = ReadPrograms({file}, &programs); !error.empty()) return error;
  if (programs.size() != 1) {
    return fmt::format("{}: holds {} programs; a file of the corpus holds one", file,
                       programs.size());
  }
  *program = programs[0].program;
  return "";
}

// Runs libFuzzer's merge: copies to `out` those files of `in` that together reach all that all do.
std::string MergeBytes(const std::string& specimen, const std::string& out, const std::string& in) {
  const std::string fuzzer = FindFuzzer();
  if (fuzzer.empty()) return "there is no collector_fuzzer beside this program";
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
  return fmt::format("libFuzzer could not merge; its last words:\n{}", process.words().Text());
}

// The smallest finding of each signature, from all the folders.
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

}  // namespace

int Add(const AddArguments& arguments) {
  for (const std::string& file : arguments.files) {
    std::string text;
    Program program;
    if (std::string error = ReadOne(file, &program); !error.empty()) return Complain(error);
    if (std::string error = ReadText(file, &text); !error.empty()) return Complain(error);
    std::error_code error;
    const std::string folder = SourceTree() + arguments.folder;
    if (!fs::is_directory(UserPath(folder), error)) {
      return Complain(fmt::format("{}: is no folder; --to names the corpus", folder));
    }
    const std::string target = folder + "/" + fs::path(file).filename().string();
    if (fs::exists(UserPath(target), error)) {
      return Complain(fmt::format("{}: is already there", target));
    }
    if (std::string why = WriteText(target, text); !why.empty()) return Complain(why);
    fs::remove(UserPath(file), error);
    fmt::print("{}: the replay test has it from now on\n", target);
  }
  return 0;
}

int Merge(const MergeArguments& arguments) {
  std::vector<ProgramFile> programs;
  for (const std::string& folder : arguments.folders) {
    std::error_code error;
    const std::string corpus = folder + "/corpus";
    if (!fs::is_directory(UserPath(corpus), error)) {
      return Complain(fmt::format("{}: is no folder of a campaign: {} in it", folder,
                                  error ? "there can be no `corpus`" : "there is no `corpus`"));
    }
    if (fs::is_empty(UserPath(corpus), error)) continue;
    if (error) return Complain(fmt::format("{}: {}", corpus, error.message()));
    if (std::string why = ReadPrograms({corpus}, &programs); !why.empty()) return Complain(why);
  }
  size_t findings = 0;
  if (std::string why = MergeFindings(arguments, &findings); !why.empty()) return Complain(why);
  // Beside the result, so that a full disk is the same disk.
  const std::string work = fmt::format("{}/work/merge-{}", arguments.out, getpid());
  std::string why = WriteEncoded(programs, work + "/in");
  std::error_code error;
  fs::create_directories(UserPath(work + "/out"), error);
  if (why.empty() && !programs.empty()) {
    why = MergeBytes(arguments.specimen, UserPath(work + "/out"), UserPath(work + "/in"));
  }
  size_t kept = 0;
  for (fs::directory_iterator it(UserPath(work + "/out"), error), end;
       why.empty() && !error && it != end; it.increment(error)) {
    std::string bytes;
    why = ReadText(it->path().string(), &bytes);
    const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
    const std::string text = Print(Decode(data, bytes.size()));
    if (why.empty()) {
      why = WriteText(fmt::format("{}/corpus/{:016x}.gct", arguments.out, HashOf(text)), text);
    }
    ++kept;
  }
  fs::remove_all(UserPath(work), error);
  if (!why.empty()) return Complain(why);
  fmt::print("{}: {} programs of {} reach all that they reach together; {} findings\n",
             arguments.out, kept, programs.size(), findings);
  return 0;
}

int EncodeFiles(const BytesArguments& arguments) {
  std::vector<ProgramFile> programs;
  if (std::string error = ReadPrograms(arguments.files, &programs); !error.empty()) {
    return Complain(error);
  }
  if (std::string error = WriteEncoded(programs, arguments.out); !error.empty()) {
    return Complain(error);
  }
  fmt::print("{}: {} programs\n", arguments.out, programs.size());
  return 0;
}

int DecodeFiles(const BytesArguments& arguments) {
  for (size_t i = 0; i < arguments.files.size(); ++i) {
    std::string bytes;
    if (std::string error = ReadText(arguments.files[i], &bytes); !error.empty()) {
      return Complain(error);
    }
    if (i > 0) fmt::print("---\n");
    fmt::print("{}", Print(Decode(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size())));
  }
  return 0;
}

}  // namespace ouro
