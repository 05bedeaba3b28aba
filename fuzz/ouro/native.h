// SPDX-License-Identifier: Apache-2.0

// A native script is a program in the engine's own language, made of the notes of a run: what it
// does needs no Ouroboros, so that it can be sent to those who maintain the engine.
//
// Place: `ouro native`. Knows transcripts, demands, and the syntax of a few languages, no
// collector.

#ifndef FUZZ_OURO_NATIVE_H_
#define FUZZ_OURO_NATIVE_H_

#include <string>
#include <vector>

#include "fuzz/ouro/demand.h"

namespace ouro {

// What a language needs so that a script checks demands. {0} is the number of an object, {1} a
// register or how often.
struct NativeChecks {
  const char* begin;  // definitions
  const char* watch;  // after the birth of an object in a register
  const char* count;  // begins a finalizer that is counted
  const char* alive;  // expressions, from here on
  const char* ran;
  const char* is;
  const char* none;
  const char* negation;  // of {}
  const char* either;    // between two of which one must hold
  const char* assume;    // counts an expression, if it holds
  const char* check;     // demands one, {1} in words, if {2} were counted
  const char* end;       // forgets the finalizers, as exit may run them, prints "passes", or what
                         // failed, and exits with 0 or 1
};

// What a language needs so that notes become a script.
struct NativeLanguage {
  const char* name;     // "python"
  const char* suffix;   // of scripts: ".py"
  const char* comment;  // what begins one
  const char* first;    // the first line, or ""
  const char* begin;    // before the notes of the finalizer of object {}
  const char* indent;   // of these
  const char* empty;    // stands for none of them
  const char* raise;    // ends one with an exception
  // Runs line {} and drops what a finalizer raised. Null: the language does.
  const char* guard = nullptr;
  // Runs line {} of main so that what only it knew is no root afterwards, if it contains `scoped`:
  // a local variable, or a word on a stack that is scanned. Null: there is no such root.
  const char* scope = nullptr;
  const char* scoped = "";
  const char* end;   // after them; {} is the object
  const char* last;  // lists the numbers of nodes that are alive, after all else
  const char* reg;   // register {}
  NativeChecks checks;
};

// The language of that name, or null.
const NativeLanguage* FindLanguage(const std::string& name);

// The notes of a transcript, in order.
std::vector<std::string> NotesOf(const std::string& transcript);

// Whether the transcript ends within an operation that yields something, before its note. A script
// would leave that operation out, and what it led to.
bool EndsUnnoted(const std::string& transcript);

// The script: `head` as comments, the definitions `prelude`, finalizers, and main. A collector that
// dies takes back nothing that it has noted. If there are demands, the script checks them where the
// transcript ends, and exits with 0 if they hold; null: it prints what is alive instead.
std::string NativeScript(const NativeLanguage& language, const std::string& head,
                         const std::string& prelude, const std::string& transcript,
                         const Demands* demands = nullptr);

}  // namespace ouro

#endif  // FUZZ_OURO_NATIVE_H_
