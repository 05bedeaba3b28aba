// SPDX-License-Identifier: Apache-2.0

// What php.cc, whose engine it is, and php_kinds.cc, which offers kinds in it, know of each other.
//
// Place: between the two sources of the peer `php`.

#ifndef COLLECTOR_PEERS_PHP_PHP_KINDS_H_
#define COLLECTOR_PEERS_PHP_PHP_KINDS_H_

#include "collector/library.h"

namespace ouro {

// Starts the engine, unless it runs. Returns whether it does.
bool StartPhp();

// The number of its present request, which knows nothing of earlier ones.
int PhpRequest();

extern const LibraryKinds kPhpKinds;

}  // namespace ouro

#endif  // COLLECTOR_PEERS_PHP_PHP_KINDS_H_
