// A pulse is what a trial shows of its progress to another process, in memory that both map: how
// far it is, and whose turn it is, the collector's or ours. So a clock elsewhere can run against
// the collector alone, however long the judge of a large program takes. A transcript tail is the
// end of its transcript, in such memory: what is left of it after a crash.
//
// Place: between trials and whoever watches them. The collector can write there, too: nothing that
// is read from it is believed beyond "it lives" and text for people.

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
  std::atomic<uint64_t> beats = 0;         // how often it was the collector's turn
  std::atomic<bool> in_collector = false;  // false: it is our own work that is done
  std::atomic<uint8_t> op = 0;             // the OpCode that is executed

  // It is the collector's turn, and ours. Only one process writes, so no increment need be atomic.
  void Enter() {
    beats.store(beats.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    in_collector.store(true, std::memory_order_relaxed);
  }
  void Leave() { in_collector.store(false, std::memory_order_relaxed); }
};

// Measures for how long a collector has not gone on. Looks at the pulse as often as it is asked.
class PulseClock {
 public:
  using Clock = std::chrono::steady_clock;

  // Nothing before now counts.
  void Restart() { beat_ = alone_ = Clock::now(); }

  // Whether it has been the collector's turn for that long without a beat; or anybody's for twenty
  // times as long: then our own work hangs.
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
  Clock::time_point beat_ = Clock::now();   // the last one
  Clock::time_point alone_ = Clock::now();  // since when it is the collector's turn
};

class TranscriptTail {
 public:
  static constexpr size_t kSize = size_t{1} << 18;  // bytes that are kept

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

  // Whole lines; the first one is "...", if there were more.
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
