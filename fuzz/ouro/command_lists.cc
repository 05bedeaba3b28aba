// SPDX-License-Identifier: Apache-2.0

// `ouro specimens`, `ouro contracts` and `ouro laws`: the names that other commands take.

#include <fmt/format.h>

#include <string>
#include <vector>

#include "collector/planted/planted.h"
#include "collector/process_specimens.h"
#include "collector/specimens.h"
#include "fuzz/ouro/commands.h"
#include "model/collector.h"
#include "model/judge/law.h"

namespace ouro {

std::string SpecimensCommand(const NoArguments& /*arguments*/, int* exit_code) {
  for (const auto* specimens : {&OwnSpecimens(), &PlantedBugs()}) {
    for (const Specimen& specimen : *specimens) {
      fmt::print("{:<26} {:<15} {}\n", specimen.name, specimen.contract->name, specimen.summary);
    }
  }
  std::vector<std::string> absent;
  for (const Specimen& peer : PresentPeers(&absent)) {
    fmt::print("{:<26} {:<15} {}\n", peer.name, peer.contract->name, peer.summary);
  }
  for (const RuntimeName& runtime : PresentRuntimes(&absent)) {
    fmt::print("{:<26} {:<15} {}\n", runtime.name, "", runtime.where);
  }
  for (const SpecimenForm& form : SpecimenForms()) {
    fmt::print("{:<26} {:<15} {}\n", form.form, "", form.summary);
  }
  for (const std::string& line : absent) fmt::print("absent: {}\n", line);
  *exit_code = 0;
  return "";
}

std::string ContractsCommand(const NoArguments& /*arguments*/, int* exit_code) {
  for (const Contract* const* contract = kContracts; *contract != nullptr; ++contract) {
    fmt::print("{:<15} {}\n", (*contract)->name, (*contract)->summary);
    for (const std::string& line : Describe(**contract)) fmt::print("{:<15}   {}\n", "", line);
  }
  *exit_code = 0;
  return "";
}

std::string LawsCommand(const NoArguments& /*arguments*/, int* exit_code) {
  for (int i = 0; i < kLaws; ++i) {
    const Law law = static_cast<Law>(i);
    fmt::print("{:<23} {}\n", Name(law), Sentence(law));
  }
  *exit_code = 0;
  return "";
}

}  // namespace ouro
