// SPDX-License-Identifier: Apache-2.0

// What dressed programs have: each kind in turn, at its place, few in each program.

#include "properties/generator/dress.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "properties/generator/generator.h"

namespace ouro {
namespace {

std::vector<KindRow> Kinds() {
  std::vector<KindRow> kinds;
  const auto add = [&kinds](const std::string& text) {
    kinds.emplace_back();
    ASSERT_EQ(ReadKind(text, &kinds.back()), "");
  };
  for (int i = 0; i < 30; ++i) add("list-" + std::to_string(i) + " edge pokes=4");
  for (int i = 0; i < 30; ++i) add("map-" + std::to_string(i) + " edge");
  for (int i = 0; i < 5; ++i) add("class-" + std::to_string(i) + " node nofinal");
  for (int i = 0; i < 5; ++i) add("root-" + std::to_string(i) + " root");
  add("bad-leak edge leaks=new");
  add("bad-crash node crashes=new");
  return kinds;
}

TEST(DressTest, EachKindHasItsTurn) {
  GeneratorOptions options;
  options.kinds = Kinds();
  std::set<std::string> named;
  size_t most = 0, plain = 0;
  constexpr uint64_t kPrograms = 400;
  for (uint64_t seed = 0; seed < kPrograms; ++seed) {
    const std::vector<std::string> kinds = Generate(seed, options).Kinds();
    named.insert(kinds.begin(), kinds.end());
    most = std::max(most, kinds.size());
    plain += kinds.empty() ? 1 : 0;
  }
  EXPECT_EQ(named.size(), 70u);
  EXPECT_FALSE(named.contains("bad-leak"));
  EXPECT_FALSE(named.contains("bad-crash"));
  EXPECT_LE(most, 6u);
  EXPECT_GE(most, 5u);
  EXPECT_GT(plain, kPrograms / 50);
  EXPECT_LT(plain, kPrograms / 3);
}

TEST(DressTest, OfNKindsEachComesFirstInNPrograms) {
  const std::vector<KindRow> kinds = Kinds();
  std::set<KindId> first;
  for (uint64_t seed = 1000; seed < 1000 + 70; ++seed) {
    const Wardrobe wardrobe = ChooseKinds(seed, kinds);
    for (const auto* place : {&wardrobe.edges, &wardrobe.nodes, &wardrobe.roots}) {
      if (!place->empty()) first.insert(place->front().id);
    }
  }
  EXPECT_GT(first.size(), 60u);  // some of the seventy programs are plain
}

TEST(DressTest, KeepsTheSizeAndTheSeedDecides) {
  GeneratorOptions options;
  options.kinds = Kinds();
  options.long_programs = false;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const Program program = Generate(seed, options);
    EXPECT_EQ(program.main.size(), 60u);
    EXPECT_EQ(program, Generate(seed, options));
  }
}

TEST(DressTest, NamesKindsAtTheirPlacesOnly) {
  GeneratorOptions options;
  options.kinds = Kinds();
  size_t pokes = 0, self_pokes = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Program program = Generate(seed, options);
    const auto check = [&](const Script& script, bool in_script) {
      for (const Op& op : script) {
        if (op.code == OpCode::kPoke) {
          ++pokes;
          if (op.ref == kSelf) {
            ++self_pokes;
            EXPECT_TRUE(in_script);
          }
        }
        if (op.kind == kPlain) continue;
        for (const KindRow& kind : options.kinds) {
          if (kind.id != op.kind) continue;
          EXPECT_EQ(kind.place, PlaceOf(op.code));
          if (kind.no_finalizer) {
            EXPECT_EQ(op.script, kNoScript);
          }
        }
      }
    };
    check(program.main, false);
    for (const Script& script : program.scripts) check(script, true);
  }
  EXPECT_GT(pokes, 500u);
  EXPECT_GT(self_pokes, 20u);
}

TEST(DressTest, WithoutKindsProgramsStayAsTheyWere) {
  GeneratorOptions plain, none;
  none.kinds = {};
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(Generate(seed, plain), Generate(seed, none));
    EXPECT_TRUE(Generate(seed, plain).Kinds().empty());
  }
}

}  // namespace
}  // namespace ouro
