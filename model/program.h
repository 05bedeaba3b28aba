// SPDX-License-Identifier: Apache-2.0

// A program is a small heap history: a sequence of operations that move references among sixteen
// registers (the roots) and the slots of objects, and the scripts that finalizers and weak
// reference callbacks run. Generators print programs, collectors execute them, judges read them,
// the corpus stores them. This header is the whole language: operations, text, bytes,
// simplification.
//
// Void operations. An operation that makes no sense in the present state, because a register is
// empty, say, is skipped. So every sequence of operations is a valid program.
//
// Registers that are not empty. An operation reads its operands first, and the old value of the
// register that it writes is released last, so that `r0 = r0.0` and `r0 = r0()` yield what r0 led
// to. No operation both allocates and releases: `r0 = node 1`, with r0 not empty, is executed as
// `r0 = none` and `r0 = node 1`. `r0 = weak r0` (and any birth that reads r0) is, with a borrowed
// register r15,
//     r15 = r0; r0 = none; r0 = weak r15; r15 = none
// so that its target is released last. Steps that are void by then, as a finalizer has changed the
// registers, are skipped. The borrowed register is the highest that the program names nowhere, so
// that no script sees it; if it names all, the highest that is empty; if none is, the operation is
// void.
//
// Maps. `r0[r1] = r2` makes an entry in the map in r0: its value, r2, is held while both the map
// and the key, r1, live. The map does not hold the key; when the key dies, the entry goes.
//
// Chains. `r0 = chain 3` stands for three times
//     r15 = node 1; r15.0 = r0; r0 = r15; r15 = none
// of which the first store is void, as r0 is emptied before. r15 is a borrowed register. So depth
// and size are one line, and collectors see nothing new.
//
// Scopes. `push r0` holds what r0 holds on a stack, as a call holds its arguments; `pop` drops the
// newest. A script has a stack of its own on top, and what it has not popped is popped as it ends,
// newest first, by operations `pop` that are executed like others. What main has not popped stays.
//
// The end. After `end` everything is void: the collector is torn down, with what registers and the
// stack still hold. Which finalizers that runs is a matter of the contract.
//
// Kinds. `r0.1 = r2 as closure`, `r0 = node 2 as list-subclass` and `r3 = r0 as frame-local` say
// how an engine holds a reference, or what it makes of a node: see kind.h. Without `as` all is
// plain.
//
// Place: the bottom of model/. It knows nothing of collectors or of laws.
//
// Threads: everything here is a value or a pure function.

#ifndef MODEL_PROGRAM_H_
#define MODEL_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/kind.h"

namespace ouro {

// Bounds of the language. Text that exceeds them is bad input, never a broken law.
inline constexpr int kRegisters = 16;
inline constexpr int kMaxSlots = 8;
inline constexpr int kGenerations = 3;
inline constexpr int kMaxScripts = 32;              // `def 0` ... `def 31`
inline constexpr int kMaxArgument = 1'000'000'000;  // thresholds, `garbage K`, `fail N`
inline constexpr int kMaxOps = 1'000'000;           // operations of one program's text
inline constexpr int kMaxChain = 1'000'000;         // nodes of one chain
inline constexpr int kMaxPushed = 100'000;          // objects that `push` holds at a time
inline constexpr int kMaxStep = 1000;               // work of one `step`

// A root that an operation reads: the number of a register, or, in a script, `self`.
using Ref = uint8_t;
inline constexpr Ref kSelf = kRegisters;

inline constexpr int8_t kNoScript = -1;

// The order is part of the byte form of programs: append, never reorder. What is known of each is a
// row of program_table.h.
enum class OpCode : uint8_t {
  kNode,           // dest = node count [as kind] [del script]
  kLeaf,           // dest = leaf
  kWeak,           // dest = weak ref [call script]
  kCopy,           // dest = ref [as kind]
  kLoad,           // dest = ref.slot
  kDeref,          // dest = ref()
  kStore,          // ref.slot = value [as kind]
  kEmptySlot,      // ref.slot = none
  kEmptyRegister,  // dest = none
  kCollect,        // collect count
  kThreshold,      // threshold count count1 count2
  kEnable,         // enable
  kDisable,        // disable
  kSaveallOn,      // saveall on
  kSaveallOff,     // saveall off
  kTakeGarbage,    // dest = garbage count
  kClearGarbage,   // garbage clear
  kCensus,         // census
  kFail,           // fail count
  kRaise,          // raise
  kPoke,           // poke ref.slot count
  kMap,            // dest = map
  kMapGet,         // dest = ref[key]
  kMapPut,         // ref[key] = value
  kMapRemove,      // ref[key] = none
  kDispose,        // dispose ref
  kChain,          // dest = chain count
  kEnd,            // end
  kPush,           // push ref
  kPop,            // pop
  kNodeWith,       // dest = node count with ref value [del script]
  kClear,          // ref.* = none
  kCopySlots,      // ref.* = value.*
  kWeakWith,       // dest = weak ref with value [call script]
  kStep,           // step count
};
inline constexpr int kOpCodes = static_cast<int>(OpCode::kStep) + 1;

// One operation. Fields that its code does not use have the defaults below, so that operations are
// equal if and only if their text is.
struct Op {
  OpCode code = OpCode::kCensus;
  uint8_t dest = 0;           // `rD`: the register that is written
  Ref ref = 0;                // `R`: leads to the object that is copied, read or written
  Ref value = 0;              // `R'`: leads to the object that is stored
  Ref key = 0;                // `Q`: leads to the key in a map
  uint8_t slot = 0;           // `K` of R.K
  int8_t script = kNoScript;  // `del S`, `call S`
  KindId kind = kPlain;       // `as T`
  int32_t count = 0;          // slots of a node, generation, first threshold, index, N, P
  int32_t count1 = 0;         // second threshold
  int32_t count2 = 0;         // third threshold

  friend bool operator==(const Op&, const Op&) = default;
};

// What every collector may lack: parts of the language whose operations are then void. A collector
// that has kCallbacks has kWeakReferences: a callback is that of a weak reference.
enum Ability : uint32_t {
  kWeakReferences = 1 << 0,  // `weak`: rD = weak R, rD = R()
  kCallbacks = 1 << 1,       // `callback`: ... call S
  kFinalizers = 1 << 2,      // `finalizer`: ... del S
  kGenerations3 = 1 << 3,    // `generations`: collect 0 and collect 1 differ from collect 2
  kGarbageList = 1 << 4,     // `garbage`: rD = garbage K, garbage clear
  kSaveall = 1 << 5,         // `saveall`
  kThresholds = 1 << 6,      // `threshold`: threshold, enable, disable; automatic collections
  kCensusTaking = 1 << 7,    // `census`
  kFailures = 1 << 8,        // `fail`
  kMaps = 1 << 9,            // `map`: rD = map, rD = R[Q], R[Q] = R', R[Q] = none
  kDisposal = 1 << 10,       // `dispose`: dispose R, of an object that has a finalizer
  kEnding = 1 << 11,         // `end`
  kScopes = 1 << 12,         // `scope`: push R, pop
  kFills = 1 << 13,          // `fill`: rD = node N with R R', R.* = none, R.* = R'.*
  kHeldValues = 1 << 14,     // `held`: rD = weak R with R'; it has a slot
  kSteps = 1 << 15,          // `step`: step W
  kAllAbilities = (1 << 16) - 1,
  // What exact rules have a meaning for: their collections are whole.
  kExactAbilities = kAllAbilities & ~kSteps,
  // Those of version 2 of the C interface: random programs have their operations only where the
  // specimen has them; the rest of the language is in all.
  kNewerAbilities = kAllAbilities & ~(kMaps - 1),
};

// The ability of that word, `weak`, `callback`, ..., or 0 if there is none.
uint32_t AbilityOf(std::string_view word);

// The words of `abilities`, in the order above: "weak, finalizer"; "none" for 0.
std::string ListAbilities(uint32_t abilities);

// What the table says of an operation. O(1).
constexpr bool Allocates(OpCode code) {  // creates an object, or fails to: Event::kNew, kFailed
  return code == OpCode::kNode || code == OpCode::kLeaf || code == OpCode::kWeak ||
         code == OpCode::kMap || code == OpCode::kNodeWith || code == OpCode::kWeakWith;
}
bool Yields(OpCode code);          // reports the object that it read, or none: Event::kGot
bool WritesRegister(OpCode code);  // has a `dest`
bool TakesKind(OpCode code);       // may have `as T`
uint32_t NeedsOf(OpCode code);     // the abilities without which it is void

// The place of the kind that such an operation may name. REQUIRES: TakesKind(code).
KindRow::Place PlaceOf(OpCode code);

// The kind of operation, for signatures: "load". One word stands for several operations where
// shrinking may turn one of them into another. Lives as long as the process.
const char* WordOf(OpCode code);

using Script = std::vector<Op>;

// A program. A script that operations name but that is not there is empty: a finalizer that does
// nothing.
struct Program {
  std::vector<Script> scripts;  // `def i:` is scripts[i]; at most kMaxScripts
  Script main;

  friend bool operator==(const Program&, const Program&) = default;

  // The script of that number; an empty one if there is none.
  const Script& script(int number) const;
  // A section is main, whose number is kNoScript, or a script.
  const Script& section(int number) const { return number == kNoScript ? main : script(number); }
  // The same for changes: creates the script if there is none. REQUIRES: number < kMaxScripts.
  Script& mutable_section(int number);
  // The number of operations in main and in all scripts.
  size_t size() const;
  // The names of the kinds that operations name, sorted, each once. O(size()).
  std::vector<std::string> Kinds() const;
  // The highest register that no operation names, or -1. O(size()).
  int UnnamedRegister() const;
};

// The canonical form of an operation, without indentation or line end: `r0 = node 2 del 0`.
std::string Print(const Op& op);

// The canonical form of a program: each script that is not empty, in order, then `main:`, indented
// by two spaces. A program without scripts is its operations alone; the empty program is `main:`
// alone. Parse(Print(p)) yields p, up to empty scripts at the end of `scripts`.
std::string Print(const Program& program);

// Reads one operation, with or without indentation, without comments. `in_script` says whether it
// may name `self`. (`raise` is always accepted; in main it is void.) Returns "" and sets *op, or
// returns what is wrong with the line and leaves *op unchanged.
std::string ParseOp(std::string_view line, bool in_script, Op* op);

// Reads the programs of one stream, separated by lines `---`. Blank lines and `#` comments are
// skipped; a part with neither operations nor a header is not a program. Operations before any
// `def` or `main:` belong to main. The programs have no empty scripts at the end of `scripts`.
// Returns "" and appends to *programs, or returns "line 7: ..." and leaves *programs unchanged.
// Linear in the text.
std::string Parse(std::string_view text, std::vector<Program>* programs);

// The byte form, for fuzzing: four bytes an operation, and four before it if it names a kind or has
// more than three other fields, so that a changed byte changes one operation. Any bytes decode to a
// program of at most `max_ops` operations. Decode(Encode(p)) yields p, up to empty scripts at the
// end of `scripts`, if p has at most `max_ops` operations and only numbers that the form can
// express: node sizes, slots, registers, scripts and generations always; thresholds, indices and
// `fail` up to 192, or one digit and at least two zeros (700, 2000), chains likewise up to 1,000.
// Encode rounds other numbers down to these. Kinds are numbers of this process: bytes from another
// one name the same kinds if both know the same specimen and nothing else. REQUIRES of Decode:
// `data` points to `size` bytes.
Program Decode(const uint8_t* data, size_t size, size_t max_ops = 1024);
std::vector<uint8_t> Encode(const Program& program);

// The programs one step simpler than `program`, the boldest step first: all kinds plain, each kind
// plain; whole scripts and long runs of operations dropped, then single operations, then scripts
// and registers renumbered, then single operations made plainer (no finalizer, fewer slots, a full
// collection, smaller numbers, a lower register). Every candidate is strictly smaller in a
// well-founded order, so that repeated simplification ends; only the empty program has no
// candidates. Time and memory are quadratic in the program's length, up to 160 MB: a longer program
// has its boldest candidates only.
std::vector<Program> Simpler(const Program& program);

}  // namespace ouro

#endif  // MODEL_PROGRAM_H_
