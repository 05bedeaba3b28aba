// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/channel.h"

#include <limits.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fuzz/hash.h"
#include "model/check.h"

namespace ouro {
namespace {

struct Header {
  static constexpr uint32_t kMagic = 0x6f75'726f;

  uint32_t magic = kMagic;
  Message::Kind kind = Message::Kind::kNewCoverage;
  uint16_t program = 0;  // bytes of it, which follow the header
  uint16_t text = 0;     // bytes of it, which follow the program
  uint64_t index = 0;
  uint64_t hash = 0;  // of program and text
};

constexpr size_t kMaxText = PIPE_BUF - sizeof(Header) - kMaxProgramBytes;
static_assert(sizeof(Header) + kMaxProgramBytes + 200 <= PIPE_BUF, "no room for a signature");

}  // namespace

bool Send(int fd, const Message& message) {
  CHECK(message.program.size() <= kMaxProgramBytes);
  std::string payload(message.program.begin(), message.program.end());
  payload += message.text.substr(0, kMaxText);
  Header header;
  header.kind = message.kind;
  header.program = static_cast<uint16_t>(message.program.size());
  header.text = static_cast<uint16_t>(payload.size() - message.program.size());
  header.index = message.index;
  header.hash = HashOf(payload);
  std::string whole(sizeof(header), '\0');
  std::memcpy(whole.data(), &header, sizeof(header));
  whole += payload;
  ssize_t written;
  do {
    written = write(fd, whole.data(), whole.size());
  } while (written < 0 && errno == EINTR);
  return written == static_cast<ssize_t>(whole.size());
}

ReceiveResult Receive(std::string* inbox, Message* message) {
  Header header;
  if (inbox->size() < sizeof(header)) return ReceiveResult::kNone;
  std::memcpy(&header, inbox->data(), sizeof(header));
  const bool sound = header.magic == Header::kMagic && header.kind <= Message::Kind::kNewCoverage &&
                     header.program <= kMaxProgramBytes && header.text <= kMaxText;
  const size_t size = size_t{header.program} + header.text;
  if (sound && inbox->size() < sizeof(header) + size) return ReceiveResult::kNone;
  const std::string payload = sound ? inbox->substr(sizeof(header), size) : "";
  if (!sound || HashOf(payload) != header.hash) {
    inbox->clear();
    return ReceiveResult::kMalformed;
  }
  inbox->erase(0, sizeof(header) + size);
  message->kind = header.kind;
  message->index = header.index;
  message->program.assign(payload.begin(), payload.begin() + header.program);
  message->text = payload.substr(header.program);
  return ReceiveResult::kMessage;
}

}  // namespace ouro
