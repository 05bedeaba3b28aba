// SPDX-License-Identifier: Apache-2.0

#include "collector/c_library.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace ouro {
namespace {

// ouroboros.h cannot include our headers, so it repeats these definitions.
static_assert(OURO_REGISTERS == kRegisters && OURO_MAX_SLOTS == kMaxSlots &&
              OURO_GENERATIONS == kGenerations && OURO_SELF == kSelf && OURO_NONE == kNone);
static_assert(std::is_same_v<ouro_id, ObjectId>);
constexpr bool Same(ouro_ability c, Ability ability) { return uint32_t{c} == uint32_t{ability}; }
static_assert(Same(OURO_WEAK, kWeakReferences) && Same(OURO_CALLBACK, kCallbacks) &&
              Same(OURO_FINALIZER, kFinalizers) && Same(OURO_GENERATION, kGenerations3) &&
              Same(OURO_GARBAGE, kGarbageList) && Same(OURO_SAVEALL, kSaveall) &&
              Same(OURO_THRESHOLD, kThresholds) && Same(OURO_CENSUS, kCensusTaking) &&
              Same(OURO_FAILURE, kFailures) && Same(OURO_MAP, kMaps) &&
              Same(OURO_DISPOSE, kDisposal) && Same(OURO_END, kEnding) &&
              Same(OURO_SCOPE, kScopes) && Same(OURO_FILL, kFills) &&
              Same(OURO_HELD, kHeldValues) && Same(OURO_STEP, kSteps) &&
              Same(OURO_ALL_ABILITIES, kAllAbilities));
// A new operation needs a case in Execute (or that does not compile), and a line in
// MissingFunction; a new event needs a function in ouro_observer.
static_assert(kOpCodes == 35 && static_cast<int>(Event::Kind::kFailed) == 10,
              "ouroboros.h must follow, with another OURO_VERSION");

// What a library exports: its table, without the parts that its version does not have, and the
// indices of its kinds.
struct CLibrary {
  ouro_collector_table table = {};
  std::vector<KindId> kinds;
  std::string options;
};

class CCollector final : public Collector {
 public:
  CCollector(std::shared_ptr<const CLibrary> library, Observer& observer)
      : library_(std::move(library)), table_(library_->table), observer_(observer) {
    Create();
  }
  ~CCollector() override {
    if (gc_ != nullptr) table_.destroy(gc_);
  }
  CCollector(const CCollector&) = delete;
  CCollector& operator=(const CCollector&) = delete;

  void Execute(const Op& op) override;

  std::string Verify() const override {
    if (table_.verify == nullptr || broken_) return "";
    const char* wrong = table_.verify(gc_);
    return wrong == nullptr ? "" : wrong;
  }

  void SetNotes(bool on) override { notes_ = on; }

  void Reset() override {
    born_ = 0;
    if (!broken_) return table_.reset(gc_);
    if (gc_ != nullptr) table_.destroy(gc_);
    Create();
  }

 private:
  ouro_observer Functions();
  void Create() {
    broken_ = false;
    gc_ = table_.create(&functions_);
    if (gc_ == nullptr) Broken("its `create` returned null");
    const bool told = gc_ != nullptr && table_.options != nullptr && !library_->options.empty();
    if (told) table_.options(gc_, library_->options.c_str());
  }
  int IndexOf(KindId kind) const {
    int index = 0;
    while (library_->kinds[static_cast<size_t>(index)] != kind) ++index;
    return index;
  }
  void ExecuteAs(const Op& op);
  void ExecuteNewer(const Op& op);
  static CCollector& Of(const ouro_observer* functions) {
    return *static_cast<CCollector*>(functions->context);
  }
  bool On(const Event& event) { return !broken_ && observer_.On(event) == ScriptEnd::kRaised; }
  void Broken(const char* why) {
    if (broken_) return;
    broken_ = true;
    observer_.Broken(why == nullptr ? "it gave no reason" : why);
  }

  const std::shared_ptr<const CLibrary> library_;
  const ouro_collector_table& table_;
  Observer& observer_;
  ouro_observer functions_ = Functions();
  void* gc_ = nullptr;
  ObjectId born_ = 0;
  bool broken_ = false;
  bool notes_ = false;
};

// The functions that the collector calls. Ids are assigned here, so that no adapter can get that
// wrong.
ouro_observer CCollector::Functions() {
  using From = const ouro_observer*;
  ouro_observer f = {};
  f.on_new = [](From from) {
    CCollector& self = Of(from);
    const ObjectId id = self.born_++;
    self.On(Event::New(id));
    return id;
  };
  f.on_got = [](From from, ouro_id id) { Of(from).On(Event::Got(id)); };
  f.on_finalize = [](From from, ouro_id id) { return Of(from).On(Event::Finalize(id)); };
  f.on_callback = [](From from, ouro_id id) { return Of(from).On(Event::Callback(id)); };
  f.on_free = [](From from, ouro_id id) { Of(from).On(Event::Free(id)); };
  f.on_collect = [](From from, int generation, bool automatic) {
    Of(from).On(Event::Collect(generation, automatic));
  };
  f.on_done = [](From from, int32_t found) { Of(from).On(Event::Done(found)); };
  f.on_garbage = [](From from, ouro_id id) { Of(from).On(Event::Garbage(id)); };
  f.on_tracked = [](From from, ouro_id id, int generation) {
    Of(from).On(Event::Tracked(id, generation));
  };
  f.on_failed = [](From from) { Of(from).On(Event::Failed()); };
  f.broken = [](From from, const char* why) { Of(from).Broken(why); };
  f.context = this;
  f.note = [](From from, const char* text) {
    if (!Of(from).broken_ && text != nullptr) Of(from).observer_.Note(text);
  };
  f.wants_notes = [](From from) { return Of(from).notes_; };
  return f;
}

// REQUIRES: the operation names a kind, which is one of the library's.
void CCollector::ExecuteAs(const Op& op) {
  const int kind = IndexOf(op.kind);
  if (op.code == OpCode::kNode) {
    return table_.node_as(gc_, op.dest, op.count, op.script != kNoScript, kind);
  }
  if (op.code == OpCode::kCopy) return table_.copy_as(gc_, op.dest, op.ref, kind);
  return table_.store_as(gc_, op.ref, op.slot, op.value, kind);
}

void CCollector::Execute(const Op& op) {
  if (broken_) return;
  if (op.kind != kPlain) return ExecuteAs(op);
  switch (op.code) {
    case OpCode::kNode:
      return table_.node(gc_, op.dest, op.count, op.script != kNoScript);
    case OpCode::kLeaf:
      return table_.leaf(gc_, op.dest);
    case OpCode::kWeak:
      return table_.weak(gc_, op.dest, op.ref, op.script != kNoScript);
    case OpCode::kCopy:
      return table_.copy(gc_, op.dest, op.ref);
    case OpCode::kLoad:
      return table_.load(gc_, op.dest, op.ref, op.slot);
    case OpCode::kDeref:
      return table_.deref(gc_, op.dest, op.ref);
    case OpCode::kDispose:
      return table_.dispose(gc_, op.ref);
    case OpCode::kPush:
      return table_.push(gc_, op.ref);
    case OpCode::kPop:
      return table_.pop(gc_);
    case OpCode::kMap:
      return table_.map(gc_, op.dest);
    case OpCode::kMapGet:
      return table_.map_get(gc_, op.dest, op.ref, op.key);
    case OpCode::kMapPut:
      return table_.map_put(gc_, op.ref, op.key, op.value);
    case OpCode::kMapRemove:
      return table_.map_remove(gc_, op.ref, op.key);
    case OpCode::kStore:
      return table_.store(gc_, op.ref, op.slot, op.value);
    case OpCode::kEmptySlot:
      return table_.empty_slot(gc_, op.ref, op.slot);
    case OpCode::kEmptyRegister:
      return table_.empty_register(gc_, op.dest);
    case OpCode::kCollect:
      return table_.collect(gc_, op.count);
    case OpCode::kEnd:
      return table_.end(gc_);
    case OpCode::kThreshold:
      return table_.threshold(gc_, op.count, op.count1, op.count2);
    case OpCode::kEnable:
    case OpCode::kDisable:
      return table_.enable(gc_, op.code == OpCode::kEnable);
    case OpCode::kSaveallOn:
    case OpCode::kSaveallOff:
      return table_.saveall(gc_, op.code == OpCode::kSaveallOn);
    case OpCode::kTakeGarbage:
      return table_.take_garbage(gc_, op.dest, op.count);
    case OpCode::kClearGarbage:
      return table_.clear_garbage(gc_);
    case OpCode::kCensus:
      return table_.census(gc_);
    case OpCode::kFail:
      return table_.fail(gc_, op.count);
    case OpCode::kRaise:  // the harness ends the script
    case OpCode::kChain:  // executed as other operations
      return;
    case OpCode::kPoke:
      return table_.poke(gc_, op.ref, op.slot, op.count);
    default:
      return ExecuteNewer(op);
  }
}

// A fill, a weak reference that holds, or a step.
void CCollector::ExecuteNewer(const Op& op) {
  switch (op.code) {
    case OpCode::kNodeWith:
      return table_.node_with(gc_, op.dest, op.count, op.ref, op.value, op.script != kNoScript);
    case OpCode::kClear:
      return table_.clear(gc_, op.ref);
    case OpCode::kCopySlots:
      return table_.copy_slots(gc_, op.ref, op.value);
    case OpCode::kWeakWith:
      return table_.weak_with(gc_, op.dest, op.ref, op.value, op.script != kNoScript);
    case OpCode::kStep:
      On(Event::Collect(0, false));
      On(Event::Done(table_.step(gc_, op.count) ? 1 : 0));
      return;
    default:
      return;
  }
}

// The first required function that `t` lacks, or nullptr.
const char* MissingFunction(const ouro_collector_table& t) {
  constexpr uint32_t kAlways = OURO_ALL_ABILITIES;
  const struct {
    const char* name;
    bool there;
    uint32_t needed;  // by any of these abilities
  } functions[] = {
      {"create", t.create != nullptr, kAlways},
      {"destroy", t.destroy != nullptr, kAlways},
      {"reset", t.reset != nullptr, kAlways},
      {"node", t.node != nullptr, kAlways},
      {"leaf", t.leaf != nullptr, kAlways},
      {"weak", t.weak != nullptr, OURO_WEAK},
      {"copy", t.copy != nullptr, kAlways},
      {"load", t.load != nullptr, kAlways},
      {"deref", t.deref != nullptr, OURO_WEAK},
      {"store", t.store != nullptr, kAlways},
      {"empty_slot", t.empty_slot != nullptr, kAlways},
      {"empty_register", t.empty_register != nullptr, kAlways},
      {"collect", t.collect != nullptr, kAlways},
      {"threshold", t.threshold != nullptr, OURO_THRESHOLD},
      {"enable", t.enable != nullptr, OURO_THRESHOLD},
      {"saveall", t.saveall != nullptr, OURO_SAVEALL},
      {"take_garbage", t.take_garbage != nullptr, OURO_GARBAGE},
      {"clear_garbage", t.clear_garbage != nullptr, OURO_GARBAGE},
      {"census", t.census != nullptr, OURO_CENSUS},
      {"fail", t.fail != nullptr, OURO_FAILURE},
      {"map", t.map != nullptr, OURO_MAP},
      {"map_get", t.map_get != nullptr, OURO_MAP},
      {"map_put", t.map_put != nullptr, OURO_MAP},
      {"map_remove", t.map_remove != nullptr, OURO_MAP},
      {"dispose", t.dispose != nullptr, OURO_DISPOSE},
      {"end", t.end != nullptr, OURO_END},
      {"push", t.push != nullptr, OURO_SCOPE},
      {"pop", t.pop != nullptr, OURO_SCOPE},
      {"node_with", t.node_with != nullptr, OURO_FILL},
      {"clear", t.clear != nullptr, OURO_FILL},
      {"copy_slots", t.copy_slots != nullptr, OURO_FILL},
      {"weak_with", t.weak_with != nullptr, OURO_HELD},
      {"step", t.step != nullptr, OURO_STEP},
  };
  for (const auto& function : functions) {
    const bool needed = function.needed == kAlways || (t.abilities & function.needed) != 0;
    if (needed && !function.there) return function.name;
  }
  return nullptr;
}

// The function that an operation with a kind of that place needs, if the table lacks it; or null.
const char* MissingFunction(const ouro_collector_table& table, const KindRow& kind) {
  using Place = KindRow::Place;
  if (kind.place == Place::kNode && table.node_as == nullptr) return "node_as";
  if (kind.place == Place::kRoot && table.copy_as == nullptr) return "copy_as";
  if (kind.place == Place::kEdge && table.store_as == nullptr) return "store_as";
  return kind.actions > 0 && table.poke == nullptr ? "poke" : nullptr;
}

// Reads the kinds of a table. Returns "" or what is wrong with them.
std::string ReadKindsOf(const ouro_collector_table& table, KindTable* kinds) {
  std::vector<std::string> lines;
  for (const char* const* line = table.kinds; line != nullptr && *line != nullptr; ++line) {
    lines.emplace_back(*line);
  }
  if (std::string error = ReadKinds(lines, kinds); !error.empty()) return error;
  for (const KindRow& kind : kinds->kinds()) {
    const char* const missing = MissingFunction(table, kind);
    if (missing == nullptr) continue;
    return fmt::format("it offers the kind {}, but has no function `{}`", KindName(kind.id),
                       missing);
  }
  return "";
}

}  // namespace

std::string ReadCTable(const ouro_collector_table& given, Specimen* specimen,
                       const std::string& options) {
  if (given.version < 1 || given.version > OURO_VERSION) {
    return fmt::format("built for version {} of ouroboros.h, this is {}", given.version,
                       OURO_VERSION);
  }
  const size_t size = given.version == 1 ? OURO_SIZE_1 : sizeof(ouro_collector_table);
  if (given.size != size) {
    return fmt::format("its table has {} bytes instead of {}: begin it with OURO_HEADER",
                       given.size, size);
  }
  auto library = std::make_shared<CLibrary>();
  std::memcpy(&library->table, &given, size);  // the rest stays null
  library->options = options;
  const ouro_collector_table& table = library->table;
  if (table.summary == nullptr) return "its table has no summary";
  if (table.contract == nullptr) return "its table has no contract";
  if ((table.abilities & ~uint32_t{OURO_ALL_ABILITIES}) != 0) {
    return fmt::format("its abilities {:#x} are not all in ouroboros.h", table.abilities);
  }
  if ((table.abilities & OURO_CALLBACK) != 0 && (table.abilities & OURO_WEAK) == 0) {
    return "it says OURO_CALLBACK without OURO_WEAK";
  }
  if (const char* missing = MissingFunction(table); missing != nullptr) {
    return fmt::format("its table has no function `{}`", missing);
  }
  KindTable kinds;
  if (std::string error = ReadKindsOf(table, &kinds); !error.empty()) return error;
  for (const KindRow& kind : kinds.kinds()) library->kinds.push_back(kind.id);
  const Contract* contract = nullptr;
  if (std::string error = ReadContract(table.contract, &contract); !error.empty()) return error;
  *specimen = {.name = "",
               .summary = table.summary,
               .contract = contract,
               .abilities = table.abilities,
               .kinds = std::move(kinds),
               .make = [library](Observer& observer) -> std::unique_ptr<Collector> {
                 return std::make_unique<CCollector>(library, observer);
               }};
  return "";
}

}  // namespace ouro
