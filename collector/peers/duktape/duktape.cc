// SPDX-License-Identifier: Apache-2.0

// The adapters of Duktape, a JavaScript engine: one executes plain programs, the other those with
// kinds.
//
// Place: a peer (peer.h), a shared object of its own.

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_DUKTAPE

#include <memory>
#include <string>
#include <vector>

#include "collector/peers/duktape/heap.h"
#include "collector/peers/duktape/kinds.h"
#include "collector/peers/duktape/snippets.h"

namespace ouro {
namespace {

constexpr LibraryKinds kKinds = {
    .list =
        [](const std::string&) {
          std::vector<std::string> lines;
          for (const JsKind& kind : Snippets::Get().kinds()) lines.push_back(Offer(kind));
          return lines;
        },
    .make = [](Observer& observer, const std::string& options,
               const std::vector<KindId>& kinds) -> std::unique_ptr<Collector> {
      return std::make_unique<DuktapeKinds>(observer, kinds,
                                            options.find("bare=1") == std::string::npos);
    },
};

}  // namespace
}  // namespace ouro

extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::DuktapeHeap>(
    ouro::kFinalizers | ouro::kEnding | ouro::kScopes,
    "Duktape, reference counts with mark and sweep", "duktape", &ouro::kKinds);

#else

extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer("Debian's duktape-dev");

#endif  // OURO_HAVE_DUKTAPE
