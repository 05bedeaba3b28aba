// Files as the user of a command line sees them: paths relative to where the user stands, `-` for
// standard input, folders for all that is in them.

#ifndef FUZZ_FILES_H_
#define FUZZ_FILES_H_

#include <string>
#include <vector>

#include "model/program.h"

namespace ouro {

// `bazel run` starts programs elsewhere and says in BUILD_WORKING_DIRECTORY where the user stands.
std::string UserPath(const std::string& path);

// The whole file. Returns "" or "FILE: why".
std::string ReadText(const std::string& path, std::string* text);

// Written aside and renamed, so that no reader ever sees a part of it; folders are made. Returns ""
// or "FILE: why".
std::string WriteText(const std::string& path, const std::string& text);

// Paths of files as they are, and those of the `.gct` files below folders, sorted.
// Returns "" or "PATH: why".
std::string ListFiles(const std::vector<std::string>& paths, std::vector<std::string>* files);

// A program and where it stands.
struct ProgramFile {
  std::string file;
  size_t number = 0;  // within the file, from 1
  Program program;

  std::string Label() const;  // "corpus/laws/load.gct", "all.gct program 3"
};

// All programs of all files. Returns "" or "FILE: line 7: ...".
std::string ReadPrograms(const std::vector<std::string>& paths, std::vector<ProgramFile>* programs);

// Writes each program in its byte form (model/program.h) into the folder, which is made: what
// fuzzers start from. Names follow from the contents. Returns "" or "FILE: why".
std::string WriteEncoded(const std::vector<ProgramFile>& programs, const std::string& folder);

// What stands after `# KEY: ` in the head of a program's file, up to the end of the line; or "".
std::string HeadValue(const std::string& text, const std::string& key);

// A name for a file: "cpython:/usr/bin/python3" -> "cpython--usr-bin-python3".
std::string FileName(const std::string& name);

// 64 bits of FNV-1a, for the names of files.
uint64_t HashOf(const std::string& text);

}  // namespace ouro

#endif  // FUZZ_FILES_H_
