// SPDX-License-Identifier: Apache-2.0

// The adapter of CRuby with kinds, in this process: the embedded VM runs the text of kinds.rb and
// its tables, once in a process, with the options of the first adapter.
//
// Place: the second source of the peer `ruby`, a text peer (text_peer.h). At most one adapter
// exists at a time.

#ifdef OURO_HAVE_RUBY

#include "collector/peers/ruby/ruby_kinds.h"

#include <dlfcn.h>
#include <ruby.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collector/peers/ruby/kinds_rb.h"
#include "collector/peers/text_peer.h"
#include "model/check.h"

namespace ouro {
namespace {

class RubyKinds;
RubyKinds* living = nullptr;

class RubyKinds final : public TextPeer {
 public:
  RubyKinds(Observer& observer, const std::string& options, const std::vector<KindId>& kinds);
  ~RubyKinds() override {
    Say("reset");
    living = nullptr;
  }

  // Called by the adapter.
  void Write(std::string_view text) { Hear(text); }
  const char* Read() const { return LineAfterScript(); }

 protected:
  void Say(const std::string& line) override;
};

// Extensions that a kind requires look for the VM's functions among those of the whole process.
void ShowVm() {
  Dl_info vm;
  if (dladdr(reinterpret_cast<void*>(&ruby_init), &vm) == 0) return;
  dlopen(vm.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_GLOBAL);
}

VALUE Read(VALUE) { return rb_utf8_str_new_cstr(living->Read()); }

VALUE Write(VALUE, VALUE text) {
  if (living != nullptr) {
    living->Write({RSTRING_PTR(text), static_cast<size_t>(RSTRING_LEN(text))});
  }
  return Qnil;
}

// Of the fiber that runs.
VALUE Wipe(VALUE) {
  WipeStack();
  return Qnil;
}

bool RunAdapter(const std::string& options) {
  ShowVm();
  StartRuby();
  setenv("OURO_OPTIONS", options.c_str(), 1);
  const VALUE lines = rb_define_module("Lines");
  rb_define_singleton_method(lines, "read", Read, 0);
  rb_define_singleton_method(lines, "write", Write, 1);
  rb_define_singleton_method(lines, "wipe", Wipe, 0);
  int failed = 0;
  rb_eval_string_protect(kRubyKindsText, &failed);
  return failed == 0;
}

RubyKinds::RubyKinds(Observer& observer, const std::string& options,
                     const std::vector<KindId>& kinds)
    : TextPeer(observer, "ruby") {
  static const std::string first = options;
  static const bool runs = RunAdapter(options);
  CHECK(runs && living == nullptr);
  living = this;
  Begin(kinds);
  if (first != options) Fail("has been asked for other kinds in this process", options);
}

// Everything that may raise is called through rb_protect.
void RubyKinds::Say(const std::string& line) {
  const auto call = [](VALUE text) {
    const auto& words = *reinterpret_cast<const std::string*>(text);
    static const VALUE kHeap = rb_const_get(rb_cObject, rb_intern("Heap"));
    return rb_funcall(kHeap, rb_intern("perform"), 1,
                      rb_utf8_str_new(words.data(), static_cast<long>(words.size())));
  };
  int failed = 0;
  rb_protect(call, reinterpret_cast<VALUE>(&line), &failed);
  if (failed != 0) {
    rb_set_errinfo(Qnil);
    Fail("left an exception", line);
  }
  WipeStack();
}

std::vector<std::string> List(const std::string& options) {
  DeafObserver observer;
  return RubyKinds(observer, options, {}).Kinds();
}

std::unique_ptr<Collector> Make(Observer& observer, const std::string& options,
                                const std::vector<KindId>& kinds) {
  return std::make_unique<RubyKinds>(observer, options, kinds);
}

std::string Prelude(const std::vector<std::string>& notes) {
  DeafObserver observer;
  return RubyKinds(observer, "kinds", {}).Prelude(notes);
}

}  // namespace

const LibraryKinds kRubyKinds = {
    .list = List, .make = Make, .language = "ruby", .prelude = Prelude};

}  // namespace ouro

#endif  // OURO_HAVE_RUBY
