// SPDX-License-Identifier: Apache-2.0

// The kinds of GObject: the ways in which GLib and GIO hold a reference to an object. Each is a row
// of small functions: what a holder of an object is, how its content is read, put in again, taken
// out, how it is dropped, and what else may be done to it.
//
// Place: the table of gobject.cc, a part of it. To add a kind, add a row to kEdges. A holder is
// any pointer. `put` and `take` may be null: then another holder is made, or this one dropped.
// Functions may release the content, which runs scripts, but never while the holder is halfway.

#ifndef COLLECTOR_PEERS_GOBJECT_KINDS_TABLE_H_
#define COLLECTOR_PEERS_GOBJECT_KINDS_TABLE_H_

#include <gio/gio.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace ouro {

struct GObjectKind {
  const char* name;
  void* (*make)(GObject* x);
  GObject* (*get)(void* h);
  void (*put)(void* h, GObject* x);
  void (*take)(void* h);
  void (*drop)(void* h);
  std::vector<void (*)(void* h)> actions = {};
  // GLib frees what this holds before it knows that it holds it no more: a script that runs then
  // must not use the holder. So the content of these dies after the action.
  bool guarded = false;
};

// ---- What rows share ----------------------------------------------------------------------------

inline GObject* HoldRef(void* object) { return static_cast<GObject*>(g_object_ref(object)); }

inline void Unref(void* object) { g_object_unref(object); }

inline void* CopyRef(const void* object, void*) { return g_object_ref(const_cast<void*>(object)); }

inline gboolean Always(void*, void*, void*) { return TRUE; }

inline void DropObject(void* h) { g_object_unref(h); }

inline GObject* AsObject(void* object) { return static_cast<GObject*>(object); }

// An object with a property that is an object.
struct Box {
  GObject parent;
  GObject* content;
};

inline void SetBox(GObject* self, guint, const GValue* value, GParamSpec*) {
  g_set_object(&reinterpret_cast<Box*>(self)->content,
               static_cast<GObject*>(g_value_get_object(value)));
}

inline void GetBox(GObject* self, guint, GValue* value, GParamSpec*) {
  g_value_set_object(value, reinterpret_cast<Box*>(self)->content);
}

inline void DisposeBox(GObject* self) {
  g_clear_object(&reinterpret_cast<Box*>(self)->content);
  G_OBJECT_CLASS(g_type_class_peek(G_TYPE_OBJECT))->dispose(self);
}

inline GType BoxType() {
  static const GType type = [] {
    GTypeInfo info = {};
    info.class_size = sizeof(GObjectClass);
    info.class_init = [](void* type_class, void*) {
      GObjectClass* const box = G_OBJECT_CLASS(type_class);
      box->set_property = SetBox;
      box->get_property = GetBox;
      box->dispose = DisposeBox;
      g_object_class_install_property(
          box, 1,
          g_param_spec_object("content", nullptr, nullptr, G_TYPE_OBJECT,
                              GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
    };
    info.instance_size = sizeof(Box);
    return g_type_register_static(G_TYPE_OBJECT, "OuroBox", &info, G_TYPE_FLAG_NONE);
  }();
  return type;
}

inline void* NewBox() { return g_object_new(BoxType(), nullptr); }

inline GObject* GetBoxed(void* h) {
  GObject* content = nullptr;
  g_object_get(h, "content", &content, nullptr);
  if (content != nullptr) g_object_unref(content);
  return content;
}

inline void SetBoxed(void* h, GObject* x) { g_object_set(h, "content", x, nullptr); }

// What is called with the content, and leaves it alone.
inline void Called(GObject*, GParamSpec*, void*) {}
inline gboolean Again(void*) { return G_SOURCE_CONTINUE; }

inline void UnrefClosure(void* object, GClosure*) { g_object_unref(object); }

inline GClosure* NewClosure(GObject* x) {
  GClosure* const closure = g_cclosure_new(G_CALLBACK(Called), HoldRef(x), UnrefClosure);
  g_closure_set_marshal(closure, g_cclosure_marshal_VOID__VOID);
  g_closure_ref(closure);
  g_closure_sink(closure);
  return closure;
}

inline GClosure* AsClosure(void* h) { return static_cast<GClosure*>(h); }

// An invalid closure still holds its data, but does not say so: none is invalidated here.
inline GObject* OfClosure(void* h) { return AsObject(AsClosure(h)->data); }

inline void Invoke(void* h) {
  GValue argument = G_VALUE_INIT;
  g_value_init(&argument, G_TYPE_POINTER);
  g_closure_invoke(AsClosure(h), nullptr, 1, &argument, nullptr);
}

// A handler of a signal of an object of its own.
struct Handler {
  GObject* emitter;
  gulong id;
  GObject* content;  // what it has while it is connected
};

inline Handler* AsHandler(void* h) { return static_cast<Handler*>(h); }

inline void* NewHandler(GObject* x, GConnectFlags flags) {
  Handler* const handler = g_new0(Handler, 1);
  handler->emitter = AsObject(NewBox());
  handler->content = x;
  handler->id = g_signal_connect_data(handler->emitter, "notify", G_CALLBACK(Called), HoldRef(x),
                                      UnrefClosure, flags);
  return handler;
}

inline bool IsConnected(void* h) {
  return g_signal_handler_is_connected(AsHandler(h)->emitter, AsHandler(h)->id) != FALSE;
}

inline GObject* OfHandler(void* h) { return IsConnected(h) ? AsHandler(h)->content : nullptr; }

inline void DropHandler(void* h) {
  g_object_unref(AsHandler(h)->emitter);
  g_free(h);
}

inline void Emit(void* h) { g_object_notify(AsHandler(h)->emitter, "content"); }

inline void Disconnect(void* h) {
  if (IsConnected(h)) g_signal_handler_disconnect(AsHandler(h)->emitter, AsHandler(h)->id);
}

// A source of a main context of its own, and its callback's data.
struct Source {
  GMainContext* context;
  GSource* source;
  GObject* content;  // what it has until it is destroyed
};

inline Source* AsSource(void* h) { return static_cast<Source*>(h); }

inline void* NewSource(GSource* source, GObject* x, GSourceFunc call) {
  Source* const made = g_new0(Source, 1);
  *made = {.context = g_main_context_new(), .source = source, .content = x};
  g_source_set_callback(source, call, HoldRef(x), Unref);
  g_source_attach(source, made->context);
  return made;
}

inline GObject* OfSource(void* h) {
  return g_source_is_destroyed(AsSource(h)->source) ? nullptr : AsSource(h)->content;
}

inline void PutSource(void* h, GObject* x) {
  Source* const source = AsSource(h);
  g_return_if_fail(!g_source_is_destroyed(source->source));
  source->content = x;
  g_source_set_callback(source->source, Again, HoldRef(x), Unref);
}

inline void TakeSource(void* h) { g_source_destroy(AsSource(h)->source); }

inline void DropSource(void* h) {
  g_source_destroy(AsSource(h)->source);
  g_source_unref(AsSource(h)->source);
  g_main_context_unref(AsSource(h)->context);
  g_free(h);
}

inline void Iterate(void* h) {
  GMainContext* const context = g_main_context_ref(AsSource(h)->context);
  g_main_context_iteration(context, FALSE);
  g_main_context_unref(context);
}

inline GQuark TheQuark() {
  static const GQuark quark = g_quark_from_static_string("ouro-content");
  return quark;
}

inline GPtrArray* AsPointers(void* h) { return static_cast<GPtrArray*>(h); }
inline GHashTable* AsTable(void* h) { return static_cast<GHashTable*>(h); }
inline GQueue* AsQueue(void* h) { return static_cast<GQueue*>(h); }
inline GArray* AsArray(void* h) { return static_cast<GArray*>(h); }
inline GListStore* AsStore(void* h) { return static_cast<GListStore*>(h); }
inline GValue* AsValue(void* h) { return static_cast<GValue*>(h); }
inline GSequence* AsSequence(void* h) { return static_cast<GSequence*>(h); }

inline GObject* FirstKey(void* h) {
  GHashTableIter iterator;
  void* key = nullptr;
  g_hash_table_iter_init(&iterator, AsTable(h));
  return g_hash_table_iter_next(&iterator, &key, nullptr) ? AsObject(key) : nullptr;
}

inline void Grow(void* h) {
  for (size_t i = 1; i < 200; ++i) g_hash_table_insert(AsTable(h), GSIZE_TO_POINTER(i), nullptr);
  for (size_t i = 1; i < 200; ++i) g_hash_table_steal(AsTable(h), GSIZE_TO_POINTER(i));
}

inline GObject* FirstOfStore(void* h) {
  GObject* const item = g_list_model_get_object(G_LIST_MODEL(h), 0);
  if (item != nullptr) g_object_unref(item);
  return item;
}

inline int Compare(const void* a, const void* b, void*) { return a < b ? -1 : a > b; }

inline void* NewPointers(GObject* x) {
  GPtrArray* const made = g_ptr_array_new_with_free_func(Unref);
  g_ptr_array_add(made, HoldRef(x));
  return made;
}

inline void* NewTable(GDestroyNotify key, GDestroyNotify value) {
  return g_hash_table_new_full(nullptr, nullptr, key, value);
}

inline void Toggled(void*, GObject*, gboolean) {}

// The content is the data of a handler, which is connected with those flags.
template <GConnectFlags flags>
GObjectKind SignalKind(const char* name) {
  return {.name = name,
          .make = [](GObject* x) -> void* { return NewHandler(x, flags); },
          .get = OfHandler,
          .put = nullptr,
          .take = Disconnect,
          .drop = DropHandler,
          .actions = {Emit, Disconnect,
                      [](void* h) {
                        g_signal_handlers_block_by_func(AsHandler(h)->emitter, gpointer(Called),
                                                        AsHandler(h)->content);
                        Emit(h);
                      },
                      [](void* h) {
                        g_signal_handlers_disconnect_matched(AsHandler(h)->emitter,
                                                             G_SIGNAL_MATCH_DATA, 0, 0, nullptr,
                                                             nullptr, AsHandler(h)->content);
                      },
                      [](void* h) { g_object_run_dispose(AsHandler(h)->emitter); }}};
}

// ---- The table ----------------------------------------------------------------------------------

inline const std::vector<GObjectKind>& kGObjectEdges = *new std::vector<GObjectKind>{
      {"property", [](GObject* x) -> void* { void* const h = NewBox(); SetBoxed(h, x); return h; },
       GetBoxed,
       SetBoxed,
       [](void* h) { SetBoxed(h, nullptr); },
       DropObject,
       {[](void* h) { g_object_run_dispose(AsObject(h)); },
        [](void* h) {
           g_object_freeze_notify(AsObject(h));
           SetBoxed(h, nullptr);
           g_object_thaw_notify(AsObject(h));
         },
        [](void* h) { SetBoxed(h, GetBoxed(h)); },
        [](void* h) { g_object_notify(AsObject(h), "content"); }}},
      {"property-built", [](GObject* x) -> void* {
         return g_object_new(BoxType(), "content", x, nullptr);
       },
       GetBoxed,
       nullptr,
       nullptr,
       DropObject,
       {[](void* h) { g_object_run_dispose(AsObject(h)); }}},
      {"data", [](GObject* x) -> void* {
         void* const h = NewBox();
         g_object_set_data_full(AsObject(h), "data", HoldRef(x), Unref);
         return h;
       },
       [](void* h) -> GObject* { return AsObject(g_object_get_data(AsObject(h), "data")); },
       [](void* h, GObject* x) { g_object_set_data_full(AsObject(h), "data", HoldRef(x), Unref); },
       [](void* h) { g_object_set_data(AsObject(h), "data", nullptr); },
       DropObject,
       {[](void* h) { g_object_run_dispose(AsObject(h)); },
        [](void* h) {
           void* const x = g_object_steal_data(AsObject(h), "data");
           if (x != nullptr) g_object_set_data_full(AsObject(h), "data", x, Unref);
         },
        [](void* h) {
           void* const x = g_object_get_data(AsObject(h), "data");
           GDestroyNotify old = nullptr;
           if (x != nullptr && g_object_replace_data(AsObject(h), "data", x, nullptr, nullptr,
               &old)) g_object_unref(x);
         }}},
      {"quark-data", [](GObject* x) -> void* {
         void* const h = NewBox();
         g_object_set_qdata_full(AsObject(h), TheQuark(), HoldRef(x), Unref);
         return h;
       },
       [](void* h) -> GObject* { return AsObject(g_object_get_qdata(AsObject(h), TheQuark())); },
       [](void* h, GObject* x) {
          g_object_set_qdata_full(AsObject(h), TheQuark(), HoldRef(x), Unref);
        },
       [](void* h) { g_object_set_qdata(AsObject(h), TheQuark(), nullptr); },
       DropObject,
       {[](void* h) {
          void* const x = g_object_steal_qdata(AsObject(h), TheQuark());
          if (x != nullptr) g_object_unref(x);
        },
        [](void* h) { g_object_set_qdata(AsObject(h), TheQuark(), nullptr); }}},
      {"data-list", [](GObject* x) -> void* {
         GData** const h = g_new0(GData*, 1);
         g_datalist_set_data_full(h, "data", HoldRef(x), Unref);
         return h;
       },
       [](void* h) -> GObject* {
          return AsObject(g_datalist_get_data(static_cast<GData**>(h), "data"));
        },
       [](void* h, GObject* x) {
          g_datalist_set_data_full(static_cast<GData**>(h), "data", HoldRef(x), Unref);
        },
       [](void* h) { g_datalist_remove_data(static_cast<GData**>(h), "data"); },
       [](void* h) { g_datalist_clear(static_cast<GData**>(h)); g_free(h); },
       {[](void* h) { g_datalist_clear(static_cast<GData**>(h)); },
        [](void* h) {
           g_datalist_set_data(static_cast<GData**>(h), "other", h);
           g_datalist_remove_data(static_cast<GData**>(h), "other");
         }}},
      {"data-set", [](GObject* x) -> void* {
         void* const h = g_new0(void*, 1);
         g_dataset_set_data_full(h, "data", HoldRef(x), Unref);
         return h;
       },
       [](void* h) -> GObject* { return AsObject(g_dataset_get_data(h, "data")); },
       [](void* h, GObject* x) { g_dataset_set_data_full(h, "data", HoldRef(x), Unref); },
       [](void* h) { g_dataset_remove_data(h, "data"); },
       [](void* h) { g_dataset_destroy(h); g_free(h); },
       {[](void* h) { g_dataset_destroy(h); }}},
      {"parameter-data", [](GObject* x) -> void* {
         GParamSpec* const h = g_param_spec_int("p", nullptr, nullptr, 0, 1, 0, G_PARAM_READABLE);
         g_param_spec_ref_sink(h);
         g_param_spec_set_qdata_full(h, TheQuark(), HoldRef(x), Unref);
         return h;
       },
       [](void* h) -> GObject* {
          return AsObject(g_param_spec_get_qdata(static_cast<GParamSpec*>(h), TheQuark()));
        },
       [](void* h, GObject* x) {
          g_param_spec_set_qdata_full(static_cast<GParamSpec*>(h), TheQuark(), HoldRef(x), Unref);
        },
       [](void* h) { g_param_spec_set_qdata(static_cast<GParamSpec*>(h), TheQuark(), nullptr); },
       [](void* h) { g_param_spec_unref(static_cast<GParamSpec*>(h)); }},
      {"closure", [](GObject* x) -> void* { return NewClosure(x); }, OfClosure, nullptr, nullptr,
       [](void* h) { g_closure_unref(AsClosure(h)); },
       {Invoke, 
        [](void* h) { g_closure_unref(g_closure_ref(AsClosure(h))); }}},
      SignalKind<GConnectFlags(0)>("signal"),
      SignalKind<G_CONNECT_AFTER>("signal-after"),
      SignalKind<G_CONNECT_SWAPPED>("signal-swapped"),
      {"toggle", [](GObject* x) -> void* {
         g_object_add_toggle_ref(x, Toggled, nullptr);
         GObject** const h = g_new0(GObject*, 1);
         *h = x;
         return h;
       },
       [](void* h) -> GObject* { return *static_cast<GObject**>(h); },
       nullptr,
       nullptr,
       [](void* h) {
          GObject* const x = *static_cast<GObject**>(h);
          g_free(h);
          g_object_remove_toggle_ref(x, Toggled, nullptr);
        }},
      {"value", [](GObject* x) -> void* {
         GValue* const h = g_new0(GValue, 1);
         g_value_init(h, G_TYPE_OBJECT);
         g_value_set_object(h, x);
         return h;
       },
       [](void* h) -> GObject* { return AsObject(g_value_get_object(AsValue(h))); },
       [](void* h, GObject* x) { g_value_set_object(AsValue(h), x); },
       [](void* h) { g_value_reset(AsValue(h)); },
       [](void* h) { g_value_unset(AsValue(h)); g_free(h); },
       {[](void* h) {
          GValue copy = G_VALUE_INIT;
          g_value_init(&copy, G_TYPE_OBJECT);
          g_value_copy(AsValue(h), &copy);
          g_value_unset(&copy);
        },
        [](void* h) {
           void* const x = g_value_dup_object(AsValue(h));
           g_value_reset(AsValue(h));
           g_value_take_object(AsValue(h), x);
         },
        [](void* h) { g_value_set_object(AsValue(h), g_value_get_object(AsValue(h))); },
        [](void* h) { g_value_reset(AsValue(h)); }},
       true},
      {"value-boxed", [](GObject* x) -> void* {
         GValue inner = G_VALUE_INIT;
         g_value_init(&inner, G_TYPE_OBJECT);
         g_value_set_object(&inner, x);
         GValue* const h = g_new0(GValue, 1);
         g_value_init(h, G_TYPE_VALUE);
         g_value_set_boxed(h, &inner);
         g_value_unset(&inner);
         return h;
       },
       [](void* h) -> GObject* {
          GValue* const inner = static_cast<GValue*>(g_value_get_boxed(AsValue(h)));
          return inner == nullptr ? nullptr : AsObject(g_value_get_object(inner));
        },
       nullptr,
       [](void* h) { g_value_reset(AsValue(h)); },
       [](void* h) { g_value_unset(AsValue(h)); g_free(h); },
       {[](void* h) {
          GValue copy = G_VALUE_INIT;
          g_value_init(&copy, G_TYPE_VALUE);
          g_value_copy(AsValue(h), &copy);
          g_value_unset(AsValue(h));
          *AsValue(h) = copy;
        }},
       true},
      {"value-array", [](GObject* x) -> void* {
         GArray* const h = g_array_new(FALSE, TRUE, sizeof(GValue));
         g_array_set_clear_func(h, [](void* value) { g_value_unset(static_cast<GValue*>(value)); });
         GValue value = G_VALUE_INIT;
         g_value_init(&value, G_TYPE_OBJECT);
         g_value_set_object(&value, x);
         g_array_append_val(h, value);
         return h;
       },
       [](void* h) -> GObject* {
          return AsArray(h)->len == 0 ? nullptr :
              AsObject(g_value_get_object(&g_array_index(AsArray(h), GValue, 0)));
        },
       nullptr,
       [](void* h) { g_array_set_size(AsArray(h), 0); },
       [](void* h) { g_array_unref(AsArray(h)); },
       {[](void* h) {
          GArray* const other = g_array_copy(AsArray(h));
          g_array_set_clear_func(other, nullptr);
          g_array_unref(other);
        },
        [](void* h) { if (AsArray(h)->len != 0) g_array_remove_index_fast(AsArray(h), 0); }},
       true},
      {"pointers", NewPointers,
       [](void* h) -> GObject* {
          return AsPointers(h)->len == 0 ? nullptr : AsObject(g_ptr_array_index(AsPointers(h), 0));
        },
       [](void* h, GObject* x) {
          g_ptr_array_set_size(AsPointers(h), 0);
          g_ptr_array_add(AsPointers(h), HoldRef(x));
        },
       [](void* h) { g_ptr_array_set_size(AsPointers(h), 0); },
       [](void* h) { g_ptr_array_unref(AsPointers(h)); },
       {[](void* h) {
          GPtrArray* const other = g_ptr_array_copy(AsPointers(h), CopyRef, nullptr);
          g_ptr_array_unref(other);
        },
        [](void* h) {
           if (AsPointers(h)->len != 0) g_ptr_array_remove_index_fast(AsPointers(h), 0);
         },
        [](void* h) {
           if (AsPointers(h)->len != 0) g_ptr_array_add(AsPointers(h),
               g_ptr_array_steal_index(AsPointers(h), 0));
         }},
       true},
      {"hash-value", [](GObject* x) -> void* {
         void* const h = NewTable(nullptr, Unref);
         g_hash_table_insert(AsTable(h), AsTable(h), HoldRef(x));
         return h;
       },
       [](void* h) -> GObject* { return AsObject(g_hash_table_lookup(AsTable(h), h)); },
       [](void* h, GObject* x) { g_hash_table_insert(AsTable(h), h, HoldRef(x)); },
       [](void* h) { g_hash_table_remove(AsTable(h), h); },
       [](void* h) { g_hash_table_unref(AsTable(h)); },
       {[](void* h) { g_hash_table_remove_all(AsTable(h)); },
        [](void* h) {
           void* const x = g_hash_table_lookup(AsTable(h), h);
           g_hash_table_steal(AsTable(h), h);
           if (x != nullptr) g_hash_table_replace(AsTable(h), h, x);
         },
        [](void* h) {
           g_hash_table_foreach_remove(AsTable(h), Always, nullptr);
         }}},
      {"hash-key", [](GObject* x) -> void* {
         void* const h = NewTable(Unref, nullptr);
         g_hash_table_add(AsTable(h), HoldRef(x));
         return h;
       },
       FirstKey,
       [](void* h, GObject* x) {
          g_hash_table_remove_all(AsTable(h));
          g_hash_table_add(AsTable(h), HoldRef(x));
        },
       [](void* h) { g_hash_table_remove_all(AsTable(h)); },
       [](void* h) { g_hash_table_unref(AsTable(h)); },
       {[](void* h) {
          GObject* const x = FirstKey(h);
          if (x != nullptr) g_hash_table_replace(AsTable(h), HoldRef(x), nullptr);
        },
        [](void* h) {
           GObject* const x = FirstKey(h);
           if (x != nullptr) g_hash_table_insert(AsTable(h), HoldRef(x), nullptr);
         },
        Grow,
        [](void* h) {
           GHashTableIter i;
           void* key;
           g_hash_table_iter_init(&i, AsTable(h));
           if (g_hash_table_iter_next(&i, &key, nullptr)) g_hash_table_iter_remove(&i);
         }}},
      {"list", [](GObject* x) -> void* {
         GList** const h = g_new0(GList*, 1);
         *h = g_list_append(nullptr, HoldRef(x));
         return h;
       },
       [](void* h) -> GObject* {
          GList* const list = *static_cast<GList**>(h);
          return list == nullptr ? nullptr : AsObject(list->data);
        },
       nullptr,
       [](void* h) {
          GList* const list = std::exchange(*static_cast<GList**>(h), nullptr);
          g_list_free_full(list, Unref);
        },
       [](void* h) {
          GList* const list = *static_cast<GList**>(h);
          g_free(h);
          g_list_free_full(list, Unref);
        },
       {[](void* h) {
          GList** const list = static_cast<GList**>(h);
          GList* const old = std::exchange(*list, g_list_copy_deep(*list, CopyRef, nullptr));
          g_list_free_full(old, Unref);
        }}},
      {"queue", [](GObject* x) -> void* {
         GQueue* const h = g_queue_new();
         g_queue_push_tail(h, HoldRef(x));
         return h;
       },
       [](void* h) -> GObject* { return AsObject(g_queue_peek_head(AsQueue(h))); },
       [](void* h, GObject* x) {
          void* const old = g_queue_pop_head(AsQueue(h));
          g_queue_push_tail(AsQueue(h), HoldRef(x));
          if (old != nullptr) g_object_unref(old);
        },
       [](void* h) { g_queue_clear_full(AsQueue(h), Unref); },
       [](void* h) { g_queue_free_full(AsQueue(h), Unref); },
       {[](void* h) {
          void* const x = g_queue_pop_head(AsQueue(h));
          if (x != nullptr) g_queue_push_head(AsQueue(h), x);
        },
        [](void* h) { g_queue_reverse(AsQueue(h)); }}},
      {"sequence", [](GObject* x) -> void* {
         GSequence* const h = g_sequence_new(Unref);
         g_sequence_append(h, HoldRef(x));
         return h;
       },
       [](void* h) -> GObject* {
          return g_sequence_is_empty(AsSequence(h)) ? nullptr :
              AsObject(g_sequence_get(g_sequence_get_begin_iter(AsSequence(h))));
        },
       [](void* h, GObject* x) {
          g_sequence_append(AsSequence(h), HoldRef(x));
          while (g_sequence_get_length(AsSequence(h)) > 1)
              g_sequence_remove(g_sequence_get_begin_iter(AsSequence(h)));
        },
       [](void* h) {
          if (!g_sequence_is_empty(AsSequence(h)))
              g_sequence_remove(g_sequence_get_begin_iter(AsSequence(h)));
        },
       [](void* h) { g_sequence_free(AsSequence(h)); },
       {[](void* h) { g_sequence_sort(AsSequence(h), Compare, nullptr); }}},
      {"tree", [](GObject* x) -> void* {
         GTree* const h = g_tree_new_full(Compare, nullptr, nullptr, Unref);
         g_tree_insert(h, nullptr, HoldRef(x));
         return h;
       },
       [](void* h) -> GObject* { return AsObject(g_tree_lookup(static_cast<GTree*>(h), nullptr)); },
       [](void* h, GObject* x) { g_tree_replace(static_cast<GTree*>(h), nullptr, HoldRef(x)); },
       [](void* h) { g_tree_remove(static_cast<GTree*>(h), nullptr); },
       [](void* h) { g_tree_unref(static_cast<GTree*>(h)); },
       {[](void* h) { g_tree_remove_all(static_cast<GTree*>(h)); },
        [](void* h) {
           for (size_t i = 1; i < 40; ++i) g_tree_insert(static_cast<GTree*>(h),
               GSIZE_TO_POINTER(i), NewBox());
         }},
       true},
      {"bytes", [](GObject* x) -> void* {
         return g_bytes_new_with_free_func(x, sizeof(GObject), Unref, HoldRef(x));
       },
       [](void* h) -> GObject* {
          return AsObject(const_cast<void*>(g_bytes_get_data(static_cast<GBytes*>(h), nullptr)));
        },
       nullptr,
       nullptr,
       [](void* h) { g_bytes_unref(static_cast<GBytes*>(h)); },
       {[](void* h) {
          GBytes* const part = g_bytes_new_from_bytes(static_cast<GBytes*>(h), 1, 2);
          g_bytes_unref(part);
        }}},
      {"variant", [](GObject* x) -> void* {
         GVariant* const h = g_variant_new_from_data(G_VARIANT_TYPE_BYTESTRING, x,
             sizeof(GObject), TRUE, Unref, HoldRef(x));
         return g_variant_ref_sink(h);
       },
       [](void* h) -> GObject* {
          return AsObject(const_cast<void*>(g_variant_get_data(static_cast<GVariant*>(h))));
        },
       nullptr,
       nullptr,
       [](void* h) { g_variant_unref(static_cast<GVariant*>(h)); }},
      {"parser", [](GObject* x) -> void* {
         static const GMarkupParser parser = {};
         return g_markup_parse_context_new(&parser, GMarkupParseFlags(0), HoldRef(x), Unref);
       },
       [](void* h) -> GObject* {
          auto* const context = static_cast<GMarkupParseContext*>(h);
          return AsObject(g_markup_parse_context_get_user_data(context))
              ;
        },
       nullptr,
       nullptr,
       [](void* h) { g_markup_parse_context_unref(static_cast<GMarkupParseContext*>(h)); },
       {[](void* h) {
          g_markup_parse_context_parse(static_cast<GMarkupParseContext*>(h), "<a>", 3, nullptr);
        },
        [](void* h) {
           g_markup_parse_context_parse(static_cast<GMarkupParseContext*>(h), "<<", 2, nullptr);
         }}},
      {"task-source", [](GObject* x) -> void* { return g_task_new(x, nullptr, nullptr, nullptr); },
       [](void* h) -> GObject* { return AsObject(g_task_get_source_object(G_TASK(h))); },
       nullptr,
       nullptr,
       DropObject,
       {[](void* h) { g_object_run_dispose(AsObject(h)); }}},
      {"task-data", [](GObject* x) -> void* {
         GTask* const h = g_task_new(nullptr, nullptr, nullptr, nullptr);
         g_task_set_task_data(h, HoldRef(x), Unref);
         return h;
       },
       [](void* h) -> GObject* { return AsObject(g_task_get_task_data(G_TASK(h))); },
       [](void* h, GObject* x) { g_task_set_task_data(G_TASK(h), HoldRef(x), Unref); },
       [](void* h) { g_task_set_task_data(G_TASK(h), nullptr, nullptr); },
       DropObject},
      {"list-store", [](GObject* x) -> void* {
         GListStore* const h = g_list_store_new(G_TYPE_OBJECT);
         g_list_store_append(h, x);
         return h;
       },
       FirstOfStore,
       [](void* h, GObject* x) {
          void* items[] = {x};
          g_list_store_splice(AsStore(h), 0, g_list_model_get_n_items(G_LIST_MODEL(h)), items, 1);
        },
       [](void* h) { g_list_store_remove_all(AsStore(h)); },
       DropObject,
       {[](void* h) { g_list_store_sort(AsStore(h), Compare, nullptr); },
        [](void* h) { g_list_store_remove_all(AsStore(h)); },
        [](void* h) {
           g_object_ref(h);
           g_list_store_splice(AsStore(h), 0, g_list_model_get_n_items(G_LIST_MODEL(h)), nullptr,
               0);
           g_object_unref(h);
         },
        [](void* h) {
           GObject* const x = FirstOfStore(h);
           if (x != nullptr) { g_list_store_insert(AsStore(h), 0,
               x); g_list_store_remove(AsStore(h), 1); }
         }}},
      {"source-idle", [](GObject* x) -> void* { return NewSource(g_idle_source_new(), x, Again); },
       OfSource,
       nullptr,
       TakeSource,
       DropSource,
       {Iterate,
        TakeSource,
        [](void* h) { Iterate(h); TakeSource(h); Iterate(h); }}},
      {"source-timeout", [](GObject* x) -> void* {
         return NewSource(g_timeout_source_new(0), x, Again);
       },
       OfSource,
       nullptr,
       TakeSource,
       DropSource,
       {Iterate,
        TakeSource,
        [](void* h) { Iterate(h); TakeSource(h); Iterate(h); }}},
      {"cancellable", [](GObject* x) -> void* {
         GCancellable* const h = g_cancellable_new();
         g_object_set_data(G_OBJECT(h), "content", x);
         g_object_set_data(G_OBJECT(h), "id", GSIZE_TO_POINTER(g_cancellable_connect(h,
             G_CALLBACK(Called), HoldRef(x), Unref)));
         return h;
       },
       [](void* h) -> GObject* { return AsObject(g_object_get_data(AsObject(h), "content")); },
       nullptr,
       [](void* h) {
          g_object_set_data(AsObject(h), "content", nullptr);
          g_cancellable_disconnect(G_CANCELLABLE(h),
              GPOINTER_TO_SIZE(g_object_steal_data(AsObject(h), "id")));
        },
       DropObject,
       {[](void* h) { g_cancellable_cancel(G_CANCELLABLE(h)); },
        [](void* h) {
           g_cancellable_cancel(G_CANCELLABLE(h));
           g_cancellable_reset(G_CANCELLABLE(h));
         }}},
      {"counted-box", [](GObject* x) -> void* {
         GObject** const h = static_cast<GObject**>(g_rc_box_alloc0(sizeof(GObject*)));
         *h = HoldRef(x);
         return h;
       },
       [](void* h) -> GObject* { return *static_cast<GObject**>(h); },
       [](void* h, GObject* x) { g_set_object(static_cast<GObject**>(h), x); },
       [](void* h) { g_clear_object(static_cast<GObject**>(h)); },
       [](void* h) {
          g_rc_box_release_full(h, [](void* box) { g_clear_object(static_cast<GObject**>(box)); });
        },
       {[](void* h) { g_rc_box_acquire(h); g_rc_box_release(h); }}},
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_GOBJECT_KINDS_TABLE_H_
