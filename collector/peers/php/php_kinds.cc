// SPDX-License-Identifier: Apache-2.0

// The adapter of PHP with kinds, in this process: the embedded engine runs the text of kinds.php
// and its tables.
//
// Place: the second source of the peer `php`, a text peer (text_peer.h). One engine serves all
// adapters of a process; at most one adapter exists at a time.

#ifdef OURO_HAVE_PHP

#include "collector/peers/php/php_kinds.h"

#include <dlfcn.h>
#include <malloc.h>
#include <sapi/embed/php_embed.h>
#include <unistd.h>
#include <zend_exceptions.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/peers/php/kinds_php.h"
#include "collector/peers/text_peer.h"
#include "model/check.h"

namespace ouro {
namespace {

class PhpKinds;
PhpKinds* living = nullptr;

class PhpKinds final : public TextPeer {
 public:
  PhpKinds(Observer& observer, const std::string& options, const std::vector<KindId>& kinds);
  ~PhpKinds() override {
    Say("reset");
    living = nullptr;
  }

  // Called by the adapter.
  void Write(std::string_view text) { Hear(text); }
  const char* Read() const { return LineAfterScript(); }

 protected:
  void Say(const std::string& line) override { Call("perform", line); }

 private:
  void Call(const char* function, const std::string& argument);
};

// ---- What the adapter calls ---------------------------------------------------------------------

ZEND_BEGIN_ARG_INFO_EX(kRead, 0, 0, 0)
ZEND_END_ARG_INFO()
ZEND_BEGIN_ARG_INFO_EX(kWrite, 0, 0, 1)
ZEND_ARG_INFO(0, answer)
ZEND_END_ARG_INFO()

void Read(zend_execute_data*, zval* return_value) { RETVAL_STRING(living->Read()); }

void Write(zend_execute_data* execute_data, zval*) {
  zend_string* answer = nullptr;
  ZEND_PARSE_PARAMETERS_START(1, 1)
  Z_PARAM_STR(answer)
  ZEND_PARSE_PARAMETERS_END();
  if (living != nullptr) living->Write({ZSTR_VAL(answer), ZSTR_LEN(answer)});
}

const zend_function_entry kFunctions[] = {ZEND_FENTRY(read, Read, kRead, 0)
                                              ZEND_FENTRY(write, Write, kWrite, 0) ZEND_FE_END};

// ---- The engine ---------------------------------------------------------------------------------

// Freed memory is overwritten, so that its use does not go unnoticed: the engine asks the system
// for each block, if it has not been started before, and the system overwrites.
void PoisonFreedMemory() {
  constexpr int kPoison = 165;
  constexpr int kKept = 1 << 28;  // bytes that the system does not ask back after each program
  setenv("USE_ZEND_ALLOC", "0", 1);
  mallopt(M_PERTURB, kPoison);
  mallopt(M_TRIM_THRESHOLD, kKept);
}

// Extensions that a kind loads look for the engine's functions among those of the whole process.
void ShowEngine() {
  Dl_info engine;
  if (dladdr(reinterpret_cast<void*>(&php_embed_init), &engine) == 0) return;
  dlopen(engine.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_GLOBAL);
}

// The adapter is at the bottom of the stack while its text is executed: its variables are global.
bool RunAdapter() {
  PoisonFreedMemory();
  ShowEngine();
  php_embed_module.ub_write = [](const char* text, size_t size) -> size_t {
    return write(STDERR_FILENO, text, size) < 0 ? 0 : size;
  };
  if (!StartPhp()) return false;
  if (zend_register_functions(nullptr, kFunctions, nullptr, MODULE_PERSISTENT) != SUCCESS) {
    return false;
  }
  const std::string text = std::string("?>") + kPhpKindsText;
  zend_execute_data* const frame = EG(current_execute_data);
  EG(current_execute_data) = nullptr;
  const bool run = zend_eval_stringl(text.data(), text.size(), nullptr, "kinds") == SUCCESS;
  EG(current_execute_data) = frame;
  return run && EG(exception) == nullptr;
}

PhpKinds::PhpKinds(Observer& observer, const std::string& options, const std::vector<KindId>& kinds)
    : TextPeer(observer, "php") {
  static int adapted = -1;  // the request that knows the adapter
  if (std::exchange(adapted, PhpRequest()) != PhpRequest()) CHECK(RunAdapter());
  CHECK(living == nullptr);
  living = this;
  Call("choose_kinds", options);
  Begin(kinds);
}

void PhpKinds::Call(const char* function, const std::string& argument) {
  auto* const code = static_cast<zend_function*>(
      zend_hash_str_find_ptr(EG(function_table), function, std::strlen(function)));
  zval parameter, result;
  ZVAL_STRINGL(&parameter, argument.data(), argument.size());
  zend_call_known_function(code, nullptr, nullptr, &result, 1, &parameter, nullptr);
  zval_ptr_dtor(&parameter);
  if (EG(exception) == nullptr) return;
  zend_clear_exception();
  Fail("left an exception", argument);
}

// ---- The entry ----------------------------------------------------------------------------------

std::vector<std::string> List(const std::string& options) {
  DeafObserver observer;
  return PhpKinds(observer, options, {}).Kinds();
}

std::unique_ptr<Collector> Make(Observer& observer, const std::string& options,
                                const std::vector<KindId>& kinds) {
  return std::make_unique<PhpKinds>(observer, options, kinds);
}

std::string Prelude(const std::vector<std::string>& notes) {
  DeafObserver observer;
  return PhpKinds(observer, "", {}).Prelude(notes);
}

}  // namespace

const LibraryKinds kPhpKinds = {.list = List, .make = Make, .language = "php", .prelude = Prelude};

}  // namespace ouro

#endif  // OURO_HAVE_PHP
