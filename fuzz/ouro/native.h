// SPDX-License-Identifier: Apache-2.0

// A native script is a program in the engine's own language, made of the notes of a run: what it
// does needs no Ouroboros, so that it can be sent to those who maintain the engine.
//
// Place: `ouro native`. Knows transcripts and the syntax of a few languages, no collector.

#ifndef FUZZ_OURO_NATIVE_H_
#define FUZZ_OURO_NATIVE_H_

#include <string>
#include <vector>

namespace ouro {

// What a language needs so that notes become a script.
struct NativeLanguage {
  const char* name;     // "python"
  const char* comment;  // what begins one
  const char* first;    // the first line, or ""
  const char* begin;    // before the notes of the finalizer of object {}
  const char* indent;   // of these
  const char* empty;    // stands for none of them
  const char* raise;    // ends one with an exception
  const char* end;      // after them; {} is the object
  const char* last;     // lists the numbers of nodes that are alive, after all else
};

// The language of that name, or null.
const NativeLanguage* FindLanguage(const std::string& name);

// The notes of a transcript, in order.
std::vector<std::string> NotesOf(const std::string& transcript);

// The script: `head` as comments, the definitions `prelude`, finalizers, and main. A collector that
// dies takes back nothing that it has noted.
std::string NativeScript(const NativeLanguage& language, const std::string& head,
                         const std::string& prelude, const std::string& transcript);

}  // namespace ouro

#endif  // FUZZ_OURO_NATIVE_H_
