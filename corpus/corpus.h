// SPDX-License-Identifier: Apache-2.0

// The corpus as tests read it: files of programs, and golden files with their traces and reports.
// Each function fails the running test if a file cannot be read.
//
// Place: beside the files that it reads; for the tests in properties/. REQUIRES: the working folder
// is the runfiles' root, as in `bazel test`.

#ifndef CORPUS_CORPUS_H_
#define CORPUS_CORPUS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/program.h"

namespace ouro {

struct CorpusFile {
  std::string folder = {};             // "laws"
  std::string name = {};               // "load"
  std::string header = {};             // the comment that opens the file, as one line without `#`
  std::string text = {};               // the whole file
  std::vector<Program> programs = {};  // none if the file could not be parsed

  std::string path() const { return "corpus/" + folder + "/" + name + ".gct"; }
};

// The `.gct` files of corpus/FOLDER, sorted by name; none if there is no such folder.
std::vector<CorpusFile> ReadCorpus(const std::string& folder);

// The file of that name, with exactly one program; fails the test if it has none or several.
CorpusFile ReadCorpusFile(const std::string& folder, const std::string& name);

// A golden file is a sequence of texts, each after a comment line with its name and before a line
// `---`.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// The texts of corpus/golden/NAME by their names.
std::map<std::string, std::string> ReadGolden(const std::string& name);

// Fails the test for each text that differs from that of corpus/golden/NAME. If the environment has
// REGENERATE, writes that file instead; `target` is the Bazel target of the test, for the message
// that says how.
void ExpectGolden(const std::string& name, const NamedTexts& texts, const std::string& target);

}  // namespace ouro

#endif  // CORPUS_CORPUS_H_
