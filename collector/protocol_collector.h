// A process is a collector in another process: any program that speaks the line protocol (language,
// last section) on its standard input and output. Whatever it does, hang, crash, talk nonsense or
// talk for ever, becomes one sentence for Observer::Broken.
//
// Place: among the collectors. Its peers live in collector/peers, or are anyone's.

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
  int timeout_ms = 10'000;    // from a line that we send to the end of the answer
  size_t max_line = 4096;     // bytes of a line of the answer
  int max_lines = 1'000'000;  // of the answer to one operation, its scripts included
  int max_failed_starts = 3;  // in a row; after these it is not started again
};

// Who a peer says that it is. Name and version are fit to be printed.
struct ProcessGreeting {
  std::string name;
  std::string version;
  uint32_t abilities = 0;            // of Ability
  std::vector<std::string> unknown;  // abilities that it named and we do not know
};

// Starts `argv`, asks who it is and ends it. Returns whether it answered; if not, *error is a
// sentence.
bool Hello(const std::vector<std::string>& argv, ProcessGreeting* greeting, std::string* error,
           const ProcessOptions& options = {});

// Starts `argv` (the program is looked for on PATH) as a collector. Never null: a program that
// cannot be started is reported to `observer` as broken. Once broken it has no effect; Reset starts
// it anew. The process and its group die with the collector, and the process dies with the thread
// that started it.
std::unique_ptr<Collector> MakeProcess(std::vector<std::string> argv, Observer& observer,
                                       const ProcessOptions& options = {});

}  // namespace ouro

#endif  // COLLECTOR_PROTOCOL_COLLECTOR_H_
