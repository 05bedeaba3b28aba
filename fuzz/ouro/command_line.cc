// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/ouro/command_adding.h"
#include "fuzz/ouro/commands.h"
#include "fuzz/ouro/usage.h"
#include "fuzz/ouro/version.h"
#include "fuzz/terminal.h"

namespace ouro {
namespace {

// Files for continuous integration.
void AddReports(CLI::App* app, CiFiles* files) {
  app->add_option("--junit", files->junit,
                  "write the outcomes as JUnit XML: for Jenkins, GitLab, GitHub");
  app->add_option("--sarif", files->sarif, "write what is unlawful as SARIF, for code scanning");
}

void AddObserve(CLI::App* app, std::string* file) {
  app->add_option("--observe", *file,
                  "write a line of JSON a program, or a sample of them, as Hypothesis' "
                  "observability does: for Tyche and the like");
}

// ---- Find bugs

void AddCampaign(CommandLine& line) {
  const auto [app, a] =
      Add(line, "campaign", "Run random programs for a time; shrink and file the findings",
          CampaignCommand);
  CampaignOptions& o = a.options;
  AddSpecimen(app, &a.choice, kByName);
  AddNumber(app, "--seconds", &o.seconds, 1, kMaxSeconds, "how long");
  static const std::map<std::string, EngineSet> engines = {
      {"random", {Engine::kRandom}},
      {"libfuzzer", {Engine::kLibFuzzer}},
      {"both", {Engine::kRandom, Engine::kLibFuzzer}}};
  app->add_option_function<std::string>(
         "--engine", [&o](const std::string& word) { o.engines = engines.at(word); },
         "what makes the programs: random, libfuzzer, both; by default both, if there are two "
         "workers and the collector is in-process")
      ->check(CLI::IsMember(engines).description(""));
  AddNumber(app, "--workers", &o.workers, 0, kMaxWorkers, "processes; 0: one for each processor");
  AddSeed(app, &o.seed);
  AddNumber(app, "--ops", &o.operations, 1, kMaxOperations, "operations of each program");
  app->add_flag("--scale", o.scale, "give each random program a chain of up to 300,000 objects");
  app->add_option("--out", o.out, "findings are filed in OUT/found")->capture_default_str();
  app->add_flag("--stop-on-first", o.stop_on_first, "end with the first finding");
  AddReports(app, &a.reports);
  AddObserve(app, &o.observe);
  app->footer(
      "example: ouro campaign --specimen cpython --seconds 600 --out python-3.11\n"
      "         ouro campaign --specimen php --junit php.xml --sarif php.sarif --observe "
      "php.jsonl");
}

void AddCi(CommandLine& line) {
  const auto [app, a] = Add(
      line, "ci", "Check an adapter, programs and a campaign in one, for continuous integration",
      CiCommand);
  app->add_option("--adapter,--specimen", a.choice.specimen, kByName)->capture_default_str();
  AddContract(app, &a.choice.contract);
  app->add_option("--minutes", a.minutes, "of the campaign")
      ->capture_default_str()
      ->check(CLI::Range(1.0 / 60, kMaxSeconds / 60.0));
  AddNumber(app, "--workers", &a.options.workers, 0, kMaxWorkers,
            "processes; 0: one for each processor");
  AddSeed(app, &a.options.seed);
  app->add_option("--known", a.known,
                  "a file of known causes, one a line; the exit code is 0 if no cause is new");
  app->add_option("--out", a.options.out,
                  "the folder: keep it from run to run, and the campaign goes on")
      ->capture_default_str();
  app->add_option("FILE", a.files, "programs that have to be lawful; folders");
  app->footer(
      "In the folder are then junit.xml, ouroboros.sarif, summary.md, report.html; "
      "docs/ci.md has a workflow.\n"
      "example: ouro ci --adapter lib:./my_gc.so --minutes 10 --known known.txt regressions");
}

void AddEnumerate(CommandLine& line) {
  const auto [app, a] =
      Add(line, "enumerate", "Run every program with a given number of operations, up to renaming",
          EnumerateCommand);
  AddSpecimen(app, &a.choice, kByName);
  AddNumber(app, "--ops", &a.bounds.operations, 1, 100, "operations of each program");
  AddNumber(app, "--objects", &a.bounds.objects, 1, 20, "objects that are created, at most");
  AddNumber(app, "--registers", &a.bounds.registers, 1, kRegisters, "registers, at most");
  AddNumber(app, "--slots", &a.bounds.slots, 0, kMaxSlots, "slots of each node");
  app->add_flag("!--no-scripts", a.bounds.scripts, "neither finalizers nor callbacks");
  app->add_flag("!--no-weak", a.bounds.weak, "no weak references");
  app->add_flag("--plain", a.plain, "literally all programs, up to names: cut nothing");
  AddNumber(app, "--history", &a.history, 0, 20, "how much of the past tells states apart");
  app->add_flag("!--no-commutation", a.commutation, "run commuting operations in both orders");
  app->add_flag("--count", a.count_only, "run nothing, only count");
  AddNumber(app, "--workers", &a.workers, 0, kMaxWorkers, "threads; 0: one for each processor");
  AddNumber(app, "--seconds", &a.seconds, 1, kMaxSeconds, "stop after that time");
  app->add_flag("--stop-on-first", a.stop_on_first, "end with the first conviction");
  app->footer("example: ouro enumerate --ops 5 --specimen planted:not-merged");
}

void AddGrowth(CommandLine& line) {
  const auto [app, a] = Add(
      line, "growth", "Measure how a collector's work grows with the heap: linear, or quadratic",
      GrowthCommand);
  AddSpecimen(app, &a.choice, kByName);
  app->footer("example: ouro growth --specimen lua");
}

void AddReach(CommandLine& line) {
  const auto [app, a] =
      Add(line, "reach", "Count how many random programs join two things that bugs may lie between",
          ReachCommand);
  AddSpecimen(app, &a.choice, kByName);
  AddNumber(app, "--programs", &a.programs, 1, kMaxPrograms, "so many random programs");
  AddNumber(app, "--ops", &a.operations, 0, kMaxOps, "operations of each program");
  app->add_option("--seed", a.seed, "of the sequence of programs")->capture_default_str();
  app->add_flag("--uniform", a.uniform, "random operations without shapes, the baseline");
  app->add_flag("--rare", a.rare, "list only what is too rare");
  app->add_option("--weights", a.weights, kWeights);
  app->footer("example: ouro reach --specimen optimized --programs 1000000");
}

void AddSweep(CommandLine& line) {
  const auto [app, a] =
      Add(line, "sweep",
          "Run variations of programs: a collection, threshold, failure or script changed anywhere",
          SweepCommand);
  AddSpecimen(app, &a.choice, kFromFile);
  app->add_option("FILE", a.files, kPrograms)->required();
  app->footer("example: ouro sweep corpus/history");
}

void AddGenerate(CommandLine& line) {
  const auto [app, a] = Add(line, "generate", "Print random programs", GenerateCommand);
  app->add_flag("--weights", a.weights, "print the generator's weights instead");
  AddSeed(app, &a.seed);
  AddNumber(app, "--count", &a.count, 1, kMaxPrograms, "how many");
  AddNumber(app, "--ops", &a.operations, 1, kMaxOperations, "operations of each program");
  app->add_flag("--uniform", a.uniform, "uniform random operations, without clusters");
  app->add_option("--out", a.out,
                  "write each to a file in this folder, named by its contents as in a corpus");
  app->footer("example: ouro generate --seed 7 --count 100 | ouro run --specimen naive -");
}

// ---- Look at programs

void AddRun(CommandLine& line) {
  const auto [app, a] = Add(line, "run", "Run programs on a specimen under the judge", RunCommand);
  AddSpecimen(app, &a.choice, kFromFile);
  app->add_flag("--trace", a.trace, "print the traces, each followed by a line ---");
  app->add_flag("--state", a.state,
                "the same, and at each line what changes in the heap, as the judge believes");
  app->add_flag("--verify", a.verify,
                "after each operation, make the collector check its own invariants");
  app->add_flag("--in-process", a.in_process,
                "run everything in this process, without children: for gdb, rr and valgrind; a "
                "crash of the collector is then a crash of ouro");
  AddReports(app, &a.reports);
  AddObserve(app, &a.observe);
  app->add_option("FILE", a.files, kPrograms)->required();
  app->footer(
      "example: ouro run --specimen naive --trace corpus/laws/load.gct\n"
      "         ouro run --specimen lib:./my_gc.so --junit gc.xml --sarif gc.sarif corpus/rules\n"
      "         gdb --args ouro run --in-process corpus/laws/load.gct");
}

void AddExplain(CommandLine& line) {
  const auto [app, a] =
      Add(line, "explain", "Say which lines of an unlawful program matter, and why it is unlawful",
          ExplainCommand);
  AddSpecimen(app, &a.choice, kFromFile);
  AddNumber(app, "--seconds", &a.seconds, 1, 86'400, "of trying lines, for each program");
  app->add_option("FILE", a.files, kPrograms)->required();
  app->footer("example: ouro explain --specimen planted:release-first ouro-out/found");
}

void AddWhy(CommandLine& line) {
  const auto [app, a] = Add(
      line, "why", "Say what holds an object at a line of a run, or what it waits for", WhyCommand);
  AddSpecimen(app, &a.choice, kFromFile);
  AddNumber(
      app, "--at", &a.line, 1, kMaxLine,
      "the step: a line of the trace, as `ouro run --state` numbers them; by default the last");
  AddNumber(app, "--object", &a.object, 0, kMaxLine,
            "the object's number; by default the one that the verdict is about");
  app->add_option("FILE", a.file, "one program; - is standard input")->required();
  app->footer("example: ouro why --at 8 --object 0 corpus/rules/resurrected-in-cycle.gct");
}

void AddReport(CommandLine& line) {
  const auto [app, a] =
      Add(line, "report", "Make a page for browsers that shows a run step by step, or a campaign",
          ReportCommand);
  AddSpecimen(app, &a.choice, kFromFile);
  app->add_option("-o,--out", a.out, "the page, one file that needs no other")
      ->capture_default_str();
  AddNumber(app, "--seconds", &a.seconds, 1, 86'400, "of trying which lines matter, for each run");
  app->add_flag("!--no-explain", a.explain, "do not try which lines matter");
  app->add_option("FILE", a.files, "programs; the folder of a campaign; - is standard input")
      ->required();
  app->footer(
      "example: ouro report --specimen optimized-27 corpus/rules/leaky-python-cycle.gct\n"
      "         ouro report ouro-out -o campaign.html");
}

void AddCompare(CommandLine& line) {
  const auto [app, a] = Add(
      line, "compare", "Show in a table what each collector does with a program", CompareCommand);
  CLI::Option* const with =
      app->add_option("--with", a.with, "compare two only: --specimen and this one");
  app->add_option("--versions", a.versions,
                  "compare all versions of this language that are here, the oldest first, and say "
                  "where they begin to differ")
      ->excludes(with);
  AddSpecimen(app, &a.choice,
              "one more collector; with --with the first of the two: by default the one that the "
              "file names, otherwise optimized-27");
  app->add_option("FILE", a.files, kPrograms)->required();
  app->footer(
      "example: ouro compare corpus/rules/resurrected-in-cycle.gct\n"
      "         ouro compare --specimen optimized-pep442 --with cpython corpus\n"
      "         ouro compare --versions cpython corpus/rules/resurrected-in-cycle.gct");
}

void AddShrink(CommandLine& line) {
  const auto [app, a] =
      Add(line, "shrink", "Find the smallest program with the same verdict", ShrinkCommand);
  AddSpecimen(app, &a.choice, kFromFile);
  AddNumber(app, "--seconds", &a.seconds, 1, 86'400, "then print the best so far");
  app->add_option("FILE", a.file, "one program; - is standard input")->required();
  app->footer("example: ouro shrink --specimen liar:load corpus/laws/load.gct > small.gct");
}

void AddNative(CommandLine& line) {
  const auto [app, a] =
      Add(line, "native", "Print a program in the engine's own language", NativeCommand);
  AddSpecimen(app, &a.choice, kFromFile);
  app->add_flag("--test", a.test,
                "as a test of the engine's own suite, which fails where the judge convicts");
  app->add_option("FILE", a.file,
                  "one program; - is standard input; with --test also a script that exits with 1 "
                  "where a bug is: .py .php .lua .pl .rb .js .c")
      ->required();
  app->footer(
      "example: ouro native --specimen 'cpython?kinds' small.gct > small.py\n"
      "         ouro native --test --specimen 'php?kinds' small.gct > small.phpt\n"
      "         ouro native --test corpus/native/cpython_lent_weakref.py > test_lent_weakref.py");
}

void AddTriage(CommandLine& line) {
  const auto [app, a] =
      Add(line, "triage", "Group the findings of campaigns by cause, and tell which are new",
          TriageCommand);
  app->add_option("--known", a.known,
                  "a file of known causes, one a line; the exit code is 0 if no cause is new");
  app->add_flag("--causes", a.causes, "print only the causes, in the form that --known reads");
  app->add_option("DIR", a.folders, "folders of campaigns")->required();
  app->footer(
      "example: ouro triage --causes ouro-out > known.txt\n"
      "         ouro triage --known known.txt ouro-out");
}

// ---- Judge collectors and logs

void AddCheckAdapter(CommandLine& line) {
  const auto [app, a] =
      Add(line, "check-adapter", "Find mistakes in an adapter before blaming its collector",
          CheckAdapterCommand);
  AddNumber(app, "--programs", &a.programs, 0, kMaxPrograms,
            "random programs after the conformance cases");
  AddSeed(app, &a.seed);
  AddContract(app, &a.choice.contract);
  app->add_option("SPECIMEN", a.choice.specimen, "whose adapter; `ouro specimens` lists them")
      ->required();
  app->footer("example: ouro check-adapter 'process:lua:lua5.4 my_adapter.lua'");
}

void AddKinds(CommandLine& line) {
  const auto [app, a] =
      Add(line, "kinds", "Check each kind of an adapter alone, or those of several versions",
          KindsCommand);
  static const std::vector<std::string> runtimes = {"cpython", "lua", "php", "ruby"};
  app->add_option("--across", a.across, "all versions of that runtime that are here: cpython, php")
      ->check(CLI::IsMember(runtimes).description(""));
  app->add_flag("--all", a.all, "show the kinds without faults, too");
  app->add_flag("--list", a.list, "list the kinds, and check nothing");
  app->add_option("SPECIMEN", a.specimens, "whose kinds; several make a table");
  app->footer(
      "example: ouro kinds 'cpython?kinds'\n"
      "         ouro kinds --across cpython");
}

void AddReplay(CommandLine& line) {
  const auto [app, a] = Add(
      line, "replay", "Run corpus files on every specimen, allowing for known bugs", ReplayCommand);
  AddReports(app, &a.reports);
  app->add_option("FILE", a.files, kPrograms)->required();
  app->footer(
      "example: ouro replay corpus\n"
      "         ouro replay --junit replay.xml --sarif replay.sarif corpus");
}

void AddJudge(CommandLine& line) {
  const auto [app, a] =
      Add(line, "judge", "Judge traces that were recorded elsewhere", JudgeCommand);
  app->add_option("--contract", a.contract, "`ouro contracts` lists them")->required();
  app->add_option("FILE", a.files, "traces; - is standard input")->required();
  app->footer("example: ouro run --trace corpus/rules | ouro judge --contract cpython26 -");
}

// ---- Lists

void AddLists(CommandLine& line) {
  Add(line, "specimens", "List the collectors that can be tested", SpecimensCommand)
      .app->footer("example: ouro specimens");
  Add(line, "contracts", "List the contracts: what lawful collectors may differ in",
      ContractsCommand)
      .app->footer("example: ouro contracts");
  Add(line, "laws", "List the laws", LawsCommand).app->footer("example: ouro laws");
}

// In the order of --help.
void AddCommands(CommandLine& line) {
  line.group = "Find bugs";
  for (const auto add :
       {AddCampaign, AddCi, AddEnumerate, AddSweep, AddGrowth, AddReach, AddGenerate})
    add(line);
  line.group = "Look at programs";
  for (const auto add :
       {AddRun, AddReport, AddExplain, AddWhy, AddCompare, AddShrink, AddNative, AddTriage})
    add(line);
  line.group = "Judge collectors and logs";
  for (const auto add : {AddCheckAdapter, AddKinds, AddReplay, AddJudge}) add(line);
  AddCorporaCommands(line);
  line.group = "Lists";
  AddLists(line);
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CommandLine line;
  CLI::App& app = line.app;
  app.name("ouro");
  app.description(
      "Ouroboros finds bugs in memory collectors: random programs drive a collector, and a judge\n"
      "convicts the first event that no lawful collector could have reported.");
  app.require_subcommand(0, 1);
  app.failure_message(Complaint);
  app.set_version_flag("--version", VersionLine());
  app.footer(
      "Without a command: ouro campaign, 60 s on the optimized collector; `ouro --seconds 20` is\n"
      "`ouro campaign --seconds 20`.\n"
      "Exit: 0 lawful, 1 convicted, 2 usage or bad input. Each command has its own --help.\n"
      "example: ouro run --specimen naive --trace corpus/laws/load.gct");
  AddCommands(line);
  RefuseOddValues(app);
  try {
    std::vector<std::string> words = Arguments(argc, argv);
    std::reverse(words.begin(), words.end());  // CLI11 takes them in reverse
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return line.exit_code;
}

}  // namespace ouro
