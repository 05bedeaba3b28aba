// SPDX-License-Identifier: Apache-2.0

// Snippets are the functions of kinds: compiled once in a process, kept as bytecode, and loaded in
// each heap that needs them.
//
// Place: between the tables of kinds and kinds.h.

#ifndef COLLECTOR_PEERS_DUKTAPE_SNIPPETS_H_
#define COLLECTOR_PEERS_DUKTAPE_SNIPPETS_H_

#include <duktape.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collector/peers/duktape/kinds_table_js.h"
#include "collector/peers/javascript/kinds.h"
#include "collector/peers/javascript/kinds_table_js.h"

namespace ouro {

// The tables, and the bytecode of what was compiled.
class Snippets {
 public:
  static Snippets& Get() {
    static Snippets* const snippets = new Snippets;
    return *snippets;
  }

  const std::vector<JsKind>& kinds() const { return table_.kinds; }
  const std::string& helpers() const { return table_.helpers; }

  // Evaluates the helpers, or the factory of a kind, and leaves its value on top. Returns whether
  // it could.
  bool PushHelpers(duk_context* context) {
    duk_push_string(context, DUK_HIDDEN_SYMBOL("unnamed"));
    duk_put_global_string(context, "unnamed");
    return Push(context, kHelpers, table_.helpers);
  }
  bool PushFunctions(duk_context* context, int kind) {
    return Push(context, kind, Factory(kinds()[static_cast<size_t>(kind)]));
  }

 private:
  static constexpr int kHelpers = -1;

  // All kinds that this version can make, with something that nobody else has as the content.
  Snippets() {
    ReadJsTable(kSharedKinds, "duktape", &table_);
    ReadJsTable(kDuktapeKinds, "duktape", &table_);
    duk_context* const heap = duk_create_heap_default();
    if (!PushHelpers(heap)) std::abort();
    std::vector<JsKind> usable;
    for (int kind = 0; kind < static_cast<int>(kinds().size()); ++kind) {
      if (Usable(heap, kind)) usable.push_back(kinds()[static_cast<size_t>(kind)]);
    }
    duk_destroy_heap(heap);
    table_.kinds = std::move(usable);
    bytecode_.clear();
  }

  bool Usable(duk_context* heap, int kind) {
    const duk_idx_t top = duk_get_top(heap);
    bool usable = PushFunctions(heap, kind);
    if (usable) {
      duk_get_prop_index(heap, -1, JsKind::kMake);
      duk_push_bare_object(heap);
      duk_push_int(heap, 0);
      usable = duk_pcall(heap, 2) == DUK_EXEC_SUCCESS && !duk_is_undefined(heap, -1);
    }
    duk_set_top(heap, top);
    return usable;
  }

  bool Push(duk_context* context, int kind, const std::string& text) {
    auto [code, first] = bytecode_.try_emplace(kind);
    if (first) {
      if (duk_pcompile_lstring(context, DUK_COMPILE_EVAL, text.data(), text.size()) != 0)
        return false;
      duk_dump_function(context);
      duk_size_t size = 0;
      const auto* bytes = static_cast<const char*>(duk_get_buffer(context, -1, &size));
      code->second.assign(bytes, size);
    } else {
      std::memcpy(duk_push_fixed_buffer(context, code->second.size()), code->second.data(),
                  code->second.size());
    }
    duk_load_function(context);
    return duk_pcall(context, 0) == DUK_EXEC_SUCCESS;
  }

  JsTable table_;
  std::map<int, std::string> bytecode_;
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_DUKTAPE_SNIPPETS_H_
