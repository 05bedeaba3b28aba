// The corpus as tests read it: files of programs, and golden files, which say what came of them.
//
// Place: among the files that it reads; for the tests in properties/.

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
  std::string text = {};               // of the whole file
  std::vector<Program> programs = {};  // none if the file could not be read, which fails the test

  std::string path() const { return "corpus/" + folder + "/" + name + ".gct"; }
};

// The `.gct` files of corpus/FOLDER in the order of their names; none where there is no such
// folder.
std::vector<CorpusFile> ReadCorpus(const std::string& folder);

// The one of that name, with its one program; fails the test where there is none.
CorpusFile ReadCorpusFile(const std::string& folder, const std::string& name);

// A golden file is a sequence of texts. Each has a name, in a comment line before it, and a line
// `---` behind it.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// The texts of corpus/golden/NAME by their names.
std::map<std::string, std::string> ReadGolden(const std::string& name);

// Fails the test with a difference for each text that is not the one of corpus/golden/NAME. Where
// the environment has REGENERATE, writes that file instead; `target` is the test that does so.
void ExpectGolden(const std::string& name, const NamedTexts& texts, const std::string& target);

}  // namespace ouro

#endif  // CORPUS_CORPUS_H_
