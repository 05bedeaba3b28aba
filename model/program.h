// A program is a small heap history: a sequence of operations that moves references among sixteen
// registers (the roots) and the slots of objects, and the scripts that finalizers and weak
// reference callbacks run. It is what generators print, collectors execute, the judge reads and
// the corpus stores. This header is the whole language: operations, text, bytes, simplification.
//
// Void operations: one that makes no sense in the present state, because a register is empty, say,
// is not executed.
//
// Registers that are full: an operation takes its operands first, and the old value of the register
// that it writes goes last, so that `r0 = r0.0` and `r0 = r0()` yield what r0 leads to. No
// operation both allocates and lets go: `r0 = node 1`, with r0 full, is executed as `r0 = none` and
// `r0 = node 1`. `r0 = weak r0` is, if r15 is the register that is lent,
//     r15 = r0; r0 = none; r0 = weak r15; r15 = none
// so that its target goes last. What is void by then, as a finalizer has changed the registers, is
// left out. The highest register is lent that the program names nowhere, so that no script sees it;
// if it names all, the highest that is empty; if none is, the operation is void.
//
// Place: the bottom of model/. It knows nothing of collectors or of laws.

#ifndef MODEL_PROGRAM_H_
#define MODEL_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ouro {

// Bounds of the language. A program beyond them is bad input, never a broken law.
inline constexpr int kRegisters = 16;
inline constexpr int kMaxSlots = 8;
inline constexpr int kGenerations = 3;
inline constexpr int kMaxScripts = 32;              // `def 0` ... `def 31`
inline constexpr int kMaxArgument = 1'000'000'000;  // thresholds, `garbage K`, `fail N`
inline constexpr int kMaxOps = 1'000'000;           // operations of one program's text

// Where an operation finds a reference: a register, or, in a script, `self`.
using Ref = uint8_t;
inline constexpr Ref kSelf = kRegisters;

inline constexpr int8_t kNoScript = -1;

// The order is part of the byte form of programs: append, never reorder.
enum class OpCode : uint8_t {
  kNode,           // dest = node count [del script]
  kLeaf,           // dest = leaf
  kWeak,           // dest = weak ref [call script]
  kCopy,           // dest = ref
  kLoad,           // dest = ref.slot
  kDeref,          // dest = ref()
  kStore,          // ref.slot = value
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
};
inline constexpr int kOpCodes = static_cast<int>(OpCode::kRaise) + 1;

// One operation. Fields that its code does not use are zero (kNoScript for `script`), so that
// equality of operations is equality of their text.
struct Op {
  OpCode code = OpCode::kCensus;
  uint8_t dest = 0;           // the register that is written: `rD`
  Ref ref = 0;                // the object that is copied, loaded from, stored into: `R`
  Ref value = 0;              // the reference that is stored: `R'`
  uint8_t slot = 0;           // `K` of R.K
  int8_t script = kNoScript;  // `del S`, `call S`
  int32_t count = 0;          // slots of a node, generation, first threshold, index, N of `fail`
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
  kAllAbilities = (1 << 9) - 1,
};

// The ability of that word, `weak`, `callback`, ..., or 0 if there is none.
uint32_t AbilityOf(std::string_view word);

// The words of `abilities`, in the order above: "weak, finalizer"; "none" for 0.
std::string ListAbilities(uint32_t abilities);

// What the table says of an operation. O(1).
bool Allocates(OpCode code);       // creates an object, or fails to: Event::kNew, Event::kFailed
bool Yields(OpCode code);          // reports the object that it read, or none: Event::kGot
bool WritesRegister(OpCode code);  // has a `dest`

// The kind of operation, for signatures: "load". One word stands for several operations where
// shrinking may turn one of them into another. Lives as long as the process.
const char* WordOf(OpCode code);

using Script = std::vector<Op>;

// A script that is named but not defined is empty: a finalizer that does nothing.
struct Program {
  std::vector<Script> scripts;  // `def i:` is scripts[i]; at most kMaxScripts
  Script main;

  friend bool operator==(const Program&, const Program&) = default;

  // The script of that number; an empty one if there is none.
  const Script& script(int number) const;
  // A section is main, whose number is kNoScript, or a script.
  const Script& section(int number) const { return number == kNoScript ? main : script(number); }
  // The same, to be changed: creates the script if there is none.
  Script& mutable_section(int number);
  // Operations in main and in all scripts.
  size_t size() const;
  // The highest register that no operation names, or -1.
  int UnnamedRegister() const;
};

// The one written form of an operation, without indentation or line end: `r0 = node 2 del 0`.
std::string Print(const Op& op);

// The one written form of a program: each script that is not empty, in order, then `main:`; two
// spaces of indentation. Programs without scripts are their operations alone; the empty program is
// `main:` alone. Parse(Print(p)) is p, up to empty scripts at the end of `scripts`.
std::string Print(const Program& program);

// Reads one operation, with or without indentation; comments are not allowed here.
// Returns "" and sets *op, or returns what is wrong with the line and leaves *op alone.
// `in_script` says whether `self` may be named there. (`raise` may always be; in main it is void.)
std::string ParseOp(std::string_view line, bool in_script, Op* op);

// Reads the programs of one stream, separated by lines `---`; blank lines and `#` comments are
// skipped, and what has neither operations nor a header is no program. Operations before any
// `def` or `main:` belong to main. The programs have no empty scripts at the end of `scripts`.
// Returns "" and appends to *programs, or returns "line 7: ..." and leaves *programs alone.
std::string Parse(std::string_view text, std::vector<Program>* programs);

// The compact form, for fuzzing: four bytes an operation, so that a changed byte changes one
// operation. Any bytes decode to a program of at most `max_ops` operations, and
// Decode(Encode(p)) is p, up to empty scripts at the end of `scripts`, for every program of at most
// `max_ops` operations whose numbers the form can hold: node sizes, slots, registers, scripts and
// generations always; thresholds, indices and `fail` up to 192, or a digit and at least two zeros
// (700, 2000). Other numbers are rounded down to these.
Program Decode(const uint8_t* data, size_t size, size_t max_ops = 1024);
std::vector<uint8_t> Encode(const Program& program);

// Programs that are simpler than `program`, the boldest simplification first: whole scripts and
// long runs of operations dropped, then single ones, then scripts and registers renumbered, then
// single operations made plainer (no finalizer, fewer slots, a full collection, smaller numbers, a
// lower register). Every candidate is strictly smaller in a well-founded order, so that repeated
// simplification ends, and only the empty program has none. Quadratic in the program's length; of
// programs of thousands of operations the boldest candidates only.
std::vector<Program> Simpler(const Program& program);

}  // namespace ouro

#endif  // MODEL_PROGRAM_H_
