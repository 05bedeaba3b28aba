// SPDX-License-Identifier: Apache-2.0

// The built-in corpus: the programs of these folders, as they were when `ouro` was built.
//
// Place: for campaigns, which run them before all other programs.

#ifndef CORPUS_BUILT_IN_H_
#define CORPUS_BUILT_IN_H_

#include <string>
#include <vector>

#include "model/program.h"

namespace ouro {

struct BuiltInProgram {
  std::string file;  // "corpus/laws/load.gct"
  Program program;
};

// All of them, in the order of their files; parsed anew at each call. Any thread may call.
std::vector<BuiltInProgram> BuiltInCorpus();

}  // namespace ouro

#endif  // CORPUS_BUILT_IN_H_
