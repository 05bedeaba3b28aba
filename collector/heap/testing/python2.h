// SPDX-License-Identifier: Apache-2.0

// A miniature Python 2: lists, dicts and instances as objects of a heap with recorded debug output
// and a fixed clock, to repeat experiments.
//
// Place: part of debug_test.

#ifndef COLLECTOR_HEAP_TESTING_PYTHON2_H_
#define COLLECTOR_HEAP_TESTING_PYTHON2_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "collector/heap/heap.h"

namespace ouro::heap {

// A list or a dict.
struct Pair {
  Object first;
  Object second;
};
// An instance, whose attributes are in a dict, if it has any.
struct Instance {
  Object dict;
};

class Python {
 public:
  explicit Python(bool is26)
      : heap_({.finalizers = Rules::Finalizers::kUncollectable,
               .full_collection_waits = !is26,
               .text_of_26 = is26},
              this),
        is26_(is26) {
    list_ = RegisterPair("list");
    dict_ = RegisterPair("dict");
    heap_.SetDebugOutput([this](std::string_view line) {
      EXPECT_EQ(line.find('\n'), line.size() - 1) << "it is not a line: " << line;
      text_ += line;
    });
    // Each reading takes half a second.
    heap_.SetDebugClock([this] { return (now_ += 0.5) - 0.5; });
  }

  Heap& heap() { return heap_; }
  void Print(std::string_view text) { text_ += text; }

  // "\n" and what was written, as raw strings begin with one.
  std::string text() const { return '\n' + text_; }

  // `text` with addresses instead of names.
  std::string Expected(std::string text) const {
    for (const auto& [name, object] : names_) {
      const std::string shown = heap_.Show(object);
      const std::string address = shown.substr(shown.rfind(' ') + 1);  // and '>'
      const std::string mark = '$' + name + '>';
      for (size_t at; (at = text.find(mark)) != std::string::npos;) {
        text.replace(at, mark.size(), address);
      }
    }
    EXPECT_EQ(text.find('$'), std::string::npos) << text;
    return text;
  }

  // The garbage list, by name.
  std::string Garbage() const {
    std::string list;
    for (size_t k = 0; k < heap_.garbage_size(); ++k) {
      for (const auto& [name, object] : names_) {
        if (object == heap_.Garbage(k)) list += (list.empty() ? "" : " ") + name;
      }
    }
    return list;
  }

  Object Name(const std::string& name, Object object) { return names_[name] = object; }
  Object MakeList(const std::string& name) { return Name(name, heap_.New(list_)); }
  Object MakeDict(const std::string& name) { return Name(name, heap_.New(dict_)); }
  Pair& Items(Object list) { return *static_cast<Pair*>(heap_.Payload(list)); }
  Object DictOf(Object instance) { return static_cast<Instance*>(heap_.Payload(instance))->dict; }
  void Drop(Object object) { heap_.Release(object); }

  // list[0] = list
  Object MakeListCycle(const std::string& name) {
    const Object list = MakeList(name);
    heap_.Store(Items(list).first, list);
    return list;
  }

  Object MakeInstance(const std::string& name, const Type& type) {
    Type complete = type;
    complete.size = sizeof(Instance);
    complete.references = {offsetof(Instance, dict)};
    return Name(name, heap_.New(heap_.Register(complete)));
  }
  // With itself as an attribute. 2.6 tracks the dict of an old-style instance at once, before the
  // instance; 2.7 when it references something tracked.
  Object MakeInstanceCycle(const std::string& name, const Type& type) {
    const bool dict_first = is26_ && type.instance;
    Object dict = dict_first ? MakeDict(name + ".dict") : kNull;
    const Object instance = MakeInstance(name, type);
    if (!dict_first) dict = MakeDict(name + ".dict");
    heap_.Store(static_cast<Instance*>(heap_.Payload(instance))->dict, dict);
    heap_.Store(Items(dict).first, instance);
    heap_.Release(dict);
    return instance;
  }

  // What experiment D3 collects: mk().
  void MakeTrash() {
    const auto silent = [](Heap&, Object) {};
    Drop(MakeListCycle("l"));
    Drop(MakeInstanceCycle("o", {.name = "Obj"}));
    Drop(MakeInstanceCycle("x", {.name = "Old", .instance = true}));
    const Object y = MakeInstanceCycle("y", {.name = "OldD", .instance = true, .finalize = silent});
    const Object leaf = MakeList("y.l");
    heap_.Store(Items(DictOf(y)).second, leaf);
    Drop(leaf);
    Drop(y);
    Drop(MakeInstanceCycle("z", {.name = "D", .finalize = silent}));
    const Object a = MakeInstanceCycle("a", {.name = "Obj"});
    keep_ = heap_.NewWeak(
        a, [](Heap& heap, Object) { PythonOf(heap).Print("<callback>\n"); }, nullptr);
    Drop(a);
    const Object b = MakeListCycle("b");
    const auto loud = [](Heap& heap, Object) { PythonOf(heap).Print("<F.__del__>\n"); };
    const Object f = MakeInstance("f", {.name = "F", .finalize = loud});
    heap_.Store(Items(b).second, f);
    Drop(f);
    Drop(b);
  }

  static Python& PythonOf(Heap& heap) { return *static_cast<Python*>(heap.context()); }

 private:
  TypeId RegisterPair(const char* name) {
    return heap_.Register({.name = name,
                           .size = sizeof(Pair),
                           .references = {offsetof(Pair, first), offsetof(Pair, second)}});
  }

  Heap heap_;
  const bool is26_;
  TypeId list_;
  TypeId dict_;
  std::map<std::string, Object> names_;
  std::string text_;
  double now_ = 1000;
  Object keep_ = kNull;
};

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_TESTING_PYTHON2_H_
