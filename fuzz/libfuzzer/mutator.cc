#include "fuzz/libfuzzer/mutator.h"

#include <algorithm>
#include <optional>
#include <span>

#include "fuzz/libfuzzer/program_edit.h"
#include "model/program_table.h"
#include "properties/generator/builder.h"
#include "properties/generator/generator.h"
#include "properties/generator/shapes.h"

namespace ouro {
namespace {

using table::Field;
using table::Kind;

constexpr size_t kShortRun = 8;
constexpr size_t kLongRun = 16;

// ---- draws of operations ----

// A register that the program writes, half the time.
uint8_t AnyRegister(Random& random, const Program& program) {
  if (program.size() > 0 && random.Percent(50)) {
    const Run run = AnyOp(random, program);
    const Op& op = SectionOf(program, run.section)[run.at];
    if (WritesRegister(op.code)) return op.dest;
  }
  return static_cast<uint8_t>(random.Below(kRegisters));
}

// A value that the field may have in that section: mostly a small one.
int AnyValue(Random& random, const Field& field, const Program& program, int section) {
  constexpr int kLargest = 16;
  switch (field.kind) {
    case Kind::kReference:
      if (section != kNoScript && random.Percent(30)) return kSelf;
      return AnyRegister(random, program);
    case Kind::kRegister:
      return AnyRegister(random, program);
    case Kind::kOption:
      if (random.Percent(40)) return field.lowest();
      return random.Below(std::min(static_cast<int>(program.scripts.size()) + 1, kMaxScripts));
    case Kind::kNumber:
      break;
  }
  const int largest = random.Percent(80) ? field.min + 3 : kLargest;
  return random.Between(field.min, std::min(field.max, largest));
}

// As AnyValue, but not what the operation has.
int OtherValue(Random& random, const Field& field, const Program& program, int section,
               const Op& op) {
  const int present = field.get(op);
  for (int draws = 0; draws < 8; ++draws) {
    const int value = AnyValue(random, field, program, section);
    if (value != present) return value;
  }
  return present == field.lowest() ? present + 1 : field.lowest();
}

Op AnyOperation(Random& random, OpCode code, const Program& program, int section) {
  Op op;
  op.code = code;
  for (const Field* field : table::FieldsOf(code)) {
    field->set(&op, AnyValue(random, *field, program, section));
  }
  return op;
}

// One of the operation's fields that name registers, or one of the others; null if there is none.
const Field* AnyField(Random& random, OpCode code, bool is_register) {
  const Field* drawn = nullptr;
  int seen = 0;
  for (const Field* field : table::FieldsOf(code)) {
    if (field->is_register() == is_register && random.Below(++seen) == 0) drawn = field;
  }
  return drawn;
}

std::optional<Run> FindField(Random& random, const Program& program, bool is_register) {
  return Find(random, program, [is_register](const Op& op) {
    for (const Field* field : table::FieldsOf(op.code)) {
      if (field->is_register() == is_register) return true;
    }
    return false;
  });
}

// ---- changes of place ----

template <typename Change>
void EachRegister(Op* op, Change change) {
  for (const Field* field : table::FieldsOf(op->code)) {
    if (field->is_register()) field->set(op, change(field->get(*op)));
  }
}

// A copy of operations that is about to go elsewhere.
class Clip {
 public:
  Clip(const Program& program, const Run& run) : length_(run.length) {
    std::copy_n(SectionOf(program, run.section).data() + run.at, length_, ops_.data());
  }

  // The registers that follow by `shift` instead.
  void Shift(int shift) {
    for (Op& op : ops()) {
      EachRegister(&op, [&](int reg) { return reg == kSelf ? kSelf : (reg + shift) % kRegisters; });
    }
  }

  // In main, where nobody is `self`, that is some register.
  void Paste(Random& random, const Run& place, Program* program) {
    const int self = place.section == kNoScript ? random.Below(kRegisters) : kSelf;
    for (Op& op : ops()) {
      EachRegister(&op, [&](int reg) { return reg == kSelf ? self : reg; });
    }
    Insert(place, ops(), program);
  }

 private:
  std::span<Op> ops() { return {ops_.data(), length_}; }

  std::array<Op, kLongRun> ops_;
  size_t length_;
};

bool InsertOne(Random& random, size_t max_ops, Program* program) {
  if (program->size() >= max_ops) return false;
  const Run place = AnyPlace(random, *program);
  const auto code = static_cast<OpCode>(random.Below(kOpCodes));
  const Op op = AnyOperation(random, code, *program, place.section);
  Insert(place, {&op, 1}, program);
  return true;
}

// What no operation names never runs, so it goes first.
bool Delete(Random& random, size_t, Program* program) {
  if (program->size() == 0) return false;
  if (const auto idle = Lowest(Defined(*program) & ~Named(*program)); idle && random.Percent(50)) {
    SectionOf(program, *idle).clear();
  } else {
    Erase(AnyRun(random, *program, kShortRun), program);
  }
  return true;
}

// Within a section, a move changes the places of two neighbouring runs.
bool MoveWithin(Random& random, const Run& run, Program* program) {
  Script& script = SectionOf(program, run.section);
  const size_t elsewhere = script.size() - run.length;  // places, without the present one
  if (elsewhere == 0) return false;
  size_t to = Draw(random, elsewhere);
  if (to >= run.at) to += run.length + 1;
  const size_t first = std::min(to, run.at);
  const size_t last = std::max(to, run.at + run.length);
  const size_t middle = to < run.at ? run.at : run.at + run.length;
  const std::span<Op> both(script.data() + first, last - first);
  bool same = true;
  for (size_t i = 0; same && i < both.size(); ++i) {
    same = both[i] == both[(i + middle - first) % both.size()];
  }
  if (same) return false;
  std::rotate(both.begin(), both.begin() + static_cast<ptrdiff_t>(middle - first), both.end());
  return true;
}

bool Move(Random& random, size_t, Program* program) {
  if (program->size() == 0) return false;
  const Run run = AnyRun(random, *program, kShortRun);
  Run place = AnyPlace(random, *program);
  if (run.section != kNoScript && random.Percent(50)) {
    place = AnyPlaceIn(random, *program, kNoScript);
  }
  if (place.section == run.section) return MoveWithin(random, run, program);
  Clip clip(*program, run);
  Erase(run, program);
  clip.Paste(random, place, program);
  return true;
}

// The copy that fits.
std::optional<Run> RunToCopy(Random& random, size_t max_ops, const Program& program,
                             size_t longest) {
  const size_t size = program.size();
  if (size == 0 || size >= max_ops) return std::nullopt;
  return AnyRun(random, program, std::min(longest, max_ops - size));
}

bool Duplicate(Random& random, size_t max_ops, Program* program) {
  const auto run = RunToCopy(random, max_ops, *program, kShortRun);
  if (!run) return false;
  Clip(*program, *run).Paste(random, *run, program);
  return true;
}

bool Splice(Random& random, size_t max_ops, Program* program) {
  const auto run = RunToCopy(random, max_ops, *program, kLongRun);
  if (!run) return false;
  Clip clip(*program, *run);
  clip.Shift(random.Below(kRegisters));
  clip.Paste(random, AnyPlace(random, *program), program);
  return true;
}

// ---- changes of fields ----

bool Retarget(Random& random, size_t, Program* program) {
  const auto found = FindField(random, *program, true);
  if (!found) return false;
  Script& script = SectionOf(program, found->section);
  Op& op = script[found->at];
  const Field& field = *AnyField(random, op.code, true);
  const int from = field.get(op);
  const int to = OtherValue(random, field, *program, found->section, op);
  field.set(&op, to);
  if (to == kSelf || random.Percent(50)) return true;
  const size_t run = 1 + Draw(random, script.size() - found->at);
  for (Op& other : std::span(script).subspan(found->at, run)) {
    EachRegister(&other, [&](int reg) { return reg == from ? to : reg; });
  }
  return true;
}

bool ChangeField(Random& random, size_t, Program* program) {
  const auto found = FindField(random, *program, false);
  if (!found) return false;
  Op& op = SectionOf(program, found->section)[found->at];
  const Field& field = *AnyField(random, op.code, false);
  field.set(&op, OtherValue(random, field, *program, found->section, op));
  return true;
}

// ---- scripts ----

// Takes operations of another program over, with the scripts that they name.
class Graft {
 public:
  // REQUIRES: program.size() < max_ops.
  Graft(Random& random, const Program& donor, size_t max_ops, Program* program)
      : random_(random),
        donor_(donor),
        program_(*program),
        room_(max_ops - program->size()),
        free_(~(Defined(*program) | Named(*program))) {
    numbers_.fill(kNoScript);
  }

  // As many operations of the run as there is room for; of their scripts, what then fits.
  void Take(const Run& run, const Run& place) {
    const size_t length = std::min(run.length, room_);
    room_ -= length;
    Script taken(donor_.main.begin() + static_cast<ptrdiff_t>(run.at),
                 donor_.main.begin() + static_cast<ptrdiff_t>(run.at + length));
    for (Op& op : taken) TakeScript(&op);
    Insert(place, taken, &program_);
  }

 private:
  // A script without a body becomes any script of the program, unless it has none there either.
  void TakeScript(Op* op) {
    if (op->script == kNoScript) return;
    const int8_t from = op->script;
    int8_t& to = numbers_[static_cast<uint8_t>(from)];
    const Script& body = donor_.script(from);
    if (to == kNoScript) {
      const auto lowest = Lowest(free_);
      const bool known = body == program_.script(from);
      if (known || body.empty() || !lowest) {
        const int scripts = static_cast<int>(program_.scripts.size());
        to = known ? from : static_cast<int8_t>(random_.Below(std::max(scripts, 1)));
      } else {
        to = *lowest;
      }
      free_ &= ~Only(to);
      if (!known && !body.empty() && lowest) TakeBody(body, to);
    }
    op->script = to;
  }

  void TakeBody(const Script& body, int to) {
    for (Op op : body) {
      if (room_ == 0) return;
      --room_;
      TakeScript(&op);  // which may move the scripts
      SectionOf(&program_, to).push_back(op);
    }
  }

  Random& random_;
  const Program& donor_;
  Program& program_;
  size_t room_;
  Set free_;
  std::array<int8_t, kMaxScripts> numbers_;
};

bool Grow(Random& random, size_t max_ops, Program* program) {
  const size_t size = program->size();
  if (size >= max_ops) return false;
  Builder builder(random.Next());
  kShapeTable[Draw(random, kShapes)].build(builder);
  const Program& shape = builder.program();
  if (shape.size() == 0 || shape.size() > max_ops - size) return false;
  const Run place = AnyPlace(random, *program);
  Graft(random, shape, max_ops, program).Take({kNoScript, 0, shape.main.size()}, place);
  return true;
}

// A run of a random program has a plan, which mutations seldom put together.
bool Borrow(Random& random, size_t max_ops, Program* program) {
  if (program->size() >= max_ops) return false;
  const Program donor = Generate(random.Next());
  if (donor.main.empty()) return false;
  Run run = {kNoScript, Draw(random, donor.main.size()), 0};
  run.length = 1 + Draw(random, donor.main.size() - run.at);
  const Run place = AnyPlaceIn(random, *program, kNoScript);
  Graft(random, donor, max_ops, program).Take(run, place);
  return true;
}

// A register that is not in use, if there is one.
uint8_t NewRegister(Random& random, Set* used) {
  const int start = random.Below(kRegisters);
  for (int i = 0; i < kRegisters; ++i) {
    const int reg = (start + i) % kRegisters;
    if (*used & Only(reg)) continue;
    *used |= Only(reg);
    return static_cast<uint8_t>(reg);
  }
  return static_cast<uint8_t>(start);
}

bool Wrap(Random& random, size_t max_ops, Program* program) {
  Script& main = program->main;
  if (main.empty() || program->size() + 3 > max_ops) return false;
  const auto number = Lowest(~(Defined(*program) | Named(*program)));
  if (!number) return false;
  const size_t at = Draw(random, main.size());
  const Run run = {kNoScript, at, 1 + Draw(random, std::min(kShortRun, main.size() - at))};
  Set used = 0;
  for (Op& op : main) EachRegister(&op, [&](int reg) { return used |= Only(reg), reg; });
  const uint8_t node = NewRegister(random, &used);
  const uint8_t weak = NewRegister(random, &used);

  Clip clip(*program, run);
  Erase(run, program);
  clip.Paste(random, {*number, 0, 0}, program);
  const Op drop = Drop(node);
  Insert(run, {&drop, 1}, program);
  // The object may be older than what happens before the run.
  const Run birth = {kNoScript, random.Percent(50) ? at : Draw(random, at + 1), 0};
  const int slots = random.Below(3);
  if (random.Percent(60)) {
    const Op carrier = MakeNode(node, slots, *number);
    Insert(birth, {&carrier, 1}, program);
  } else {
    const std::array carriers = {MakeNode(node, slots), MakeWeak(weak, node, *number)};
    Insert(birth, carriers, program);
  }
  return true;
}

// ---- what collectors do by themselves ----

bool InsertCollection(Random& random, size_t max_ops, Program* program) {
  if (program->size() >= max_ops) return false;
  const Op op = Collect(random.Below(kGenerations));
  Insert(AnyPlace(random, *program), {&op, 1}, program);
  return true;
}

bool ChangeThreshold(Random& random, size_t max_ops, Program* program) {
  const auto is_threshold = [](const Op& op) { return op.code == OpCode::kThreshold; };
  const bool room = program->size() < max_ops;
  if (!room || random.Percent(50)) {
    if (const auto found = Find(random, *program, is_threshold)) {
      Op& op = SectionOf(program, found->section)[found->at];
      const Field& field = *AnyField(random, op.code, false);
      field.set(&op, OtherValue(random, field, *program, found->section, op));
      return true;
    }
  }
  if (!room) return false;
  Op op = Threshold(random.Between(1, 4), random.Below(4), random.Below(3));
  if (random.Percent(40)) op = {.code = random.Percent(50) ? OpCode::kEnable : OpCode::kDisable};
  // At the begin, all the rest of the program happens under it.
  Insert(random.Percent(25) ? Run{} : AnyPlace(random, *program), {&op, 1}, program);
  return true;
}

bool FailAllocation(Random& random, size_t max_ops, Program* program) {
  if (program->size() >= max_ops) return false;
  const auto found = Find(random, *program, [](const Op& op) { return Allocates(op.code); });
  if (!found) return false;
  const Op op = {.code = OpCode::kFail, .count = random.Percent(60) ? 1 : random.Between(2, 4)};
  Insert(*found, {&op, 1}, program);
  return true;
}

// ---- lengths ----

// Drops what is too much, and empty scripts at the end.
void Cut(size_t max_ops, Program* program) {
  for (size_t size = program->size(); size > max_ops;) {
    const bool all = program->scripts.empty();
    Script& last = all ? program->main : program->scripts.back();
    const size_t cut = std::min(last.size(), size - max_ops);
    last.resize(last.size() - cut);
    size -= cut;
    table::TrimScripts(program);
  }
  table::TrimScripts(program);
}

}  // namespace

// clang-format off
const std::array<Mutation, kMutations> kMutationTable = {{
    {"insert",     InsertOne,        "an operation of any code comes in"},
    {"delete",     Delete,           "a short run goes, or a script that nothing names"},
    {"move",       Move,             "a run goes elsewhere, also into a script and back"},
    {"duplicate",  Duplicate,        "a run happens twice"},
    {"splice",     Splice,           "a run happens elsewhere too, in other registers"},
    {"retarget",   Retarget,         "an operand is another register, once or for a while"},
    {"field",      ChangeField,      "a slot, size, generation, script or other number changes"},
    {"cluster",    Grow,             "a shape of the generator comes in, with its scripts"},
    {"borrow",     Borrow,           "a run of a random program comes in, with its scripts"},
    {"wrap",       Wrap,             "a run becomes the script of an object that dies there"},
    {"collection", InsertCollection, "a collection comes in"},
    {"threshold",  ChangeThreshold,  "collections happen at other times, or not by themselves"},
    {"fail",       FailAllocation,   "an allocation fails"},
}};
// clang-format on

const Mutation* MutateOnce(Random& random, size_t max_ops, Program* program) {
  const auto applies = [&](const Mutation& mutation) {
    if (!mutation.apply(random, max_ops, program)) return false;
    table::TrimScripts(program);
    return true;
  };
  for (size_t draws = 0; draws < 2 * kMutations; ++draws) {
    const Mutation& mutation = kMutationTable[Draw(random, kMutations)];
    if (applies(mutation)) return &mutation;
  }
  for (const Mutation& mutation : kMutationTable) {
    if (applies(mutation)) return &mutation;
  }
  return nullptr;
}

void Mutate(uint64_t seed, size_t max_ops, Program* program) {
  Random random(seed);
  Cut(max_ops, program);
  if (random.Percent(75)) {
    MutateOnce(random, max_ops, program);
    return;
  }
  const Program before = *program;
  for (int more = random.Between(2, 4); more > 0; --more) MutateOnce(random, max_ops, program);
  if (*program == before) MutateOnce(random, max_ops, program);
}

Program Cross(uint64_t seed, const Program& a, const Program& b, size_t max_ops) {
  Random random(seed);
  Program child = a;
  Cut(max_ops, &child);
  if (b.main.empty()) return child;
  Run gone = AnyPlaceIn(random, child, kNoScript);
  const size_t rest = child.main.size() - gone.at;
  Run taken = {kNoScript, Draw(random, b.main.size()), 0};
  taken.length = b.main.size() - taken.at;
  const int way = random.Below(3);
  if (way > 0) taken.length = 1 + Draw(random, taken.length);
  if (way == 0) gone.length = rest;
  if (rest > 0 && way != 0 && (way == 1 || child.size() == max_ops))
    gone.length = 1 + Draw(random, rest);
  Erase(gone, &child);
  // Their bodies would only take room.
  for (Set idle = Defined(child) & ~Named(child); idle != 0; idle &= idle - 1) {
    child.scripts[static_cast<size_t>(*Lowest(idle))].clear();
  }
  if (child.size() < max_ops)
    Graft(random, b, max_ops, &child).Take(taken, {kNoScript, gone.at, 0});
  table::TrimScripts(&child);
  return child;
}

}  // namespace ouro
