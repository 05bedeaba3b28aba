// SPDX-License-Identifier: Apache-2.0

// A text peer is an adapter of the line protocol whose interpreter is embedded in this process. The
// text of the adapter, with its tables of kinds, is the one that the interpreter runs over the
// protocol; only its `read` and `write` are ours. So no kind is written twice, and a program needs
// no context switch.
//
// Place: above Collector, beside peer.h, for adapters that offer kinds (docs/kinds.md). A derived
// class starts the interpreter, has it execute lines, and passes on what it writes.
//
// Scripts. The adapter writes `> finalize N` and then reads lines until `end` or `raise`. Here the
// script runs within the write, each of its operations by another Say; what is read after that is
// the last line alone.
//
// Threads: as Collector. Exceptions: none but std::bad_alloc.

#ifndef COLLECTOR_PEERS_TEXT_PEER_H_
#define COLLECTOR_PEERS_TEXT_PEER_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/collector.h"
#include "model/kind.h"
#include "model/program.h"

namespace ouro {

class TextPeer : public Collector {
 public:
  void Execute(const Op& op) final;
  void SetNotes(bool on) final;
  void Reset() final;

  // The kinds that it offers, a line each, as LibraryKinds::list returns them.
  std::vector<std::string> Kinds();
  // The definitions that these notes need, as LibraryKinds::prelude returns them.
  std::string Prelude(const std::vector<std::string>& notes);

 protected:
  // `name` is the word for it in sentences.
  TextPeer(Observer& observer, std::string name) : observer_(observer), name_(std::move(name)) {}

  // Has the adapter execute a line and write its answer, of which `ok`, or an error, is the last.
  virtual void Say(const std::string& line) = 0;

  // To be called by a derived class once Say works. `kinds`: as LibraryKinds::make takes them.
  void Begin(const std::vector<KindId>& kinds);
  // What the adapter writes: whole lines. May be called by Say, also before its answer is complete.
  void Hear(std::string_view text);
  // What the adapter reads.
  const char* LineAfterScript() const { return raised_ ? "raise" : "end"; }
  // The interpreter cannot go on.
  void Fail(const std::string& what, std::string_view detail);

 private:
  void HearLine(std::string_view line);

  Observer& observer_;
  const std::string name_;
  std::vector<KindId> own_;         // by number of a kind: its number in this library
  std::vector<std::string> heard_;  // lines of kinds and notes, if `listening_`
  std::string operation_;           // in progress
  bool listening_ = false;
  bool raised_ = false;  // the last script that ended
  bool broken_ = false;
};

// An observer that hears nothing: for Kinds and Prelude.
class DeafObserver final : public Observer {
 public:
  ScriptEnd On(const Event&) override { return ScriptEnd::kReturned; }
  void Broken(const std::string&) override {}
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_TEXT_PEER_H_
