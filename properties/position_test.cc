// SPDX-License-Identifier: Apache-2.0

// The places of a transcript's lines, of random programs on collectors of every kind of contract:
// no line is out of place. An operation leaves at least one line, and operations follow one
// another, so in each section that runs the index begins with 0 and never skips; a single line
// that is taken for another operation's shifts all that follow.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "collector/specimens.h"
#include "model/event_text.h"
#include "model/program_position.h"
#include "model/trial.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

using Kind = TranscriptLine::Kind;

// Programs on each collector. Few, as a script that resurrects makes a long transcript, which is
// parsed twice.
constexpr uint64_t kPrograms = 500;

struct SpecimenName {
  const char* name;
  const char* contract;  // "": its own
};

struct Section {
  int number;
  int last = -1;
};

// "" or the first line that is out of place; of a lawful transcript, whether it ends too early.
// Counts lines of scripts in *in_scripts.
std::string OutOfPlace(const Program& program, const std::string& transcript, bool lawful,
                       int* in_scripts) {
  ProgramPosition position(program);
  std::vector<Section> sections = {{kNoScript}};
  TranscriptReader lines(transcript);
  for (TranscriptLine line; lines.Next(&line);) {
    const ProgramPlace place = position.Next(line);
    Event event;
    if (line.kind == Kind::kEvent && ParseEvent(line.text, &event).empty()) {
      if (event.kind == Event::Kind::kEnd) sections.pop_back();
      const Section& open = sections.back();
      if (place != ProgramPlace{open.number, open.last}) {
        return fmt::format("line {}: {} at {}", line.number, line.text, place.index);
      }
      const bool opens =
          event.kind == Event::Kind::kFinalize || event.kind == Event::Kind::kCallback;
      if (opens) sections.push_back({-2});
      continue;
    }
    if (line.kind == Kind::kComment && !line.text.starts_with("# void: ")) continue;
    Section& running = sections.back();
    if (running.number == -2) running.number = place.section;
    const bool follows = place.index == running.last || place.index == running.last + 1;
    if (!place.known() || place.section != running.number || !follows) {
      return fmt::format("line {}: {} at {} after {}", line.number, line.text, place.index,
                         running.last);
    }
    running.last = place.index;
    if (place.section != kNoScript) ++*in_scripts;
  }
  const int last = static_cast<int>(program.main.size()) - 1;
  return !lawful || position.main_index() == last
             ? ""
             : fmt::format("it ends at {}", position.main_index());
}

TEST(PositionTest, NoLineIsOutOfPlace) {
  int in_scripts = 0;
  // The contract of bounds decides what `end` does first.
  const std::vector<SpecimenName> names = {
      {"naive", ""},         {"naive-27", ""},         {"naive-pep442", ""},
      {"naive-315", ""},     {"liar:trash-freed", ""}, {"optimized-pep442", "lua"},
      {"optimized", "perl"}, {"optimized-27", "php"}};
  for (const auto& [name, contract] : names) {
    Specimen specimen;
    ASSERT_EQ(FindSpecimen(name, &specimen, contract), "");
    Trial trial(specimen);
    for (uint64_t seed = 0; seed < kPrograms; ++seed) {
      Program program = Generate(SeedOf(7, seed), {.abilities = specimen.abilities});
      if (seed % 8 == 0) {
        program.main.push_back({.code = OpCode::kChain, .dest = 3, .count = 5});
        program.main.push_back({.code = OpCode::kEnd});
      }
      std::string transcript;
      const bool lawful = trial.Run(program, &transcript).lawful();
      ASSERT_EQ(OutOfPlace(program, transcript, lawful, &in_scripts), "")
          << name << "\n"
          << Print(program) << "\n"
          << transcript.substr(0, 20'000);
    }
  }
  EXPECT_GT(in_scripts, 1000);
}

TEST(PositionTest, LinesOfTextAreThoseOfTheParser) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const Program program = Generate(SeedOf(8, seed));
    const std::string text = Print(program);
    const ProgramLines lines = PrintedLines(program);
    std::vector<std::string> rows = {""};
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = text.find('\n', begin);
      rows.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    for (int section = kNoScript; section < static_cast<int>(program.scripts.size()); ++section) {
      const Script& script = program.section(section);
      for (int i = 0; i < static_cast<int>(script.size()); ++i) {
        const std::string& row = rows.at(lines.Of({section, i}));
        EXPECT_TRUE(row.ends_with(Print(script[static_cast<size_t>(i)]))) << row;
      }
    }
  }
}

}  // namespace
}  // namespace ouro
