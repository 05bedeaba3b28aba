// Debug output: the text of gc.set_debug, byte for byte (section 9, experiments D1 to D4).

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "collector/heap/heap.h"

namespace ouro::heap {

namespace {

// A line that printf would print.
[[gnu::format(printf, 1, 2)]] std::string Line(const char* format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return std::string(text, std::min<size_t>(static_cast<size_t>(length), sizeof text - 1));
}

}  // namespace

void Heap::SetDebugOutput(std::function<void(std::string_view)> write) {
  write_ = std::move(write);
}

void Heap::SetDebugClock(std::function<double()> clock) { clock_ = std::move(clock); }

// debug_cycle, debug_instance. The address of an object without a payload is its name.
std::string Heap::Show(Object object) const {
  const Type& type = DescriptorOf(object).type;
  const void* payload = Payload(object);
  if (payload == nullptr) payload = reinterpret_cast<const void*>(uintptr_t{object});
  const bool instance = type.instance;
  if (instance && (debug_ & kDebugInstances) != 0) {
    return Line("<%.100s instance at %p>", type.name, payload);
  }
  return Line("<%.100s %p>", instance ? "instance" : type.name, payload);
}

void Heap::SayStarted(int generation) {
  started_ = 0;
  if ((debug_ & kDebugStats) == 0) return;
  write_(Line("gc: collecting generation %d...\n", generation));
  std::string sizes = "gc: objects in each generation:";
  for (int i = 0; i < kGenerations; ++i) {
    sizes += ' ' + std::to_string(storage_.lists[i].members());
  }
  write_(sizes + '\n');
  started_ = clock_();
}

void Heap::SayList(List list, const char* what, DebugFlags flag) {
  // 2.6 says after each object how long the collection has taken so far; but it takes the
  // difference to what it said before, so that every other one is a point in time.
  const bool times = list == kTrash && rules_.text_of_26 && (debug_ & kDebugStats) != 0;
  if (!times && (debug_ & flag) == 0) return;
  const NameList& objects = storage_.lists[list];
  for (size_t i = 0; i < objects.size; ++i) {
    const Object object = objects.names[i];
    if (object == kNull) continue;
    const bool instance = DescriptorOf(object).type.instance && (debug_ & kDebugInstances) != 0;
    if ((debug_ & flag) != 0 && (instance || (debug_ & kDebugObjects) != 0)) {
      write_(Line("gc: %s ", what) + Show(object) + '\n');
    }
    if (times) {
      started_ = clock_() - started_;
      write_(Line("gc: %.4fs elapsed.\n", started_));
    }
  }
}

void Heap::SayStopped(const Collection& collection) {
  std::string line = "gc: done";
  if (collection.unreachable != 0) {
    line += ", " + std::to_string(collection.unreachable) + " unreachable, " +
            std::to_string(collection.uncollectable) + " uncollectable";
  }
  // No time if user code has asked for statistics when the collection had started.
  if (!rules_.text_of_26 && started_ != 0) line += Line(", %.4fs elapsed", clock_() - started_);
  write_(line + ".\n");
}

}  // namespace ouro::heap
