// The commands of `ouro`, apart from the parsing of their arguments. Each prints its results to
// standard output and its troubles to standard error, and returns the exit code: 0 lawful, 1
// convicted, 2 bad input or a specimen that is not there.

#ifndef FUZZ_OURO_COMMANDS_H_
#define FUZZ_OURO_COMMANDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign.h"
#include "fuzz/power/power.h"
#include "properties/generator/enumerate.h"

namespace ouro {

// What programs run on where neither --specimen nor the head of their file says so.
inline constexpr char kUsualSpecimen[] = "optimized";

struct RunArguments {
  std::string specimen;  // "": what each file says; so in the commands below
  std::string contract;  // "": the specimen's own
  bool trace = false;
  bool verify = false;
  bool in_process = false;  // in this very process: for debuggers
  std::vector<std::string> files;
};
int Run(const RunArguments& arguments);

struct JudgeArguments {
  std::string contract;
  std::vector<std::string> files;
};
int JudgeFiles(const JudgeArguments& arguments);

struct GenerateArguments {
  uint64_t seed = 1;
  int count = 1;
  int operations = 60;
  bool uniform = false;
};
int GeneratePrograms(const GenerateArguments& arguments);

struct ShrinkArguments {
  std::string specimen;
  std::string contract;  // "": the specimen's own
  int seconds = 60;
  std::string file;
};
int ShrinkFile(const ShrinkArguments& arguments);

struct ReplayArguments {
  std::vector<std::string> files;
};
int Replay(const ReplayArguments& arguments);

struct CompareArguments {
  std::string specimen;  // "": what the file says, or else optimized-27
  std::string contract;  // "": the specimen's own
  std::string with;      // "": all that are here, and the table of fates
  std::vector<std::string> files;
};
int Compare(const CompareArguments& arguments);

struct SweepArguments {
  std::string specimen;
  std::string contract;  // "": the specimen's own
  std::vector<std::string> files;
};
int SweepFiles(const SweepArguments& arguments);

struct ExhaustArguments {
  std::string specimen = "optimized";
  std::string contract;  // "": the specimen's own
  Bounds bounds;
  int workers = 0;  // 0: one for each processor
  int seconds = 600;
  bool stop_on_first = false;
};
int Exhaust(const ExhaustArguments& arguments);

struct CheckAdapterArguments {
  std::string specimen;
  std::string contract;  // "": the specimen's own
  size_t programs = 2000;
  uint64_t seed = 1;
};
int CheckAdapters(const CheckAdapterArguments& arguments);

struct PowerArguments {
  int seeds = 10;
  int seconds = 10;                  // the limit of each search
  std::vector<Engine> engines;       // none: all
  std::string out;                   // the folder; "": none
  std::vector<std::string> mutants;  // paths of libraries or of folders, or names of specimens
};
int Power(const PowerArguments& arguments);

struct CampaignArguments {
  std::string specimen = "optimized";
  std::string contract;  // "": the specimen's own
  CampaignOptions options;
};
int Campaign(const CampaignArguments& arguments);

struct AddArguments {
  std::string folder = "corpus/found";  // of the source tree
  std::vector<std::string> files;
};
int Add(const AddArguments& arguments);

struct MergeArguments {
  std::string specimen = "optimized";
  std::string out;
  std::vector<std::string> folders;
};
int Merge(const MergeArguments& arguments);

struct TriageArguments {
  std::string known;    // a file of causes; "": none are known
  bool causes = false;  // print nothing but the causes: what `known` is made of
  std::vector<std::string> folders;
};
// The exit code is 0 where no cause is new.
int Triage(const TriageArguments& arguments);

struct BytesArguments {
  std::string out;
  std::vector<std::string> files;
};
int EncodeFiles(const BytesArguments& arguments);  // programs to the byte form
int DecodeFiles(const BytesArguments& arguments);  // and back

int ListSpecimens();
int ListContracts();
int ListLaws();

}  // namespace ouro

#endif  // FUZZ_OURO_COMMANDS_H_
