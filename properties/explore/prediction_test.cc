// SPDX-License-Identifier: Apache-2.0

// Predictions: programs that leave the same have the same digest, and only those; a digest decides
// the future; and letters that are said to commute do.

#include "properties/explore/prediction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "model/collector.h"
#include "model/program.h"
#include "properties/explore/alphabet.h"
#include "properties/generator/enumerate.h"

namespace ouro {
namespace {

constexpr Bounds kBounds = {.operations = 8, .objects = 4, .registers = 3, .slots = 2};
constexpr Memory kNothing = {.deeds = false, .pasts = 0, .operations = 0};
const Contract* const kSome[] = {&kCPython26, &kCPython39, &kCPython315};

std::vector<Program> Read(const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  return programs;
}

uint64_t DigestOf(const std::string& text, const Memory& memory = kNothing, int alike = 2) {
  const std::vector<Script> scripts = Scripts(kBounds);
  Predictor predictor(*kCPython39.exact(), scripts);
  const std::vector<Program> programs = Read(text);
  for (const Op& op : programs.at(0).main) predictor.Execute(op);
  return predictor.Digest(alike, memory);
}

TEST(PredictionTest, NamesDoNotMatter) {
  EXPECT_EQ(DigestOf("r0 = node 2"), DigestOf("r1 = node 2"));
  EXPECT_EQ(DigestOf("r0 = node 2"), DigestOf("r0 = node 2\nr0 = none\nr1 = node 2"));
  EXPECT_EQ(DigestOf("r0 = node 2\nr1 = weak r0"), DigestOf("r1 = node 2\nr0 = weak r1"));
  EXPECT_EQ(DigestOf("r0 = node 2 del 0\nr0.0 = r0\nr0 = none\ncollect 2"), DigestOf("collect 2"));
}

TEST(PredictionTest, WhatDiffersHasAnotherDigest) {
  const std::vector<std::string> programs = {
      "collect 0",
      "r0 = node 2",
      "r2 = node 2",  // scripts write r2
      "r0 = node 2\nr1 = r0",
      "r0 = node 2\ncollect 0",
      "r0 = node 2\ncollect 1",
      "r0 = node 2 del 0",
      "r0 = node 2 del 1",
      "r0 = node 2 del 1\nr0 = none",  // its finalizer has run
      "r0 = node 2\nr0.0 = r0",
      "r0 = node 2\nr0.1 = r0",
      "r0 = node 2\nr1 = node 2",
      "r0 = node 2\nr1 = weak r0",
      "r0 = node 2\nr1 = weak r0 call 0",
      "r0 = node 2\nr1 = weak r0\nr0 = none",
      "r0 = node 2\nr1 = weak r0\nr2 = weak r0 call 0",
      "r0 = node 2\nr2 = weak r0 call 0\nr1 = weak r0",
      "r0 = node 2\nr1 = node 2 del 0\nr2 = r0",
      "r1 = node 2 del 0\nr0 = node 2\nr2 = r0",  // in another order of the generation
  };
  std::map<uint64_t, std::string> digests;
  for (const std::string& text : programs) {
    const auto [at, fresh] = digests.emplace(DigestOf(text), text);
    EXPECT_TRUE(fresh) << text << "\nand\n" << at->second;
  }
}

TEST(PredictionTest, RemembersWhatItIsTold) {
  const std::string one = "r0 = node 2\nr1 = weak r0";
  const std::string other = "r0 = node 2\nr1 = weak r0\nr1 = weak r0";
  EXPECT_EQ(DigestOf(one), DigestOf(other));
  EXPECT_NE(DigestOf(one, {.deeds = true, .pasts = 0}),
            DigestOf(other, {.deeds = true, .pasts = 0}));
  EXPECT_NE(DigestOf(one, {.deeds = false, .pasts = 1}),
            DigestOf(other, {.deeds = false, .pasts = 1}));
  const Memory done = {.deeds = false, .pasts = 2};
  EXPECT_NE(DigestOf("r0 = node 2\nr0 = r0.0\nr0 = node 2\nr1 = r0\nr1 = none", done),
            DigestOf("r0 = node 2", done));
  const Memory last = {.deeds = false, .pasts = 0, .operations = 1};
  EXPECT_NE(DigestOf("r0 = node 2\nr1 = r0\nr1 = none", last), DigestOf("r0 = node 2", last));
}

// A walk, and what is there at its end.
struct Walked {
  Script path;
  NaiveContents contents;
  int births = 0;
};

class Walker {
 public:
  explicit Walker(const Contract& contract)
      : scripts_(Scripts(kBounds)), predictor_(*contract.exact(), scripts_) {}

  Walked Walk(size_t operations) {
    Walked walked;
    predictor_.Reset();
    for (size_t i = 0; i < operations; ++i) {
      const std::vector<Letter> letters = Letters();
      if (letters.empty()) break;  // all objects have been born, and are dead
      const Op& op = alphabet_.op(letters[random_() % letters.size()]);
      walked.path.push_back(op);
      predictor_.Execute(op);
    }
    walked.contents = predictor_.Contents();
    walked.births = predictor_.births();
    return walked;
  }

  // What is possible now.
  std::vector<Letter> Letters() {
    std::vector<Letter> letters;
    uint64_t ignored = 0;
    alphabet_.List(predictor_.Contents(), predictor_.births(), &letters, &ignored);
    return letters;
  }

  // The events after `path`.
  std::vector<Event> Events(const Script& path, const Script& then) {
    predictor_.Reset();
    for (const Op& op : path) predictor_.Execute(op);
    const size_t before = predictor_.events().size();
    for (const Op& op : then) predictor_.Execute(op);
    return {predictor_.events().begin() + static_cast<std::ptrdiff_t>(before),
            predictor_.events().end()};
  }

  const Alphabet& alphabet() const { return alphabet_; }
  Predictor& predictor() { return predictor_; }

 private:
  const std::vector<Script> scripts_;
  const Alphabet alphabet_{kBounds};
  Predictor predictor_;
  std::mt19937 random_{1};
};

// The registers of `contents` in the order of what they lead to: those that are alike first.
std::vector<Ref> Sorted(const NaiveContents& contents, int alike) {
  const auto place = [&](Ref ref) { return contents.IndexOf(contents.registers[ref]); };
  std::vector<Ref> order(kRegisters);
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Ref>(i);
  std::stable_sort(order.begin(), order.begin() + alike,
                   [&](Ref a, Ref b) { return place(a) < place(b); });
  return order;
}

// Two walks that left the same: operations and objects of one in the names of the other.
class Translation {
 public:
  Translation(const Walked& from, const Walked& to, int alike) {
    const std::vector<Ref> names = Sorted(from.contents, alike);
    const std::vector<Ref> others = Sorted(to.contents, alike);
    for (size_t i = 0; i < kRegisters; ++i) ref_[names[i]] = others[i];
    for (size_t i = 0; i < from.contents.objects.size(); ++i) {
      ids_[from.contents.objects[i].id] = to.contents.objects[i].id;
    }
    shift_ = to.births - from.births;
  }

  Op Of(Op op) const {
    if (WritesRegister(op.code)) op.dest = ref_[op.dest];
    if (ReadsRef(op.code)) op.ref = ref_[op.ref];
    if (op.code == OpCode::kStore) op.value = ref_[op.value];
    return op;
  }
  Event Of(Event event) const {
    const auto id = ids_.find(event.id);
    if (id != ids_.end()) {
      event.id = id->second;
    } else if (event.id != kNone) {
      event.id += shift_;
    }
    return event;
  }

 private:
  std::array<Ref, kRegisters> ref_ = {};
  std::map<ObjectId, ObjectId> ids_;
  int shift_ = 0;
};

void ExpectSameFuture(Walker& walker, const Walked& one, const Walked& other, size_t* compared) {
  const Translation translation(one, other, walker.alphabet().alike());
  const auto expect = [&](const Script& then) {
    Script translated;
    for (const Op& op : then) translated.push_back(translation.Of(op));
    std::vector<Event> events = walker.Events(one.path, then);
    for (Event& event : events) event = translation.Of(event);
    EXPECT_EQ(events, walker.Events(other.path, translated))
        << Print(Program{{}, one.path}) << "and\n"
        << Print(Program{{}, other.path}) << "differ after\n"
        << Print(Program{{}, then});
    ++*compared;
  };
  walker.Events(one.path, {});
  for (const Letter first : walker.Letters()) {
    const Op& op = walker.alphabet().op(first);
    expect({op});
    walker.Events(one.path, {op});
    for (const Letter second : walker.Letters()) expect({op, walker.alphabet().op(second)});
  }
}

TEST(PredictionTest, WhoHasTheSameDigestHasTheSameFuture) {
  constexpr int kWalks = 3000;
  for (const Contract* contract : kSome) {
    Walker walker(*contract);
    std::map<uint64_t, Walked> met;
    size_t compared = 0;
    for (int i = 0; i < kWalks && !HasFailure(); ++i) {
      const Walked walked = walker.Walk(static_cast<size_t>(2 + i % 6));
      const uint64_t digest = walker.predictor().Digest(walker.alphabet().alike(), kNothing);
      const auto [at, fresh] = met.emplace(digest, walked);
      if (fresh || at->second.births < walked.births) continue;
      // The other one has borne fewer: what is possible there may not be here.
      if (at->second.births > walked.births) continue;
      if (at->second.path != walked.path) ExpectSameFuture(walker, at->second, walked, &compared);
    }
    EXPECT_GT(compared, 10'000u);
  }
}

TEST(PredictionTest, LettersThatCommuteMayBeExchanged) {
  constexpr int kWalks = 2000;
  constexpr Memory kMost = {.deeds = true, .pasts = 2, .operations = 0};
  const auto less = [](const Event& a, const Event& b) {
    return std::tuple(a.kind, a.id, a.number) < std::tuple(b.kind, b.id, b.number);
  };
  for (const Contract* contract : kSome) {
    Walker walker(*contract);
    size_t pairs = 0;
    for (int i = 0; i < kWalks && !HasFailure(); ++i) {
      const Walked walked = walker.Walk(static_cast<size_t>(2 + i % 6));
      const std::vector<Letter> letters = walker.Letters();
      if (letters.empty()) continue;
      const Letter a = letters[static_cast<size_t>(i) % letters.size()];
      const Effect effect = walker.alphabet().EffectOf(walked.contents, a);
      for (const Letter b : letters) {
        if (!Commute(effect, walker.alphabet().EffectOf(walked.contents, b))) continue;
        const Op& first = walker.alphabet().op(a);
        const Op& second = walker.alphabet().op(b);
        std::vector<Event> events = walker.Events(walked.path, {first, second});
        const uint64_t digest = walker.predictor().Digest(0, kMost);
        std::vector<Event> others = walker.Events(walked.path, {second, first});
        std::sort(events.begin(), events.end(), less);
        std::sort(others.begin(), others.end(), less);
        EXPECT_EQ(events, others) << Print(Program{{}, walked.path}) << Print(first) << "\n"
                                  << Print(second);
        EXPECT_EQ(walker.predictor().Digest(0, kMost), digest)
            << Print(Program{{}, walked.path}) << Print(first) << "\n"
            << Print(second);
        ++pairs;
      }
    }
    EXPECT_GT(pairs, 1000u);
  }
}

}  // namespace
}  // namespace ouro
