// SPDX-License-Identifier: Apache-2.0

// Edge counters are the bytes in which instrumented code counts how often it runs each of its
// edges: of -fsanitize-coverage=inline-8bit-counters, which -fsanitize=fuzzer-no-link includes, and
// of gcc's -fsanitize-coverage=trace-pc.
//
// Place: the registry of all such bytes, by the specimen whose code they belong to. Those of our
// own collectors are in the program itself; those of a library are in the objects that came into
// the process with it. Found by section, and not through the callbacks that instrumented code
// calls, so it is the same whether those are ours, libFuzzer's or a sanitizer's.

#ifndef COLLECTOR_EDGE_COUNTERS_H_
#define COLLECTOR_EDGE_COUNTERS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "collector/loaded_object.h"
#include "model/collector.h"

namespace ouro {

class EdgeCounters {
 public:
  // None.
  EdgeCounters() = default;
  // Those of all of these objects, in this order.
  explicit EdgeCounters(const std::vector<LoadedObject>& objects);

  bool empty() const { return ranges_.empty(); }
  // Each is memory of this process, which the code under test may change at any time.
  const std::vector<MemoryRange>& ranges() const { return ranges_; }
  // The number of edges in the code. 0 if nobody knows, as of trace-pc.
  size_t edges() const { return edges_; }
  // Whether some are of trace-pc, which libFuzzer refuses to run.
  bool traces_pc() const { return traced_.size > 0; }
  // The same in each process that has the same code, whatever its addresses: a hash of where its
  // edges are. 0 if there are none.
  uint64_t layout() const { return layout_; }

  // Begins to count, in this process: all are zero, and no others count by trace-pc.
  void Begin() const;
  // Sets all to zero.
  void Clear() const;

 private:
  void Add(const LoadedObject& object);

  std::vector<MemoryRange> ranges_;
  MemoryRange traced_;  // code
  size_t edges_ = 0;
  uint64_t layout_ = 0;
};

// Registers the counters of a library: those of all objects that are loaded now and were not
// `before`. If it was registered already, nothing changes. REQUIRES: no other thread is running.
void RegisterEdges(const std::string& library, const std::vector<LoadedObject>& before);

// The path of the registered library that a specimen `lib:PATH` is, with options or without. "": it
// is none.
std::string LibraryOf(const Specimen& specimen);

// The counters of that specimen's code in this process: of its library or else, as for our own
// collectors, of this program. Empty if that is not instrumented, or runs in another process.
EdgeCounters EdgeCountersOf(const Specimen& specimen);

}  // namespace ouro

#endif  // COLLECTOR_EDGE_COUNTERS_H_
