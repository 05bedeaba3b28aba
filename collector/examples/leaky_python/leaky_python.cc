// SPDX-License-Identifier: Apache-2.0

// "Debugging a leaky Python", replayed on our heap: an article by Luca Invernizzi (April 2011), on
// CPython 2.6. Its example makes an object whose class has a destructor, without and with a
// reference to itself, and prints what happens to it. This prints the same, line by line.
//
// Place: a program of its own on collector/heap, and an example of how to embed that. Its twin
// leaky_python.py does the same on a real CPython 2; leaky_python_test.py compares the two.

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include "collector/heap/heap.h"

namespace ouro {
namespace {

// An instance and the dict of its attributes are two objects, as in CPython 2: the cycle goes
// through both, and both are uncollectable.
struct Instance {
  heap::Object dict;
};
struct Dict {
  heap::Object self;  // the only key that the example uses
};

// As much of an interpreter as the example needs.
class LeakyPython {
 public:
  LeakyPython(const heap::Rules& rules, bool stats) : heap_(rules) {
    instance_type_ = heap_.Register({
        .name = "ClassyClass",
        .size = sizeof(Instance),
        .alignment = alignof(Instance),
        .references = {offsetof(Instance, dict)},
        .finalize = [](heap::Heap&, heap::Object) { Say("I have been garbage collected"); },
    });
    dict_type_ = heap_.Register({.name = "dict",
                                 .size = sizeof(Dict),
                                 .alignment = alignof(Dict),
                                 .references = {offsetof(Dict, self)}});
    heap_.SetDebugOutput(
        [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); });
    heap_.SetDebug(heap::kDebugLeak | (stats ? heap::kDebugStats : 0));
  }

  void WithoutSelfReference() {
    Say("\n== Without self reference ==");
    const heap::Object it = MakeInstance();
    heap_.Release(it);
    ShowGarbage();
  }

  void WithSelfReference() {
    Say("\n== With self reference ==");
    const heap::Object it = MakeInstance();
    MakeSelfReference(it);
    heap_.Release(it);
    ShowGarbage();
    Say("= Forcing full collection =");
    heap_.Collect();
    ShowGarbage();
  }

  // CPython 2 collects once more before the process ends: destructors are not guaranteed at exit.
  // Nor does the heap run any when it is destroyed.
  void Exit() { heap_.Collect(); }

 private:
  static void Say(const char* line) { std::printf("%s\n", line); }

  heap::Object New(heap::TypeId type) {
    const heap::Object object = heap_.New(type);
    heap::Check(object != heap::kNull, "no memory for a few objects");
    return object;
  }
  template <typename T>
  T& Payload(heap::Object object) const {
    return *static_cast<T*>(heap_.Payload(object));
  }

  heap::Object MakeInstance() {
    Say("I live!");
    return New(instance_type_);
  }
  // The dict is made with the first attribute.
  void MakeSelfReference(heap::Object instance) {
    const heap::Object dict = New(dict_type_);
    heap_.Store(Payload<Dict>(dict).self, instance);
    heap_.Store(Payload<Instance>(instance).dict, dict);
    heap_.Release(dict);
    Say("I point to myself");
  }

  void ShowGarbage() const {
    std::string list;
    for (size_t k = 0; k < heap_.garbage_size(); ++k) {
      list += (k == 0 ? "" : ", ") + Representation(heap_.Garbage(k));
    }
    std::printf("Uncollectable garbage [%s]\n", list.c_str());
  }
  // repr(object).
  std::string Representation(heap::Object object) const {
    if (heap_.TypeOf(object) == dict_type_) {
      return "{'self': " + Representation(Payload<Dict>(object).self) + "}";
    }
    char text[64];
    std::snprintf(text, sizeof text, "<__main__.ClassyClass object at %p>", heap_.Payload(object));
    return text;
  }

  heap::Heap heap_;
  heap::TypeId instance_type_;
  heap::TypeId dict_type_;
};

int Main(int argc, char** argv) {
  CLI::App app(
      "The article \"Debugging a leaky Python\" on our heap: what CPython 2 does with an object\n"
      "that has a destructor, without and with a reference to itself.",
      "leaky_python");
  std::string version = "2.7";
  bool stats = false;
  app.add_option("--rules", version, "those of CPython 2.6 or 2.7")
      ->capture_default_str()
      ->check(CLI::IsMember({"2.6", "2.7"}));
  app.add_flag("--stats", stats, "gc.DEBUG_STATS too: show each collection, the one at exit too");
  app.footer("example: bazel run //collector:leaky_python -- --rules 2.6 --stats");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const bool is26 = version == "2.6";
  LeakyPython python({.finalizers = heap::Rules::Finalizers::kUncollectable,
                      .full_collection_waits = !is26,
                      .text_of_26 = is26},
                     stats);
  python.WithoutSelfReference();
  python.WithSelfReference();
  python.Exit();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  std::fputs("leaky_python: standard output cannot be written\n", stderr);
  return 2;
}

}  // namespace
}  // namespace ouro

int main(int argc, char** argv) { return ouro::Main(argc, argv); }
