// SPDX-License-Identifier: Apache-2.0

// The adapters of QuickJS: one executes plain programs, the other those with kinds.
//
// Place: a peer (peer.h), a shared object of its own.

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_QUICKJS

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "collector/peers/quickjs/heap.h"
#include "collector/peers/quickjs/kinds.h"

namespace ouro {
namespace {

// Judges nothing.
class NoObserver final : public Observer {
 public:
  ScriptEnd On(const Event&) override { return ScriptEnd::kReturned; }
  void Broken(const std::string&) override {}
};

// The numbers, in the table, of the kinds that this version has.
const std::vector<int>& Offered() {
  static const std::vector<int>* const offered = [] {
    auto* const usable = new std::vector<int>;
    NoObserver observer;
    QuickJsKinds engine(observer, {}, false);
    for (int kind = 0; kind < static_cast<int>(QuickJsKinds::Table().kinds.size()); ++kind) {
      if (engine.Usable(kind)) usable->push_back(kind);
    }
    return usable;
  }();
  return *offered;
}

constexpr LibraryKinds kKinds = {
    .list =
        [](const std::string&) {
          std::vector<std::string> lines;
          for (const int kind : Offered()) {
            lines.push_back(Offer(QuickJsKinds::Table().kinds[static_cast<size_t>(kind)]));
          }
          return lines;
        },
    .make = [](Observer& observer, const std::string& options,
               const std::vector<KindId>& kinds) -> std::unique_ptr<Collector> {
      // Operations have numbers of the table.
      std::vector<KindId> by_table(QuickJsKinds::Table().kinds.size(), kPlain);
      for (size_t at = 0; at < kinds.size(); ++at) {
        by_table[static_cast<size_t>(Offered()[at])] = kinds[at];
      }
      const bool fails = options.find("fail=1") != std::string::npos;
      return std::make_unique<QuickJsKinds>(observer, by_table, fails);
    },
};

}  // namespace
}  // namespace ouro

extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::QuickJsHeap>(
    ouro::kPeerAbilities, "QuickJS, reference counts with a collector of cycles",
    "php,finalizers=after-death", &ouro::kKinds);

#else

extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer("Debian 13's libquickjs");

#endif  // OURO_HAVE_QUICKJS
