// Files as the user of a command line sees them: paths relative to where the user stands, `-` for
// standard input, folders for all that is in them.

#ifndef FUZZ_FILES_H_
#define FUZZ_FILES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "corpus/head.h"
#include "model/program.h"

namespace ouro {

// `bazel run` starts programs elsewhere and says in BUILD_WORKING_DIRECTORY where the user stands.
std::string UserPath(const std::string& path);

// Of one input, in bytes: what has no end, /dev/zero or a pipe that somebody fills, is sent so
// before the memory is full.
inline constexpr size_t kMaxInput = size_t{256} << 20;

// The whole file, of at most kMaxInput bytes. Returns "" or "FILE: why".
std::string ReadText(const std::string& path, std::string* text);

// Written aside and renamed, so that no reader ever sees a part of it; folders are made. Returns ""
// or "FILE: why".
std::string WriteText(const std::string& path, const std::string& text);

// Takes away what WriteText has left aside in that folder for processes that are no more.
void RemoveStale(const std::string& folder);

// Paths of files as they are, and those of the `.gct` files below folders, sorted; links to folders
// are not followed. Returns "" or "PATH: why": also of a folder below that cannot be read.
std::string ListFiles(const std::vector<std::string>& paths, std::vector<std::string>* files);

// A program and where it stands.
struct ProgramFile {
  std::string file;
  size_t number = 0;  // within the file, from 1; 0: it is the only one
  Program program;
  std::string head;  // of the file: see corpus/head.h

  std::string Label() const;  // "corpus/laws/load.gct", "all.gct program 3"
};

// All programs of all files. Returns "" or "FILE: line 7: ...": also of a file without a program.
std::string ReadPrograms(const std::vector<std::string>& paths, std::vector<ProgramFile>* programs);

// Writes each program in its byte form (model/program.h) into the folder, which is made: what
// fuzzers start from. Names follow from the contents. Returns "" or "FILE: why".
std::string WriteEncoded(const std::vector<ProgramFile>& programs, const std::string& folder);

// A name for a file, for people: "cpython:/usr/bin/python3" -> "cpython--usr-bin-python3". A long
// one is cut, and ends with a hash of the whole then, as others may begin with the same 60 bytes.
std::string FileName(const std::string& name);

// The same, for programs: different for different names. Ends with a hash unless it is the name.
std::string UniqueFileName(const std::string& name);

// 64 bits of FNV-1a, for the names of files.
uint64_t HashOf(const std::string& text);

}  // namespace ouro

#endif  // FUZZ_FILES_H_
