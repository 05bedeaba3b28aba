// SPDX-License-Identifier: Apache-2.0

// A RecordingHeap is a heap with the user code of a test and a log of its events, with objects
// under the names that the test gives them: "finalize a free a".
//
// Place: tests of this folder only.

#ifndef COLLECTOR_HEAP_TESTING_RECORDING_HEAP_H_
#define COLLECTOR_HEAP_TESTING_RECORDING_HEAP_H_

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {

class RecordingHeap : public Listener {
 public:
  explicit RecordingHeap(const Rules& rules) : heap(rules, this, this) {}
  explicit RecordingHeap(Rules::Finalizers finalizers)
      : RecordingHeap(Rules{.finalizers = finalizers}) {}

  TypeId Register(Kind kind, bool has_finalizer = false) {
    Type type = Describe(kind);
    if (has_finalizer) {
      type.finalize = [](Heap& h, Object object) {
        RecordingHeap& recording = *static_cast<RecordingHeap*>(h.context());
        recording.Record("finalize " + recording.names[object]);
        recording.Run(recording.finalize, object);
      };
    }
    return heap.Register(type);
  }

  // An object, called `name` in the log.
  Object New(TypeId type, const std::string& name) { return Named(Make(heap, type), name); }
  Object NewWeak(Object target, const std::string& name, bool has_callback = true) {
    const auto called = [](Heap& h, Object weak) {
      RecordingHeap& recording = *static_cast<RecordingHeap*>(h.WeakContext(weak));
      EXPECT_EQ(h.Target(weak), kNull);
      recording.Called(weak);
    };
    return Named(has_callback ? heap.NewWeak(target, called, this) : heap.NewWeak(target), name);
  }
  Object NewTrash(TypeId type, const std::string& name) {
    const Object object = New(type, name);
    AddReference(heap, object, object);
    heap.Release(object);
    return object;
  }

  // For callbacks.
  void Called(Object weak) {
    Record("callback " + names[weak]);
    Run(callback, weak);
  }

  // Returns the log since the last call, in one line.
  std::string Log() { return std::exchange(log_, ""); }

  void Freed(Object object) override { Record("free " + names[object]); }
  void GarbageAppended(Object object) override { Record("garbage " + names[object]); }
  void CollectionStarted(int generation, bool automatic) override {
    if (!records_collections) return;
    Record((automatic ? "auto " : "collect ") + std::to_string(generation));
    if (started) started();
  }
  void CollectionStopped(const Collection& collection) override {
    if (!records_collections) return;
    last = collection;
    Record("done " + std::to_string(collection.unreachable));
    if (stopped) stopped();
  }

  // User code.
  std::function<void(Object)> finalize;
  std::function<void(Object)> callback;
  std::function<void()> started;
  std::function<void()> stopped;

  bool records_collections = false;
  Collection last;
  std::map<Object, std::string> names;
  Heap heap;

 private:
  Object Named(Object object, const std::string& name) {
    names[object] = name;
    return object;
  }
  void Record(const std::string& what) { log_ += (log_.empty() ? "" : " ") + what; }
  // Runs user code, whose log is put in brackets.
  void Run(const std::function<void(Object)> code, Object object) {  // which may replace itself
    if (!code) return;
    const std::string before = std::exchange(log_, "");
    code(object);
    log_ = before + (log_.empty() ? "" : " (" + log_ + ")");
  }

  std::string log_;
};

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_TESTING_RECORDING_HEAP_H_
