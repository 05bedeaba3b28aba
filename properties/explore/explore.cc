// SPDX-License-Identifier: Apache-2.0

#include "properties/explore/explore.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "model/check.h"
#include "properties/explore/alphabet.h"
#include "properties/explore/state_set.h"

namespace ouro {
namespace {

constexpr size_t kBlock = 1024;         // states that a worker expands at a time
constexpr size_t kBlocksInRound = 256;  // ... before what they found is merged
constexpr size_t kBatch = 20'000;       // programs at least, if there are as many

// A state, by the program that leaves it: that of `parent`, a place in the level before, and then a
// letter.
struct Node {
  uint32_t parent = 0;
  Letter letter = 0;
  uint8_t births = 0;
};

// What follows from a state.
struct Edge {
  uint32_t from = 0;
  Letter letter = 0;
  uint8_t births = 0;
  bool quiet = false;
  uint64_t digest = 0;
};

// What one worker found in one block.
struct Found {
  std::vector<Edge> edges;
  std::vector<Program> programs;
  uint64_t by_symmetry = 0;
  uint64_t by_commutation = 0;
  uint64_t quiet = 0;
};

using Levels = std::vector<std::vector<Node>>;

Script PathTo(const Levels& levels, const Alphabet& alphabet, size_t depth, size_t index) {
  Script path(depth);
  for (; depth > 0; --depth) {
    const Node& node = levels[depth][index];
    path[depth - 1] = alphabet.op(node.letter);
    index = node.parent;
  }
  return path;
}

// Expands states: one worker's part.
class Expander {
 public:
  Expander(const ExactRules& rules, const ExploreOptions& options, const Alphabet& alphabet,
           const Levels& levels)
      : options_(options),
        alphabet_(alphabet),
        levels_(levels),
        scripts_(options.bounds.scripts ? Scripts(options.bounds) : std::vector<Script>()),
        predictor_(rules, scripts_) {}

  // The edges of the states [begin, end) of the last level, or, if they are the last of their
  // programs, these programs.
  void Expand(size_t begin, size_t end, bool last, Found* found) {
    for (size_t index = begin; index < end; ++index) ExpandOne(index, last, found);
  }

  Program ProgramOf(size_t depth, size_t index) const {
    return {scripts_, PathTo(levels_, alphabet_, depth, index)};
  }

 private:
  void Replay(const Script& path) {
    predictor_.Reset();
    for (const Op& op : path) predictor_.Execute(op);
  }

  void ExpandOne(size_t index, bool last, Found* found) {
    const size_t depth = levels_.size() - 1;
    const Node& node = levels_[depth][index];
    const Script path = PathTo(levels_, alphabet_, depth, index);
    predictor_.Reset();
    for (size_t i = 0; i < depth; ++i) {
      if (i + 1 == depth) ListEarlier(index);
      predictor_.Execute(path[i]);
    }
    const NaiveContents& contents = predictor_.Contents();
    alphabet_.List(contents, node.births, &letters_, &found->by_symmetry);
    effects_.clear();
    for (Letter letter : letters_) effects_.push_back(alphabet_.EffectOf(contents, letter));
    const size_t programs = found->programs.size();
    bool changed = false;  // the predictor is no longer in this state
    for (size_t i = 0; i < letters_.size(); ++i) {
      if (Commutes(letters_[i])) {
        ++found->by_commutation;
        continue;
      }
      Edge edge = {static_cast<uint32_t>(index), letters_[i], node.births, effects_[i].quiet()};
      const Op& op = alphabet_.op(edge.letter);
      if (!last) {
        if (std::exchange(changed, true)) Replay(path);
        predictor_.Execute(op);
        edge.births = static_cast<uint8_t>(predictor_.births());
        edge.digest = predictor_.Digest(alphabet_.alike(), options_.memory);
        found->edges.push_back(edge);
      } else if (edge.quiet) {
        ++found->quiet;
      } else {
        found->programs.push_back({scripts_, path});
        found->programs.back().main.push_back(op);
      }
    }
    // Its own program is the beginning of no other.
    if (last && found->programs.size() == programs) found->programs.push_back({scripts_, path});
  }

  // The predictor is in the state from which the letter of `index` leads. Notes which letters lead
  // from there to states that stand before it, and so are followed by its letter, if it commutes.
  void ListEarlier(size_t index) {
    earlier_.clear();
    if (!options_.commutation) return;
    const std::vector<Node>& level = levels_.back();
    const NaiveContents* contents = nullptr;
    for (size_t i = index; i > 0 && level[i - 1].parent == level[index].parent; --i) {
      if (contents == nullptr) {
        contents = &predictor_.Contents();
        own_ = alphabet_.EffectOf(*contents, level[index].letter);
        if (own_.global) return;
      }
      const Letter letter = level[i - 1].letter;
      if (Commute(own_, alphabet_.EffectOf(*contents, letter))) earlier_.push_back(letter);
    }
  }

  bool Commutes(Letter letter) const {
    return std::find(earlier_.begin(), earlier_.end(), letter) != earlier_.end();
  }

  const ExploreOptions& options_;
  const Alphabet& alphabet_;
  const Levels& levels_;
  const std::vector<Script> scripts_;
  Predictor predictor_;
  std::vector<Letter> letters_;
  std::vector<Effect> effects_;
  std::vector<Letter> earlier_;
  Effect own_;
};

class Explorer {
 public:
  Explorer(const ExactRules& rules, const ExploreOptions& options, const RunBatch& run)
      : options_(options), run_(run), alphabet_(options.bounds) {
    CHECK(options.bounds.objects <= static_cast<int>(StateSet::kMaxBirths));
    levels_.reserve(static_cast<size_t>(options.bounds.operations) + 1);
    levels_.push_back({Node{}});
    for (int i = 0; i < std::max(1, options.workers); ++i) {
      expanders_.push_back(std::make_unique<Expander>(rules, options, alphabet_, levels_));
    }
  }

  Explored Run() {
    const auto last = static_cast<size_t>(options_.bounds.operations) - 1;
    for (size_t depth = 0; !Over() && depth < last; ++depth) Level();
    result_.states.push_back(levels_.back().size());
    states_.Clear();  // no longer needed, and child processes copy its pages
    if (!Over()) LastLevel();
    return result_;
  }

 private:
  bool Over() {
    if (!result_.stopped && options_.stop && options_.stop()) result_.stopped = true;
    return result_.stopped || result_.full;
  }

  // Calls each(expander, i) for i in [begin, end), each on one of the workers.
  template <typename F>
  void InParallel(size_t begin, size_t end, F each) {
    std::atomic<size_t> next = begin;
    std::vector<std::thread> threads;
    for (const auto& expander : expanders_) {
      threads.emplace_back([&] {
        for (size_t i = next++; i < end && !(options_.stop && options_.stop()); i = next++) {
          each(*expander, i);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  std::vector<Node>& level() { return levels_.back(); }
  size_t Blocks() const { return (levels_.back().size() + kBlock - 1) / kBlock; }

  void Level() {
    result_.states.push_back(level().size());
    std::vector<Node> next;
    for (size_t begin = 0; begin < Blocks() && !Over(); begin += kBlocksInRound) {
      const size_t end = std::min(begin + kBlocksInRound, Blocks());
      std::vector<Found> found(end - begin);
      InParallel(begin, end, [&](Expander& expander, size_t block) {
        expander.Expand(block * kBlock, std::min((block + 1) * kBlock, level().size()),
                        /*last=*/false, &found[block - begin]);
      });
      if (Over()) return;
      std::vector<Edge> ends;
      for (const Found& part : found) Merge(part, &next, &ends);
      RunEnds(ends);
    }
    levels_.push_back(std::move(next));
  }

  // Appends new states to *next; what is not followed, and shows something, to *ends.
  void Merge(const Found& part, std::vector<Node>* next, std::vector<Edge>* ends) {
    Count(part);
    for (const Edge& edge : part.edges) {
      if (states_.Insert(edge.digest, edge.births)) {
        next->push_back({edge.from, edge.letter, edge.births});
        if (states_.size() >= options_.max_states) result_.full = true;
        continue;
      }
      if (edge.quiet) ++result_.quiet;
      if (!edge.quiet) ++result_.by_state;
      if (!edge.quiet) ends->push_back(edge);
    }
  }

  void Count(const Found& part) {
    result_.by_symmetry += part.by_symmetry;
    result_.by_commutation += part.by_commutation;
    result_.quiet += part.quiet;
  }

  void RunEnds(const std::vector<Edge>& ends) {
    const size_t batches = (ends.size() + kBatch - 1) / kBatch;
    InParallel(0, batches, [&](Expander& expander, size_t batch) {
      std::vector<Program> programs;
      for (size_t i = batch * kBatch; i < std::min((batch + 1) * kBatch, ends.size()); ++i) {
        programs.push_back(expander.ProgramOf(levels_.size() - 1, ends[i].from));
        programs.back().main.push_back(alphabet_.op(ends[i].letter));
      }
      run_(batches_ + batch, programs);
    });
    batches_ += batches;
    result_.programs += ends.size();
  }

  void LastLevel() {
    std::mutex mutex;
    InParallel(0, Blocks(), [&](Expander& expander, size_t block) {
      Found found;
      expander.Expand(block * kBlock, std::min((block + 1) * kBlock, level().size()),
                      /*last=*/true, &found);
      run_(batches_ + block, found.programs);
      const std::lock_guard lock(mutex);
      Count(found);
      result_.programs += found.programs.size();
    });
    Over();
  }

  const ExploreOptions& options_;
  const RunBatch& run_;
  const Alphabet alphabet_;
  Levels levels_;  // the expanders refer to it
  std::vector<std::unique_ptr<Expander>> expanders_;
  StateSet states_;
  uint64_t batches_ = 0;
  Explored result_;
};

}  // namespace

Explored Explore(const ExactRules& rules, const ExploreOptions& options, const RunBatch& run) {
  return Explorer(rules, options, run).Run();
}

}  // namespace ouro
