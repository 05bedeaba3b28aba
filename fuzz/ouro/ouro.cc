// ouro is the command line: one subcommand for each way to use Ouroboros. Without one it runs a
// campaign, the main job.
//
// Exit codes: 0 lawful, 1 convicted, 2 usage, bad input, or a specimen that is not there.

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <new>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/usage.h"
#include "fuzz/ouro/version.h"

namespace {

using ouro::AddArguments;
using ouro::BytesArguments;
using ouro::CampaignArguments;
using ouro::CheckAdapterArguments;
using ouro::CompareArguments;
using ouro::ExhaustArguments;
using ouro::GenerateArguments;
using ouro::JudgeArguments;
using ouro::MergeArguments;
using ouro::PowerArguments;
using ouro::ReplayArguments;
using ouro::RunArguments;
using ouro::ShrinkArguments;
using ouro::SweepArguments;
using ouro::TriageArguments;

constexpr char kByName[] = "the collector; `ouro specimens` lists them";
constexpr char kFromFile[] =
    "the collector; by default the one that the head of the file names (`# specimen: NAME`), or "
    "else optimized";

void AddContract(CLI::App* command, std::string* contract) {
  command->add_option(
      "--contract", *contract,
      "what it promises, instead of what its name or library says; `ouro contracts` "
      "lists them");
}

void AddSpecimen(CLI::App* command, std::string* specimen, std::string* contract,
                 const char* what) {
  command->add_option("--specimen", *specimen, what)->capture_default_str();
  AddContract(command, contract);
}

// Each adds a subcommand; its callback sets *code.
void AddRun(CLI::App& app, RunArguments& a, int* code) {
  CLI::App* run = app.add_subcommand("run", "Run programs on a specimen under the judge");
  AddSpecimen(run, &a.specimen, &a.contract, kFromFile);
  run->add_flag("--trace", a.trace, "print the traces, each followed by a line ---");
  run->add_flag("--verify", a.verify,
                "ask the collector after each operation whether it finds itself sound");
  run->add_flag("--in-process", a.in_process,
                "run all in this very process, without a child: for gdb, rr and valgrind; a crash "
                "is a crash of ouro then");
  run->add_option("FILE", a.files, "programs; folders; - is standard input")->required();
  run->footer(
      "example: ouro run --specimen naive --trace corpus/laws/load.gct\n"
      "         gdb --args ouro run --in-process corpus/laws/load.gct");
  run->callback([&a, code] { *code = ouro::Run(a); });
}

void AddJudge(CLI::App& app, JudgeArguments& a, int* code) {
  CLI::App* judge = app.add_subcommand("judge", "Judge traces that were recorded elsewhere");
  judge->add_option("--contract", a.contract, "`ouro contracts` lists them")->required();
  judge->add_option("FILE", a.files, "traces; - is standard input")->required();
  judge->footer("example: ouro run --trace corpus/rules | ouro judge --contract cpython26 -");
  judge->callback([&a, code] { *code = ouro::JudgeFiles(a); });
}

void AddGenerate(CLI::App& app, GenerateArguments& a, int* code) {
  CLI::App* generate = app.add_subcommand("generate", "Print random programs");
  generate->add_option("--seed", a.seed, "of the sequence of programs")->capture_default_str();
  generate->add_option("--count", a.count, "how many")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000'000));
  generate->add_option("--ops", a.operations, "operations of a program")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  generate->add_flag("--uniform", a.uniform, "uniform random operations, without clusters");
  generate->footer("example: ouro generate --seed 7 --count 100 | ouro run --specimen naive -");
  generate->callback([&a, code] { *code = ouro::GeneratePrograms(a); });
}

void AddShrink(CLI::App& app, ShrinkArguments& a, int* code) {
  CLI::App* shrink =
      app.add_subcommand("shrink", "Find the smallest program with the same verdict");
  AddSpecimen(shrink, &a.specimen, &a.contract, kFromFile);
  shrink->add_option("--seconds", a.seconds, "then the best so far is printed")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  shrink->add_option("FILE", a.file, "one program; - is standard input")->required();
  shrink->footer("example: ouro shrink --specimen liar:load corpus/laws/load.gct > small.gct");
  shrink->callback([&a, code] { *code = ouro::ShrinkFile(a); });
}

void AddReplay(CLI::App& app, ReplayArguments& a, int* code) {
  CLI::App* replay = app.add_subcommand("replay", "Run corpus files on all specimens");
  replay->add_option("FILE", a.files, "programs or folders")->required();
  replay->footer("example: ouro replay corpus");
  replay->callback([&a, code] { *code = ouro::Replay(a); });
}

void AddCompare(CLI::App& app, CompareArguments& a, int* code) {
  CLI::App* compare =
      app.add_subcommand("compare", "Show what each collector does with a program, in a table");
  compare->add_option("--with", a.with, "two only: tell where --specimen and this one differ");
  AddSpecimen(compare, &a.specimen, &a.contract,
              "one more; with --with the other of the two: by default what the file says, or else "
              "optimized-27");
  compare->add_option("FILE", a.files, "programs; folders; - is standard input")->required();
  compare->footer(
      "example: ouro compare corpus/rules/resurrected-in-cycle.gct\n"
      "         ouro compare --specimen optimized-pep442 --with cpython corpus");
  compare->callback([&a, code] { *code = ouro::Compare(a); });
}

void AddSweep(CLI::App& app, SweepArguments& a, int* code) {
  CLI::App* sweep = app.add_subcommand(
      "sweep", "Run programs with a collection, threshold, failure or script changed anywhere");
  AddSpecimen(sweep, &a.specimen, &a.contract, kFromFile);
  sweep->add_option("FILE", a.files, "programs; folders; - is standard input")->required();
  sweep->footer("example: ouro sweep corpus/history");
  sweep->callback([&a, code] { *code = ouro::SweepFiles(a); });
}

void AddExhaust(CLI::App& app, ExhaustArguments& a, int* code) {
  CLI::App* exhaust =
      app.add_subcommand("exhaust", "Run all programs of so many operations, up to names");
  AddSpecimen(exhaust, &a.specimen, &a.contract, kByName);
  exhaust->add_option("--ops", a.bounds.operations, "operations of each program")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  exhaust->add_option("--objects", a.bounds.objects, "objects that are born, at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 20));
  exhaust->add_option("--registers", a.bounds.registers, "registers, at most")
      ->capture_default_str()
      ->check(CLI::Range(1, ouro::kRegisters));
  exhaust->add_option("--slots", a.bounds.slots, "slots of each node")
      ->capture_default_str()
      ->check(CLI::Range(0, ouro::kMaxSlots));
  exhaust->add_flag("!--no-scripts", a.bounds.scripts, "neither finalizers nor callbacks");
  exhaust->add_flag("!--no-weak", a.bounds.weak, "no weak references");
  exhaust->add_option("--workers", a.workers, "threads; 0: one for each processor")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  exhaust->add_option("--seconds", a.seconds, "then it stops where it is")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
  exhaust->add_flag("--stop-on-first", a.stop_on_first, "end with the first conviction");
  exhaust->footer("example: ouro exhaust --ops 5 --specimen planted:not-merged");
  exhaust->callback([&a, code] { *code = ouro::Exhaust(a); });
}

void AddCheckAdapter(CLI::App& app, CheckAdapterArguments& a, int* code) {
  CLI::App* check = app.add_subcommand(
      "check-adapter", "Tell what is wrong with an adapter, before its collector is blamed");
  check->add_option("--programs", a.programs, "random ones, when all duties are done")
      ->capture_default_str()
      ->check(CLI::Range(0, 100'000'000));
  check->add_option("--seed", a.seed, "of their sequence")->capture_default_str();
  AddContract(check, &a.contract);
  check->add_option("SPECIMEN", a.specimen, "whose adapter; `ouro specimens` lists them")
      ->required();
  check->footer("example: ouro check-adapter 'process:lua:lua5.4 my_adapter.lua'");
  check->callback([&a, code] { *code = ouro::CheckAdapters(a); });
}

void AddPower(CLI::App& app, PowerArguments& a, int* code) {
  CLI::App* power =
      app.add_subcommand("power", "Measure how soon each engine finds the bugs of mutants");
  power->add_option("--seeds", a.seeds, "searches of each engine for each mutant")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  power->add_option("--seconds", a.seconds, "limit of each search, from before its process starts")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  std::map<std::string, ouro::Engine> engines;
  for (const ouro::Engine engine : ouro::kEngines) engines[Name(engine)] = engine;
  power
      ->add_option("--engine", a.engines,
                   "what makes the programs: random, uniform (the baseline), libfuzzer; more than "
                   "one may be given; by default all")
      ->allow_extra_args(false)
      ->transform(CLI::CheckedTransformer(engines).description(""));
  power->add_option("--out", a.out,
                    "the folder: its power.csv keeps what is measured, so that the same command "
                    "goes on where it ended; the table and power.svg show all that is there");
  power
      ->add_option("FILE", a.mutants,
                   "mutants: shared objects, folders of them, names of specimens")
      ->required();
  power->footer(
      "example: ouro power --seeds 3 --engine random --engine uniform --out power mutants");
  power->callback([&a, code] { *code = ouro::Power(a); });
}

void AddCampaign(CLI::App& app, CampaignArguments& a, int* code) {
  CLI::App* campaign =
      app.add_subcommand("campaign", "Random programs for a time; findings are shrunk and filed");
  ouro::CampaignOptions& o = a.options;
  AddSpecimen(campaign, &a.specimen, &a.contract, kByName);
  campaign->add_option("--seconds", o.seconds, "how long")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
  static const std::map<std::string, ouro::EngineSet> engines = {
      {"random", {ouro::Engine::kRandom}},
      {"libfuzzer", {ouro::Engine::kLibFuzzer}},
      {"both", {ouro::Engine::kRandom, ouro::Engine::kLibFuzzer}}};
  campaign
      ->add_option_function<std::string>(
          "--engine", [&o](const std::string& word) { o.engines = engines.at(word); },
          "what makes the programs: random, libfuzzer, both; by default both, if there are two "
          "workers and the collector is in-process")
      ->check(CLI::IsMember(engines).description(""));
  campaign->add_option("--workers", o.workers, "processes; 0: one for each processor")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  campaign->add_option("--seed", o.seed, "of the sequence of programs")->capture_default_str();
  campaign->add_option("--ops", o.operations, "operations of a program")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  campaign->add_option("--out", o.out, "findings are filed in OUT/found")->capture_default_str();
  campaign->add_flag("--stop-on-first", o.stop_on_first, "end with the first finding");
  campaign->footer("example: ouro campaign --specimen cpython --seconds 600 --out python-3.11");
  campaign->callback([&a, code] { *code = ouro::Campaign(a); });
}

void AddCorpus(CLI::App& app, AddArguments& a, int* code) {
  CLI::App* add = app.add_subcommand("add", "Move findings into the corpus, for the replay test");
  add->add_option("--to", a.folder, "the folder, from the top of the source tree")
      ->capture_default_str();
  add->add_option("FILE", a.files, "programs, one a file")->required();
  add->footer("example: ouro add ouro-out/found/*.gct");
  add->callback([&a, code] { *code = ouro::Add(a); });
}

void AddMerge(CLI::App& app, MergeArguments& a, int* code) {
  CLI::App* merge =
      app.add_subcommand("merge", "Join the folders of campaigns, with the smallest corpus");
  merge->add_option("--specimen", a.specimen, "whose coverage counts")->capture_default_str();
  merge->add_option("--out", a.out, "the folder of the result")->required();
  merge->add_option("DIR", a.folders, "folders of campaigns")->required();
  merge->footer("example: ouro merge --out all machine1/ouro-out machine2/ouro-out");
  merge->callback([&a, code] { *code = ouro::Merge(a); });
}

void AddTriage(CLI::App& app, TriageArguments& a, int* code) {
  CLI::App* triage = app.add_subcommand(
      "triage", "Tell what the findings of campaigns come down to, and what of it is new");
  triage->add_option("--known", a.known,
                     "a file of known causes, a line each: the exit code is 0 if none is new");
  triage->add_flag("--causes", a.causes, "print the causes alone, as --known takes them");
  triage->add_option("DIR", a.folders, "folders of campaigns")->required();
  triage->footer(
      "example: ouro triage --causes ouro-out > known.txt\n"
      "         ouro triage --known known.txt ouro-out");
  triage->callback([&a, code] { *code = ouro::Triage(a); });
}

void AddBytes(CLI::App& app, BytesArguments& to, BytesArguments& from, int* code) {
  CLI::App* encode = app.add_subcommand("encode", "Write programs in the byte form of fuzzers");
  encode->add_option("--out", to.out, "the folder for them, a file each")->required();
  encode->add_option("FILE", to.files, "programs; folders; - is standard input")->required();
  encode->footer("example: ouro encode --out seeds corpus");
  encode->callback([&to, code] { *code = ouro::EncodeFiles(to); });
  CLI::App* decode = app.add_subcommand("decode", "Print programs that a fuzzer has written");
  decode->add_option("FILE", from.files, "byte forms of programs; - is standard input")->required();
  decode->footer("example: ouro decode crash-adc83b19e793491b | ouro run -");
  decode->callback([&from, code] { *code = ouro::DecodeFiles(from); });
}

void AddLists(CLI::App& app, int* code) {
  CLI::App* specimens = app.add_subcommand("specimens", "List the collectors that can be tested");
  specimens->footer("example: ouro specimens");
  specimens->callback([code] { *code = ouro::ListSpecimens(); });
  CLI::App* contracts =
      app.add_subcommand("contracts", "List what lawful collectors may differ in");
  contracts->footer("example: ouro contracts");
  contracts->callback([code] { *code = ouro::ListContracts(); });
  CLI::App* laws = app.add_subcommand("laws", "List the laws");
  laws->footer("example: ouro laws");
  laws->callback([code] { *code = ouro::ListLaws(); });
}

// The commands by what they are for, in the order of --help.
constexpr char kFind[] = "Find bugs";
constexpr char kLook[] = "Look at programs";
constexpr char kJudge[] = "Judge collectors and logs";
constexpr char kMaintain[] = "Maintain corpora and measure";
constexpr char kLists[] = "Lists";

struct Group {
  const char* command;
  const char* name;
};
constexpr Group kGroups[] = {
    {"campaign", kFind},   {"exhaust", kFind},    {"sweep", kFind},      {"generate", kFind},
    {"run", kLook},        {"compare", kLook},    {"shrink", kLook},     {"check-adapter", kJudge},
    {"replay", kJudge},    {"judge", kJudge},     {"triage", kLook},     {"add", kMaintain},
    {"merge", kMaintain},  {"encode", kMaintain}, {"decode", kMaintain}, {"power", kMaintain},
    {"specimens", kLists}, {"contracts", kLists}, {"laws", kLists},
};

int Main(int argc, char** argv) {
  CLI::App app(
      "Ouroboros finds bugs in memory collectors: random programs drive a collector, and a judge\n"
      "convicts the first event that no lawful collector could have reported.",
      "ouro");
  app.require_subcommand(0, 1);
  app.failure_message(ouro::Complaint);
  app.set_version_flag("--version", ouro::VersionLine());
  app.footer(
      "Without a command: ouro campaign, 60 s on the optimized collector; `ouro --seconds 20` is\n"
      "`ouro campaign --seconds 20`.\n"
      "Exit: 0 lawful, 1 convicted, 2 usage or bad input. Each command has its own --help.\n"
      "example: ouro run --specimen naive --trace corpus/laws/load.gct");
  int code = 0;
  RunArguments run;
  JudgeArguments judge;
  GenerateArguments generate;
  ShrinkArguments shrink;
  ReplayArguments replay;
  CompareArguments compare;
  SweepArguments sweep;
  ExhaustArguments exhaust;
  CheckAdapterArguments check_adapter;
  PowerArguments power;
  CampaignArguments campaign;
  AddArguments add;
  MergeArguments merge;
  TriageArguments triage;
  BytesArguments encode;
  BytesArguments decode;
  AddCampaign(app, campaign, &code);
  AddExhaust(app, exhaust, &code);
  AddSweep(app, sweep, &code);
  AddGenerate(app, generate, &code);
  AddRun(app, run, &code);
  AddCompare(app, compare, &code);
  AddShrink(app, shrink, &code);
  AddTriage(app, triage, &code);
  AddCheckAdapter(app, check_adapter, &code);
  AddReplay(app, replay, &code);
  AddJudge(app, judge, &code);
  AddCorpus(app, add, &code);
  AddMerge(app, merge, &code);
  AddBytes(app, encode, decode, &code);
  AddPower(app, power, &code);
  AddLists(app, &code);
  for (const Group& group : kGroups) app.get_subcommand(group.command)->group(group.name);
  ouro::RefuseOddValues(app);
  try {
    std::vector<std::string> words = ouro::Arguments(argc, argv);
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (app.get_subcommands().empty()) code = ouro::Campaign(campaign);
  return code;
}

}  // namespace

// Files that we open must not get the numbers of the standard streams. Whether standard output was
// there.
bool OpenStandardStreams() {
  bool written = true;
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    written = written && fd != STDOUT_FILENO;
    if (open("/dev/null", O_RDWR) != fd) std::abort();  // the lowest that is free
  }
  return written;
}

int Guarded(int argc, char** argv) {
  const auto unwritten = [](const char* why) {
    std::fprintf(stderr, "ouro: standard output cannot be written%s\n", why);
    return 2;
  };
  if (!OpenStandardStreams()) return unwritten(": it is closed");
  std::signal(SIGXFSZ, SIG_IGN);  // a file too large is an error of a write, like others
  // {fmt} throws if it cannot write, and stdio keeps the fault to the end: a full disk, most often.
  int code = 2;
  try {
    code = Main(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return unwritten("");
  } catch (const std::bad_alloc&) {
    std::fputs("ouro: out of memory\n", stderr);
    return 2;
  } catch (const std::system_error& error) {
    // What {fmt} throws; else it is a file of ours.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return unwritten("");
    std::fprintf(stderr, "ouro: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ouro: %s\n", error.what());
    return 2;
  }
  return code;
}

int main(int argc, char** argv) {
  const int code = Guarded(argc, argv);
#if !__has_feature(address_sanitizer)
  // The destructors of libraries that we have loaded could still crash, hang, or change the code.
  std::_Exit(code);
#endif
  return code;
}
