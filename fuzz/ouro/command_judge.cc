// SPDX-License-Identifier: Apache-2.0

// `ouro judge`: traces that were recorded elsewhere.

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign_report.h"
#include "fuzz/files.h"
#include "fuzz/ouro/commands.h"
#include "model/judge/law.h"
#include "model/trace.h"

namespace ouro {

std::string JudgeCommand(const JudgeArguments& arguments, int* exit_code) {
  const Contract* contract = nullptr;
  if (std::string error = ReadContract(arguments.contract, &contract); !error.empty()) {
    return error;
  }
  size_t traces = 0;
  size_t unlawful = 0;
  for (const std::string& file : arguments.files) {
    std::string text;
    std::vector<TraceVerdict> verdicts;
    if (std::string error = ReadText(file, &text); !error.empty()) return error;
    if (std::string error = JudgeTraces(text, *contract, &verdicts); !error.empty()) {
      return fmt::format("{}: {}", file, error);
    }
    if (verdicts.empty()) return fmt::format("{}: contains no trace", file);
    traces += verdicts.size();
    for (const TraceVerdict& verdict : verdicts) {
      if (!verdict.violation) continue;
      ++unlawful;
      fmt::print("{}:{}: broke the law {}\n  {}\n  lawful here: {}\n", file, verdict.line,
                 Name(verdict.violation->law), verdict.violation->what, verdict.violation->lawful);
    }
  }
  fmt::print("{}, {} unlawful\n", Count(traces, "trace"), unlawful);
  *exit_code = unlawful == 0 ? 0 : 1;
  return "";
}

}  // namespace ouro
