// SPDX-License-Identifier: Apache-2.0

// The contracts of other people's collectors.

#include "model/envelope.h"

#include "model/collector.h"

namespace ouro {
namespace {

using P = Envelope::Prompt;
using S = Envelope::Spares;
using F = Envelope::Finalizers;
using O = Envelope::Order;
using T = Envelope::Touched;
using W = Envelope::Weak;
using C = Envelope::Callbacks;
using A = Envelope::Automatic;
using E = Envelope::End;

// Sources: docs/peers.md (probes of each library), confirmed by 10,000 programs on each. Comments
// name the library's manual where it promises the behaviour. Only CPython has callbacks in the
// sense of the language, and collects unasked; the other adapters switch that off.

// Sections 1, 6 and 7 of docs/semantics.md. A death by count clears weak references after the
// finalizer, a collection before. An instance of a class whose base, in C, has weak references
// itself (a module, a set) has let go of its slots before that base calls them back:
// subtype_dealloc.
constexpr Envelope kOfCPython = {
    .prompt = P::kYes,
    .spares = S::kNothing,
    .finalizers = F::kOnce,
    .order = O::kAny,
    .touched = T::kFreedAtOnce,
    .collections = 1,
    .weak = W::kEither,
    .callbacks = C::kAnyTime,
    .queued = false,
    .automatic = A::kTold,
    .end = E::kNothing,
    .strays = 0,
    .repeatable = true,
};

// PHP manual, "Reference Counting Basics", "Collecting Cycles"; zend_weakrefs clears when freed.
constexpr Envelope kOfPhp = {
    .prompt = P::kYes,
    .spares = S::kNothing,
    .finalizers = F::kOnce,
    .order = O::kAny,
    .touched = T::kFreedAtOnce,
    .collections = 1,
    .weak = W::kWhenFreed,
    .callbacks = C::kAnyTime,
    .queued = false,
    .automatic = A::kNever,
    .end = E::kUntilRaise,
    .strays = 0,
    .repeatable = true,
};

// Lua 5.4 manual, 2.5.3: objects are freed by the cycle after the one that finalized them; 2.5.4:
// weak values are cleared before finalizers run.
constexpr Envelope kOfLua = {
    .prompt = P::kNo,
    .spares = S::kNothing,
    .finalizers = F::kOnce,
    .order = O::kAny,
    .touched = T::kFreedByNext,
    .collections = 1,
    .weak = W::kBeforeFinalizer,
    .callbacks = C::kAnyTime,
    .queued = false,
    .automatic = A::kTold,
    .end = E::kAll,
    .strays = 0,
    .repeatable = true,
};

// Duktape guide, "Finalization": an object that its finalizer resurrected is finalized again. There
// are no weak references. A collection is two calls of duk_gc, as the guide advises.
constexpr Envelope kOfDuktape = {
    .prompt = P::kYes,
    .spares = S::kNothing,
    .finalizers = F::kEachDeath,
    .order = O::kAny,
    .touched = T::kFreedAtOnce,
    .collections = 1,
    .weak = W::kWhenFreed,
    .callbacks = C::kAnyTime,
    .queued = false,
    .automatic = A::kNever,
    .end = E::kAll,
    .strays = 0,
    .repeatable = true,
};

// gc.h, GC_register_finalizer: ordered; cycles with finalizers are never freed. Disappearing links
// are cleared when the object is found unreachable.
constexpr Envelope kOfBoehm = {
    .prompt = P::kNo,
    .spares = S::kBehindFinalizers,
    .finalizers = F::kOnce,
    .order = O::kHoldersFirst,
    .touched = T::kFreedByNext,
    .collections = 1,
    .weak = W::kBeforeFinalizer,
    .callbacks = C::kAnyTime,
    .queued = false,
    .automatic = A::kNever,
    .end = E::kNothing,
    .strays = 4,
    .repeatable = true,
};

// gc.h, GC_register_finalizer_no_order.
constexpr Envelope kOfBoehmUnordered = {
    .prompt = P::kNo,
    .spares = S::kNothing,
    .finalizers = F::kOnce,
    .order = O::kAny,
    .touched = T::kFreedByNext,
    .collections = 1,
    .weak = W::kBeforeFinalizer,
    .callbacks = C::kAnyTime,
    .queued = false,
    .automatic = A::kNever,
    .end = E::kNothing,
    .strays = 4,
    .repeatable = true,
};

// ObjectSpace.define_finalizer: called after the object was destroyed.
constexpr Envelope kOfRuby = {
    .prompt = P::kNo,
    .spares = S::kNothing,
    .finalizers = F::kAfterDeath,
    .order = O::kAny,
    .touched = T::kFreedAtOnce,
    .collections = 1,
    .weak = W::kWhenFreed,
    .callbacks = C::kAnyTime,
    .queued = false,
    .automatic = A::kNever,
    .end = E::kAll,
    .strays = 0,
    .repeatable = true,
};

// perlobj, "Destructors": at each death. Weak references are cleared when their target is freed.
constexpr Envelope kOfPerl = {
    .prompt = P::kYes,
    .spares = S::kAll,
    .finalizers = F::kEachDeath,
    .order = O::kAny,
    .touched = T::kFreedAtOnce,
    .collections = 1,
    .weak = W::kWhenFreed,
    .callbacks = C::kAnyTime,
    .queued = false,
    .automatic = A::kNever,
    .end = E::kAny,
    .strays = 0,
    .repeatable = true,
};

// GObject: g_object_unref clears GWeakRefs before it disposes; dispose may be called again.
constexpr Envelope kOfGObject = {
    .prompt = P::kYes,
    .spares = S::kAll,
    .finalizers = F::kEachDeath,
    .order = O::kAny,
    .touched = T::kFreedAtOnce,
    .collections = 1,
    .weak = W::kBeforeFinalizer,
    .callbacks = C::kAnyTime,
    .queued = false,
    .automatic = A::kNever,
    .end = E::kNothing,
    .strays = 0,
    .repeatable = true,
};

}  // namespace

const Contract kCPython = {"cpython", "CPython 3.9 and later, by bounds: for kinds", kOfCPython};
const Contract kBoehm = {"boehm", "Boehm's collector, 8.2: conservative, ordered finalizers",
                         kOfBoehm};
const Contract kBoehmUnordered = {
    "boehm-unordered", "Boehm's collector, 8.2: finalizers in any order", kOfBoehmUnordered};
const Contract kDuktape = {"duktape", "Duktape 2.7: reference counting, mark and sweep for cycles",
                           kOfDuktape};
const Contract kGObject = {"gobject", "GObject 2.74: reference counting alone", kOfGObject};
const Contract kLua = {"lua", "Lua 5.4: tracing, incremental or generational", kOfLua};
const Contract kPerl = {"perl", "Perl 5.36: reference counting alone", kOfPerl};
const Contract kPhp = {"php", "PHP 8.2: reference counting, a collector of cycles", kOfPhp};
const Contract kRuby = {"ruby", "Ruby 3.1: tracing, generational", kOfRuby};

}  // namespace ouro
