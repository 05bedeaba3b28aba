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
};

// ---- What rows share ----------------------------------------------------------------------------

inline GObject* Ref(void* object) { return static_cast<GObject*>(g_object_ref(object)); }

inline void Unref(void* object) { g_object_unref(object); }

inline void DropObject(void* h) { g_object_unref(h); }

inline void Nothing(void*) {}

// The content once the holder has let go of its own reference, which the caller takes.
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
inline gboolean NotAgain(void*) { return G_SOURCE_REMOVE; }

inline void UnrefClosure(void* object, GClosure*) { g_object_unref(object); }

inline GClosure* NewClosure(GObject* x) {
  GClosure* const closure = g_cclosure_new(G_CALLBACK(Called), Ref(x), UnrefClosure);
  g_closure_set_marshal(closure, g_cclosure_marshal_VOID__VOID);
  g_closure_ref(closure);
  g_closure_sink(closure);
  return closure;
}

inline GClosure* AsClosure(void* h) { return static_cast<GClosure*>(h); }

// The content that a closure has until it is invalid.
inline GObject* OfClosure(void* h) {
  return AsClosure(h)->is_invalid ? nullptr : static_cast<GObject*>(AsClosure(h)->data);
}

inline void Invoke(void* h) {
  GValue argument = G_VALUE_INIT;
  g_value_init(&argument, G_TYPE_POINTER);
  g_closure_invoke(AsClosure(h), nullptr, 1, &argument, nullptr);
}

// A handler of a signal of an object of its own.
struct Handler {
  GObject* emitter;
  GClosure* closure;
  gulong id;
};

inline Handler* AsHandler(void* h) { return static_cast<Handler*>(h); }

inline void* NewHandler(GObject* x, gboolean after) {
  Handler* const handler = g_new0(Handler, 1);
  handler->emitter = AsObject(NewBox());
  handler->closure = NewClosure(x);
  handler->id = g_signal_connect_closure(handler->emitter, "notify", handler->closure, after);
  // Only the connection refers to it from here on, but for our own look at it.
  return handler;
}

inline GObject* OfHandler(void* h) { return OfClosure(AsHandler(h)->closure); }

inline void DropHandler(void* h) {
  g_object_unref(AsHandler(h)->emitter);
  g_closure_unref(AsHandler(h)->closure);
  g_free(h);
}

inline void Emit(void* h) { g_object_notify(AsHandler(h)->emitter, "content"); }

inline void Disconnect(void* h) {
  Handler* const handler = AsHandler(h);
  if (handler->id != 0) g_signal_handler_disconnect(handler->emitter, std::exchange(handler->id, 0));
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
  g_source_set_callback(source, call, Ref(x), Unref);
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
  g_source_set_callback(source->source, Again, Ref(x), Unref);
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

inline void UnrefIfAny(void* object) {
  if (object != nullptr) g_object_unref(object);
}

extern const std::vector<GObjectKind>& GObjectEdges();

}  // namespace ouro

#endif  // COLLECTOR_PEERS_GOBJECT_KINDS_TABLE_H_
