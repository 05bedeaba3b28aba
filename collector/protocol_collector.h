// SPDX-License-Identifier: Apache-2.0

// A protocol collector is a collector in another process: any program that speaks the line protocol
// (docs/language.md, last section) on its standard input and output. If it hangs, crashes, sends
// malformed lines or never stops sending, that is reported as one sentence to Observer::Broken.
//
// Place: one of the collectors. Programs for it are in collector/peers, or are the user's own.
//
// Threads: one collector belongs to the thread that made it. Exceptions: none, except
// std::bad_alloc.

#ifndef COLLECTOR_PROTOCOL_COLLECTOR_H_
#define COLLECTOR_PROTOCOL_COLLECTOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/collector.h"

namespace ouro {

struct ProcessOptions {
  int timeout_ms = 10'000;  // from a line sent to the end of the response
  // From the start to the end of the greeting. An interpreter that is compiled as it starts takes
  // seconds, and many times that where others want the processors.
  int start_timeout_ms = 60'000;
  size_t max_line = 4096;     // bytes of one line of a response
  int max_lines = 1'000'000;  // in the response to one operation, its scripts included
  int max_failed_starts = 3;  // consecutive; after these it is not restarted
};

// How a program identifies itself. Name and version are printable.
struct ProcessGreeting {
  std::string name;
  std::string version;
  std::string contract;              // the one that it names, or ""
  uint32_t abilities = 0;            // of Ability
  std::vector<std::string> unknown;  // abilities that it named and this version does not know
  KindTable kinds;                   // that it offers
};

// Starts `argv`, asks for its greeting and ends it. Returns whether it greeted; if not, sets *error
// to a sentence. Blocks for options.start_timeout_ms at most.
bool Hello(const std::vector<std::string>& argv, ProcessGreeting* greeting, std::string* error,
           const ProcessOptions& options = {});

// Starts `argv` and asks it for the definitions that these notes need; then ends it. "" if it
// cannot say.
std::string AskPrelude(const std::vector<std::string>& argv, const std::vector<std::string>& notes,
                       const ProcessOptions& options = {});

// Starts `argv` (the program is looked up on PATH) as a collector; `observer` must outlive it.
// Never null: a program that cannot be started is reported to `observer` as broken. A broken
// collector ignores operations; Reset restarts it. The process and its group are killed with the
// collector, and the process with the thread that started it.
std::unique_ptr<Collector> MakeProtocolCollector(std::vector<std::string> argv, Observer& observer,
                                                 const ProcessOptions& options = {});

}  // namespace ouro

#endif  // COLLECTOR_PROTOCOL_COLLECTOR_H_
