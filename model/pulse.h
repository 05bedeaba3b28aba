// SPDX-License-Identifier: Apache-2.0

// A pulse shows another process how far a trial has come, in memory that both map: a counter, and
// whether the collector is running or our own code. So a supervisor can time the collector alone,
// however long the judge takes for a large program. A transcript tail is the end of the trial's
// transcript in such memory: it survives a crash.
//
// Place: between trials and the processes that supervise them. The collector can overwrite this
// memory, so nothing read from it decides more than "it is alive", and text is for people only.

#ifndef MODEL_PULSE_H_
#define MODEL_PULSE_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "model/program.h"

namespace ouro {

struct Pulse {
  std::atomic<uint64_t> beats = 0;         // how often the collector has been entered
  std::atomic<bool> in_collector = false;  // the collector is running, not our own code
  std::atomic<uint8_t> op = 0;             // the OpCode that is being executed

  // Around every call into the collector, and reversed around every event. Lock-free. There is one
  // writer, so the increment need not be atomic.
  void Enter() {
    beats.store(beats.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    in_collector.store(true, std::memory_order_relaxed);
  }
  void Leave() { in_collector.store(false, std::memory_order_relaxed); }
};

// Measures how long a collector has made no progress. It samples the pulse whenever it is asked;
// one thread uses it.
class PulseClock {
 public:
  using Clock = std::chrono::steady_clock;

  // Starts over: time before now does not count.
  void Restart() { beat_ = alone_ = Clock::now(); }

  // Whether the collector has run for `limit` without a beat; or there was no beat at all for
  // twenty times as long, which means that our own code hangs.
  bool Stuck(const Pulse& pulse, Clock::duration limit) {
    const auto now = Clock::now();
    const uint64_t beats = pulse.beats.load();
    if (beats != beats_) beat_ = now;
    if (beats != beats_ || !pulse.in_collector.load()) alone_ = now;
    beats_ = beats;
    return now - alone_ >= limit || now - beat_ >= 20 * limit;
  }

 private:
  uint64_t beats_ = 0;
  Clock::time_point beat_ = Clock::now();   // when the last beat was seen
  Clock::time_point alone_ = Clock::now();  // since when the collector runs without interruption
};

// A ring buffer of text with one writer; another process may read it once the writer is dead.
class TranscriptTail {
 public:
  static constexpr size_t kSize = size_t{1} << 18;  // bytes; older text is overwritten

  void Clear() { written_.store(0); }

  void Add(std::string_view text) {
    uint64_t at = written_.load(std::memory_order_relaxed);
    for (size_t done = 0; done < text.size();) {
      const size_t begin = static_cast<size_t>(at % kSize);
      const size_t part = std::min(text.size() - done, kSize - begin);
      std::memcpy(ring_.data() + begin, text.data() + done, part);
      done += part;
      at += part;
    }
    written_.store(at, std::memory_order_release);
  }

  // The text that is left, in whole lines; "..." first if older text was overwritten.
  std::string Text() const {
    const uint64_t end = written_.load(std::memory_order_acquire);
    const uint64_t begin = end > kSize ? end - kSize : 0;
    std::string text;
    for (uint64_t at = begin; at < end; ++at) text += ring_[static_cast<size_t>(at % kSize)];
    if (begin > 0) text = "...\n" + text.substr(text.find('\n') + 1);
    return text.substr(0, text.rfind('\n') + 1);
  }

 private:
  std::atomic<uint64_t> written_ = 0;
  std::array<char, kSize> ring_;
};

}  // namespace ouro

#endif  // MODEL_PULSE_H_
