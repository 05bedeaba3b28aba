// SPDX-License-Identifier: Apache-2.0

// A table shows all measurements, a row for each workload and size, and which goals are met.
//
// Place: the default reporter of the benchmark.

#ifndef COLLECTOR_BENCHMARK_TABLE_H_
#define COLLECTOR_BENCHMARK_TABLE_H_

#include <benchmark/benchmark.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "collector/benchmark/suite.h"

namespace ouro::benchmarks {

class Table : public benchmark::BenchmarkReporter {
 public:
  // `suite` must outlive it.
  explicit Table(const Suite& suite) : suite_(suite) {}

  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override;
  // Writes the table to standard output.
  void Finalize() override;

 private:
  using Row = std::map<std::string, double>;  // by peer

  std::string Head() const;
  std::string Line(const std::string& workload, const std::string& counter, size_t n,
                   const Row& row) const;

  const Suite& suite_;
  std::map<std::string, std::map<size_t, Row>> rows_;  // by workload and counter, and size
};

}  // namespace ouro::benchmarks

#endif  // COLLECTOR_BENCHMARK_TABLE_H_
