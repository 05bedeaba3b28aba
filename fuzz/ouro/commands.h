// SPDX-License-Identifier: Apache-2.0

// The commands of `ouro`, without the parsing of their arguments: XCommand is `ouro x`, and lives
// in a file of its own. A command prints its results to standard output, sets *exit_code (0 lawful,
// 1 convicted), and returns "". If the input is bad or a specimen is missing, it returns a sentence
// that says what is wrong; the command line prints it, and exits with 2.
//
// Place: below the command line, which knows the options; on top of everything else. Commands run
// one at a time, on the main thread.

#ifndef FUZZ_OURO_COMMANDS_H_
#define FUZZ_OURO_COMMANDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign.h"
#include "fuzz/ouro/ci_report.h"
#include "fuzz/ouro/command_input.h"
#include "fuzz/power/power.h"
#include "properties/generator/enumerate.h"

namespace ouro {

// ---- Find bugs

struct CampaignArguments {
  SpecimenChoice choice = {.specimen = kDefaultSpecimen};
  CampaignOptions options;
  CiFiles reports;
};
std::string CampaignCommand(const CampaignArguments& arguments, int* exit_code);

struct CiArguments {
  SpecimenChoice choice = {.specimen = kDefaultSpecimen};
  CampaignOptions options = {.out = "ouro-ci"};  // `minutes` stands for its seconds
  double minutes = 5;
  std::string known;               // a file of causes; "": none are known
  std::vector<std::string> files;  // programs that have to be lawful
};
// The exit code is 0 if nothing is new.
std::string CiCommand(const CiArguments& arguments, int* exit_code);

struct EnumerateArguments {
  SpecimenChoice choice = {.specimen = kDefaultSpecimen};
  Bounds bounds;
  bool plain = false;  // cut nothing
  // How much of the past tells states apart: 0: nothing; 1: rare events and what befell objects;
  // 2: what was done with them, too; 2 + N: and the last N operations (Memory in
  // properties/explore/prediction.h).
  int history = 1;
  bool commutation = true;
  bool count_only = false;  // run nothing
  int workers = 0;          // threads; 0: one for each processor
  int seconds = 600;
  bool stop_on_first = false;
};
std::string EnumerateCommand(const EnumerateArguments& arguments, int* exit_code);

struct SweepArguments {
  SpecimenChoice choice;
  std::vector<std::string> files;
};
std::string SweepCommand(const SweepArguments& arguments, int* exit_code);

struct GrowthArguments {
  SpecimenChoice choice = {.specimen = kDefaultSpecimen};
};
std::string GrowthCommand(const GrowthArguments& arguments, int* exit_code);

struct ReachArguments {
  SpecimenChoice choice = {.specimen = kDefaultSpecimen};
  uint64_t seed = 1;
  int programs = 100'000;
  int operations = 60;
  bool uniform = false;
  bool rare = false;    // lists only these
  std::string weights;  // a file of them; "": the tuned ones
};
// The exit code is 1 if a conjunction is rare without an excuse.
std::string ReachCommand(const ReachArguments& arguments, int* exit_code);

struct GenerateArguments {
  uint64_t seed = 1;
  int count = 1;
  int operations = 60;
  bool uniform = false;
  bool weights = false;  // print these instead
  std::string out;       // a folder for a file each; "": standard output
};
std::string GenerateCommand(const GenerateArguments& arguments, int* exit_code);

// ---- Look at programs

struct RunArguments {
  SpecimenChoice choice;
  bool trace = false;
  bool state = false;  // traces, with what changes in the heap
  bool verify = false;
  bool in_process = false;  // without child processes, for debuggers
  CiFiles reports;
  std::string observe;  // a file of observations; "": none
  std::vector<std::string> files;
};
std::string RunCommand(const RunArguments& arguments, int* exit_code);

struct ExplainArguments {
  SpecimenChoice choice;
  int seconds = 60;  // for each program
  std::vector<std::string> files;
};
std::string ExplainCommand(const ExplainArguments& arguments, int* exit_code);

struct WhyArguments {
  SpecimenChoice choice;
  int line = 0;     // of the trace; 0: the last one
  int object = -1;  // -1: the one that the verdict is about
  std::string file;
};
// The exit code is 0: it answers, whatever the answer.
std::string WhyCommand(const WhyArguments& arguments, int* exit_code);

struct ReportArguments {
  SpecimenChoice choice;
  std::string out = "report.html";
  bool explain = true;
  int seconds = 60;                // of each explanation
  std::vector<std::string> files;  // or one folder of a campaign
};
std::string ReportCommand(const ReportArguments& arguments, int* exit_code);

struct CompareArguments {
  SpecimenChoice choice;  // no specimen: with `with`, the file's or optimized-27
  std::string with;       // "": all available specimens, in a table of timelines
  std::string versions;   // a language; "" or all of its versions that are here, in such a table
  std::vector<std::string> files;
};
std::string CompareCommand(const CompareArguments& arguments, int* exit_code);

struct ShrinkArguments {
  SpecimenChoice choice;
  int seconds = 60;
  std::string file;
};
std::string ShrinkCommand(const ShrinkArguments& arguments, int* exit_code);

struct NativeArguments {
  SpecimenChoice choice;
  bool test = false;  // as a test of the engine's suite, which checks what the judge demands
  std::string file;   // a program; with `test` also a script like those in corpus/native
};
// The exit code is 0: what the program shows, its script shows.
std::string NativeCommand(const NativeArguments& arguments, int* exit_code);

struct TriageArguments {
  std::string known;    // a file of causes; "": none are known
  bool causes = false;  // print nothing but the causes, in the form that `known` has
  std::vector<std::string> folders;
};
// Here the exit code is 0 if no cause is new.
std::string TriageCommand(const TriageArguments& arguments, int* exit_code);

// ---- Judge collectors and logs

struct CheckAdapterArguments {
  SpecimenChoice choice;
  size_t programs = 2000;  // random ones, after the conformance cases
  uint64_t seed = 1;
};
std::string CheckAdapterCommand(const CheckAdapterArguments& arguments, int* exit_code);

struct KindsArguments {
  std::vector<std::string> specimens;
  std::string across;  // a runtime: all its versions that are here
  bool all = false;    // show kinds without faults, too
  bool list = false;   // only list them
};
// The exit code is 1 if a kind fails that is not known to, or does not that is.
std::string KindsCommand(const KindsArguments& arguments, int* exit_code);

struct ReplayArguments {
  CiFiles reports;
  std::vector<std::string> files;
};
std::string ReplayCommand(const ReplayArguments& arguments, int* exit_code);

struct JudgeArguments {
  std::string contract;
  std::vector<std::string> files;
};
std::string JudgeCommand(const JudgeArguments& arguments, int* exit_code);

// ---- Maintain corpora and measure

struct AddArguments {
  std::string folder = "corpus/found";  // relative to the source tree
  std::vector<std::string> files;
};
std::string AddCommand(const AddArguments& arguments, int* exit_code);

struct MergeArguments {
  std::string specimen = kDefaultSpecimen;
  int workers = 0;  // 0: one for each processor
  std::string out;
  std::vector<std::string> folders;
};
// The exit code is 2 if a file was left out, which standard error says then.
std::string MergeCommand(const MergeArguments& arguments, int* exit_code);

struct EncodeArguments {
  std::string out;
  std::vector<std::string> files;
};
std::string EncodeCommand(const EncodeArguments& arguments, int* exit_code);

struct DecodeArguments {
  std::vector<std::string> files;
};
std::string DecodeCommand(const DecodeArguments& arguments, int* exit_code);

struct BenchArguments {
  std::vector<std::string> specimens;  // none: ours, and all peers in this process that are here
  int seconds = 2;
  int rounds = 3;
  std::string workload;  // "": all
  bool paces = true;
  bool heap = true;
  bool smoke = false;
  bool json = false;
};
std::string BenchCommand(const BenchArguments& arguments, int* exit_code);

struct PowerArguments {
  int seeds = 10;
  int seconds = 10;                  // the limit of each search
  int programs = 0;                  // > 0: the limit instead, of walks (fuzz/power/walk.h)
  std::vector<Engine> engines;       // none: all
  std::string weights;               // a file of them; "": the tuned ones
  std::string out;                   // the folder; "": no log and no plot
  std::vector<std::string> mutants;  // paths of libraries or of folders, or names of specimens
};
std::string PowerCommand(const PowerArguments& arguments, int* exit_code);

// ---- Lists

struct NoArguments {};
std::string SpecimensCommand(const NoArguments& arguments, int* exit_code);
std::string ContractsCommand(const NoArguments& arguments, int* exit_code);
std::string LawsCommand(const NoArguments& arguments, int* exit_code);

}  // namespace ouro

#endif  // FUZZ_OURO_COMMANDS_H_
