// SPDX-License-Identifier: Apache-2.0

// The commands that maintain corpora and measure.

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "fuzz/campaign/engine.h"
#include "fuzz/ouro/command_adding.h"
#include "fuzz/ouro/commands.h"

namespace ouro {
namespace {

void AddAdd(CommandLine& line) {
  const auto [app, a] =
      Add(line, "add", "Move findings into the corpus, for the replay test", AddCommand);
  app->add_option("--to", a.folder, "the folder, relative to the top of the source tree")
      ->capture_default_str();
  app->add_option("FILE", a.files, "programs, one a file")->required();
  app->footer("example: ouro add ouro-out/found/*.gct");
}

void AddMerge(CommandLine& line) {
  const auto [app, a] =
      Add(line, "merge", "Join the folders of campaigns, with the smallest programs of all",
          MergeCommand);
  app->add_option("--specimen", a.specimen, "the collector whose coverage counts")
      ->capture_default_str();
  AddNumber(app, "--workers", &a.workers, 0, kMaxWorkers, "processes; 0: one for each processor");
  app->add_option("--out", a.out, "the folder of the result, also of earlier merges")->required();
  app->add_option("DIR", a.folders, "folders of campaigns")->required();
  app->footer("example: ouro merge --out all machine1/ouro-out machine2/ouro-out");
}

void AddBytes(CommandLine& line) {
  const auto [encode, to] =
      Add(line, "encode", "Write programs in the byte form of fuzzers", EncodeCommand);
  encode->add_option("--out", to.out, "the folder for them, one file each")->required();
  encode->add_option("FILE", to.files, kPrograms)->required();
  encode->footer("example: ouro encode --out seeds corpus");
  const auto [decode, from] =
      Add(line, "decode", "Print programs that a fuzzer wrote", DecodeCommand);
  decode->add_option("FILE", from.files, "byte forms of programs; - is standard input")->required();
  decode->footer("example: ouro decode crash-adc83b19e793491b | ouro run -");
}

void AddPower(CommandLine& line) {
  const auto [app, a] =
      Add(line, "power", "Measure how soon each engine finds the bugs of mutants", PowerCommand);
  AddNumber(app, "--seeds", &a.seeds, 1, 1'000'000, "searches of each engine for each mutant");
  AddNumber(app, "--seconds", &a.seconds, 1, 86'400,
            "limit of each search, including the start of its process");
  AddNumber(app, "--programs", &a.programs, 0, kMaxPrograms,
            "measure in programs of the generator instead, at most so many: the same everywhere");
  std::map<std::string, Engine> engines;
  for (const Engine engine : kEngines) engines[Name(engine)] = engine;
  app->add_option("--engine", a.engines,
                  "what makes the programs: random, uniform (the baseline), libfuzzer; may be "
                  "repeated; by default all")
      ->allow_extra_args(false)
      ->transform(CLI::CheckedTransformer(engines).description(""));
  app->add_option("--weights", a.weights, kWeights);
  app->add_option("--out", a.out,
                  "the folder: its power.csv keeps every measurement, so that the same command "
                  "resumes; the table and power.svg show all of them");
  app->add_option("FILE", a.mutants, "mutants: shared objects, folders of them, names of specimens")
      ->required();
  app->footer("example: ouro power --seeds 3 --engine random --engine uniform --out power mutants");
}

void AddBench(CommandLine& line) {
  const auto [app, a] =
      Add(line, "bench", "Measure engines and heaps on this machine, and how steady it is",
          BenchCommand);
  app->add_option("--specimen", a.specimens,
                  "a collector to run programs on; may be repeated; by default ours and all peers "
                  "in this process that are here")
      ->allow_extra_args(false);
  AddNumber(app, "--seconds", &a.seconds, 1, 3600, "of each measurement of an engine");
  AddNumber(app, "--rounds", &a.rounds, 1, 1000,
            "measurements of each, of which the middle counts");
  app->add_option("--workload", a.workload, "of heaps, only this one: W1, W1s, W2 ... memory");
  app->add_flag("!--no-paces", a.paces, "no engines");
  app->add_flag("!--no-heap", a.heap, "no heaps, which take two minutes");
  app->add_flag("--smoke", a.smoke, "heaps of a few objects: to see whether it works");
  app->add_flag("--json", a.json, "print JSON");
  app->footer("example: ouro bench --specimen optimized --specimen lua --no-heap");
}

}  // namespace

void AddCorporaCommands(CommandLine& line) {
  line.group = "Maintain corpora and measure";
  for (const auto add : {AddAdd, AddMerge, AddBytes, AddPower, AddBench}) add(line);
}

}  // namespace ouro
