#include "fuzz/campaign/worker_slot.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "fuzz/files.h"
#include "model/check.h"

namespace ouro {
namespace {

struct Header {
  static constexpr uint32_t kMagic = 0x6f75'726f;

  uint32_t magic = kMagic;
  Message::Kind kind = Message::Kind::kNew;
  uint16_t program = 0;  // bytes that follow
  uint16_t text = 0;     // and after those
  uint64_t index = 0;
  uint64_t sum = 0;  // of what follows
};

constexpr size_t kMaxText = PIPE_BUF - sizeof(Header) - kProgramBytes;
static_assert(sizeof(Header) + kProgramBytes + 200 <= PIPE_BUF);

// 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, 128 and more: a bit for each.
constexpr std::array<uint8_t, 256> kMagnitudes = [] {
  std::array<uint8_t, 256> magnitudes{};
  for (int count = 1; count < 256; ++count) {
    const int bit = count < 4     ? count - 1
                    : count < 8   ? 3
                    : count < 16  ? 4
                    : count < 32  ? 5
                    : count < 128 ? 6
                                  : 7;
    magnitudes[static_cast<size_t>(count)] = static_cast<uint8_t>(1 << bit);
  }
  return magnitudes;
}();

}  // namespace

bool Merge(const uint8_t* counts, size_t size, uint8_t* reached) {
  bool fresh = false;
  for (size_t word = 0; word < size; word += 8) {
    uint64_t any;  // most are zero, eight at a time
    std::memcpy(&any, counts + word, 8);
    if (any == 0) continue;
    for (size_t i = word; i < word + 8; ++i) {
      const uint8_t with = reached[i] | kMagnitudes[counts[i]];
      fresh |= with != reached[i];
      reached[i] = with;
    }
  }
  return fresh;
}

size_t CountReached(const uint8_t* reached, size_t size) {
  return size - static_cast<size_t>(std::count(reached, reached + size, 0));
}

WorkerSlots::~WorkerSlots() {
  if (slots_ != nullptr) munmap(slots_, size_ * sizeof(WorkerSlot));
}

std::string WorkerSlots::Open(const std::string& path, size_t slots) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return path + ": " + std::strerror(errno);
  struct stat file = {};
  int error = fstat(fd, &file) == 0 ? 0 : errno;
  size_ = std::max(slots, static_cast<size_t>(file.st_size) / sizeof(WorkerSlot));
  const size_t bytes = size_ * sizeof(WorkerSlot);
  if (error == 0) error = posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  void* shared = MAP_FAILED;
  if (error == 0) shared = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (error == 0 && shared == MAP_FAILED) error = errno;
  close(fd);
  if (error != 0) return path + ": " + std::strerror(error);
  path_ = path;
  slots_ = static_cast<WorkerSlot*>(shared);
  return "";
}

uint64_t WorkerSlots::Sum(std::atomic<uint64_t> WorkerSlot::*count) const {
  uint64_t sum = 0;
  for (size_t i = 0; i < size_; ++i) sum += (slots_[i].*count).load();
  return sum;
}

uint64_t WorkerSlots::Slowest() const {
  uint64_t slowest = 0;
  for (size_t i = 0; i < size_; ++i) slowest = std::max(slowest, slots_[i].slowest.load());
  return slowest;
}

Reached WorkerSlots::AllReached() const {
  Reached all;
  std::vector<uint8_t> features(FeatureCounter::kSize);
  std::vector<uint8_t> covered(kMaxEdges);
  for (size_t i = 0; i < size_; ++i) {
    const WorkerSlot& slot = slots_[i];
    all.situations |= slot.situations.load();
    all.all_edges = std::max<size_t>(all.all_edges, slot.edges.load());
    for (size_t k = 0; k < features.size(); ++k) features[k] |= slot.features[k];
    for (size_t k = 0; k < covered.size(); ++k) covered[k] |= slot.covered[k];
  }
  all.features = CountReached(features.data(), features.size());
  all.edges = CountReached(covered.data(), covered.size());
  return all;
}

bool Send(int fd, const Message& message) {
  CHECK(message.program.size() <= kProgramBytes);
  std::string payload(message.program.begin(), message.program.end());
  payload += message.text.substr(0, kMaxText);
  Header header;
  header.kind = message.kind;
  header.program = static_cast<uint16_t>(message.program.size());
  header.text = static_cast<uint16_t>(payload.size() - message.program.size());
  header.index = message.index;
  header.sum = HashOf(payload);
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
  const bool sound = header.magic == Header::kMagic && header.kind <= Message::Kind::kNew &&
                     header.program <= kProgramBytes && header.text <= kMaxText;
  const size_t size = size_t{header.program} + header.text;
  if (sound && inbox->size() < sizeof(header) + size) return ReceiveResult::kNone;
  const std::string payload = sound ? inbox->substr(sizeof(header), size) : "";
  if (!sound || HashOf(payload) != header.sum) {
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
