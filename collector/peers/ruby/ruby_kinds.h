// SPDX-License-Identifier: Apache-2.0

// What ruby.cc, whose VM it is, and ruby_kinds.cc, which offers kinds in it, know of each other.
//
// Place: between the two sources of the peer `ruby`.

#ifndef COLLECTOR_PEERS_RUBY_RUBY_KINDS_H_
#define COLLECTOR_PEERS_RUBY_RUBY_KINDS_H_

#include "collector/library.h"

namespace ouro {

// Starts the VM, unless it runs.
void StartRuby();

// Wipes the stack below its caller's frame, where Ruby would find what looks like references.
void WipeStack();

extern const LibraryKinds kRubyKinds;

}  // namespace ouro

#endif  // COLLECTOR_PEERS_RUBY_RUBY_KINDS_H_
