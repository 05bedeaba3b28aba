// SPDX-License-Identifier: Apache-2.0

// `ouro add` and `ouro merge`: programs move into the corpus, and from several campaigns into one.

#include <fmt/format.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "fuzz/campaign/campaign_report.h"
#include "fuzz/files.h"
#include "fuzz/merge/merge.h"
#include "fuzz/ouro/command_input.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/status_line.h"

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
  Specimen specimen;
  const SpecimenChoice choice = {.specimen = arguments.specimen};
  if (std::string why = FindChosen(choice, &specimen); !why.empty()) return why;
  StatusLine status;
  const MergeFolders folders = {.out = arguments.out,
                                .folders = arguments.folders,
                                .workers = static_cast<size_t>(arguments.workers),
                                .progress = [&](const std::string& line) { status.Show(line); },
                                .say =
                                    [&](const std::string& line) {
                                      status.Clear();
                                      fmt::print(stderr, "ouro: {}\n", line);
                                    }};
  MergeNumbers n;
  if (std::string why = Merge(specimen, folders, &n); !why.empty()) return why;
  status.Clear();
  fmt::print("{}: {} of {} programs reach everything that all of them reach; {}\n", arguments.out,
             n.selected, n.programs, Count(n.findings, "finding"));
  fmt::print("  {}, {} unchanged; {} in the others, {} of them known; {} reached\n",
             Count(n.folders, "folder"), n.unchanged, Count(n.files, "file"), n.known,
             Count(n.features, "feature"));
  if (n.unlawful > 0) {
    fmt::print("  {} unlawful on {}: {}/unexamined has one for each signature\n",
               Count(n.unlawful, "new program") + (n.unlawful == 1 ? " is" : " are"), specimen.name,
               arguments.out);
  }
  *exit_code = n.refused > 0 ? 2 : 0;
  return "";
}

}  // namespace ouro
