// SPDX-License-Identifier: Apache-2.0

// A channel carries messages from a worker to its supervisor through a pipe: framed, checked by a
// hash, and each in one write, so that a worker that dies has sent a message whole or not at all.
//
// Place: beside the worker slot, which holds state. The collector under test runs in the worker and
// can write into the pipe, too; the receiver trusts nothing that does not check.

#ifndef FUZZ_CAMPAIGN_CHANNEL_H_
#define FUZZ_CAMPAIGN_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ouro {

// The longest program, in byte form, that a message or a worker slot holds. With its frame and a
// signature it fits PIPE_BUF, the most that a pipe takes in one piece.
inline constexpr size_t kMaxProgramBytes = 3840;

struct Message {
  enum class Kind : uint8_t {
    kConvicted,    // the program was unlawful: `text` is the signature
    kObserved,     // the program is in the sample: `text` is a Measured, see observation.h
    kRefused,      // merges: what a file contains is not what it should be
    kNewCoverage,  // the program reached something new; the last of the kinds
  };
  Kind kind = Kind::kNewCoverage;
  // Generators: the program's index in its sequence. libFuzzer: how many programs this slot had run
  // before it. Merges: of a file in a list.
  uint64_t index = 0;
  std::vector<uint8_t> program;  // of libFuzzer; merges: features, see merge_worker.h
  std::string text;              // cut where it is too long for one write
};

// Returns false if nobody reads the pipe any more. Blocks while the pipe is full.
// REQUIRES: the program has at most kMaxProgramBytes.
bool Send(int fd, const Message& message);

enum class ReceiveResult : uint8_t {
  kMessage,
  kNone,       // no whole message is there yet; the inbox is unchanged
  kMalformed,  // something else wrote into the pipe; the inbox is emptied
};

// Removes the first message from the bytes that came through the pipe.
ReceiveResult Receive(std::string* inbox, Message* message);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_CHANNEL_H_
