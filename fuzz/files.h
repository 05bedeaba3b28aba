// SPDX-License-Identifier: Apache-2.0

// Files as a command line names them: relative paths start where the user stands, `-` is standard
// input, a folder stands for the programs in it.
//
// Place: below everything in fuzz/ that reads or writes a file. Any thread may call.
//
// Functions that return a string return "" or a sentence that begins with the path as the user
// wrote it.

#ifndef FUZZ_FILES_H_
#define FUZZ_FILES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "corpus/head.h"
#include "fuzz/hash.h"
#include "model/program.h"
#include "model/program_position.h"

namespace ouro {

// A path for system calls. `bazel run` starts programs in another folder and names the user's in
// BUILD_WORKING_DIRECTORY.
std::string UserPath(const std::string& path);

// The longest input, in bytes: /dev/zero, or a pipe that is never closed, is an error before memory
// is full.
inline constexpr size_t kMaxInput = size_t{256} << 20;

// Reads the whole file.
std::string ReadText(const std::string& path, std::string* text);

// Replaces the file, and makes its folders. The text is written aside and renamed, so a reader sees
// all of it or nothing.
std::string WriteText(const std::string& path, const std::string& text);

// Whether WriteText could write there, for results that come after long work. What is there stays.
// A device or a pipe is refused: it would be replaced.
std::string ProbeText(const std::string& path);

// Removes what WriteText has left aside in a folder in processes that are dead.
void RemoveStale(const std::string& folder);

// Appends each file, and for each folder the `.gct` files in and below it, sorted. Symbolic links
// to folders are not followed. A folder that cannot be read, or has no such file, is an error.
std::string ListFiles(const std::vector<std::string>& paths, std::vector<std::string>* files);

// A program and where it was read.
struct ProgramFile {
  std::string file;
  size_t number = 0;  // within the file, from 1; 0: it is the only one
  Program program;
  std::string head;         // of the file: see corpus/head.h
  ProgramLines lines = {};  // of its operations in the file

  std::string Label() const;  // "corpus/laws/load.gct", "all.gct program 3"
};

// Reads all programs of all files: "FILE: line 7: ...". A file without a program is an error.
std::string ReadPrograms(const std::vector<std::string>& paths, std::vector<ProgramFile>* programs);

// Writes the byte form (model/program.h) of each program into the folder, for fuzzers to start
// from. Files are named by their contents.
std::string WriteEncoded(const std::vector<ProgramFile>& programs, const std::string& folder);

// Writes the simplest input that a fuzzer can start from into the folder. Returns its path; "": it
// cannot be written.
std::string WriteFirstSeed(const std::string& folder);

// A file name that people recognize: "cpython:/usr/bin/python3" -> "cpython--usr-bin-python3".
// Other names may have the same. A long one is cut, and ends with a hash of the whole.
std::string FileName(const std::string& name);

// The same, but different for different names: ends with a hash unless it is the name itself.
std::string UniqueFileName(const std::string& name);

}  // namespace ouro

#endif  // FUZZ_FILES_H_
