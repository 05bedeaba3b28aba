// SPDX-License-Identifier: Apache-2.0

// Debug output: the text of gc.set_debug, byte for byte (section 9, experiments D1 to D4).
//
// It allocates nothing and throws nothing: observing a collection does not change it.

#include <algorithm>
#include <chrono>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collector/heap/heap.h"
#include "collector/heap/heap_inl.h"

namespace ouro::heap {

namespace {

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A line built with printf, truncated to its buffer; every line of the heap fits, even with a time
// of 310 digits.
class Line {
 public:
  [[gnu::format(printf, 2, 3)]] Line& Add(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(text_ + size_, sizeof text_ - size_, format, arguments);
    va_end(arguments);
    size_ = std::min(size_ + static_cast<size_t>(std::max(length, 0)), sizeof text_ - 1);
    return *this;
  }
  // An object without a payload is shown with its handle as address.
  Line& AddObject(const Heap& heap, const Type& type, Object object) {
    const void* payload = heap.Payload(object);
    if (payload == nullptr) payload = reinterpret_cast<const void*>(uintptr_t{object});
    if (type.instance && (heap.debug() & kDebugInstances) != 0) {
      return Add("<%.100s instance at %p>", type.name, payload);
    }
    return Add("<%.100s %p>", type.instance ? "instance" : type.name, payload);
  }
  std::string_view text() const { return {text_, size_}; }

 private:
  char text_[512];
  size_t size_ = 0;
};

}  // namespace

void Heap::SetDebugOutput(std::function<void(std::string_view)> write) {
  if (!write) {
    write = [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); };
  }
  write_ = std::make_shared<const std::function<void(std::string_view)>>(std::move(write));
}

void Heap::SetDebugClock(std::function<double()> clock) {
  if (!clock) clock = Seconds;
  clock_ = std::make_shared<const std::function<double()>>(std::move(clock));
}

void Heap::Write(std::string_view line) {
  RunUserCode([&] {
    const auto write = write_;
    try {
      (*write)(line);
    } catch (...) {
      ++debug_lost_;
    }
  });
}

double Heap::Time() {
  double time = 0;
  RunUserCode([&] {
    const auto clock = clock_;
    time = (*clock)();
  });
  return time;
}

// debug_cycle, debug_instance.
std::string Heap::Show(Object object) const {
  return std::string(Line().AddObject(*this, DescriptorOf(object).type, object).text());
}

void Heap::WriteStarted(int generation) {
  started_ = 0;
  if ((debug_ & kDebugStats) == 0) return;
  Write(Line().Add("gc: collecting generation %d...\n", generation).text());
  Line sizes;
  sizes.Add("gc: objects in each generation:");
  for (int i = 0; i < kGenerations; ++i) sizes.Add(" %zu", storage_.lists[i].members());
  Write(sizes.Add("\n").text());
  started_ = Time();
}

void Heap::WriteList(List list, const char* what, DebugFlags flag) {
  // 2.6 prints the elapsed time after each object; but it subtracts the value printed before, so
  // every second one is a point in time.
  const bool times = list == kTrash && rules_.text_of_26 && (debug_ & kDebugStats) != 0;
  if (!times && (debug_ & flag) == 0) return;
  const ObjectList& objects = storage_.lists[list];
  for (size_t i = 0; i < objects.size; ++i) {
    const Object object = objects.objects[i];
    if (object == kNull) continue;
    const Type& type = DescriptorOf(object).type;
    const bool instance = type.instance && (debug_ & kDebugInstances) != 0;
    if ((debug_ & flag) != 0 && (instance || (debug_ & kDebugObjects) != 0)) {
      Line line;
      Write(line.Add("gc: %s ", what).AddObject(*this, type, object).Add("\n").text());
    }
    if (times) {
      started_ = Time() - started_;
      Write(Line().Add("gc: %.4fs elapsed.\n", started_).text());
    }
  }
}

void Heap::WriteStopped(const Collection& collection) {
  Line line;
  line.Add("gc: done");
  if (collection.unreachable != 0) {
    line.Add(", %jd unreachable, %jd uncollectable", intmax_t{collection.unreachable},
             intmax_t{collection.uncollectable});
  }
  // No time if user code turned statistics on after the start.
  if (!rules_.text_of_26 && started_ != 0) line.Add(", %.4fs elapsed", Time() - started_);
  Write(line.Add(".\n").text());
}

}  // namespace ouro::heap
