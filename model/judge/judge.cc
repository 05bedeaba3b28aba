// SPDX-License-Identifier: Apache-2.0

#include "model/judge/judge.h"

#include <fmt/format.h>

#include <string>

#include "model/judge/envelope_judge.h"
#include "model/judge/exact_judge.h"
#include "model/program_table.h"

namespace ouro {
namespace {

std::string NameOf(Ref ref) { return ref == kSelf ? "self" : fmt::format("r{}", ref); }

}  // namespace

std::unique_ptr<Judge> MakeJudge(const Contract& contract, uint32_t abilities,
                                 const KindTable& kinds) {
  if (const Envelope* bounds = contract.bounds(); bounds != nullptr) {
    return std::make_unique<EnvelopeJudge>(*bounds, abilities, kinds);
  }
  return std::make_unique<ExactJudge>(*contract.exact(), abilities, kinds);
}

Op Judge::OfferedOf(const Op& op) const {
  const KindRow* kind = kinds_.Find(op.kind);
  const bool offered = kind != nullptr && kind->place == PlaceOf(op.code);
  if (offered && !(kind->no_finalizer && op.script != kNoScript)) return op;
  Op plain = op;
  plain.kind = kPlain;
  return plain;
}

void Judge::PutEdge(ObjectId node, size_t slot, KindId kind) {
  const KindRow* row = kind == kPlain ? nullptr : kinds_.Find(kind);
  if (row != nullptr) {
    edges_[Edge(node, slot)] = row;
  } else {
    edges_.erase(Edge(node, slot));
  }
}

Judge::Reason Judge::WhyUnfit(Ref ref, size_t slot, table::Operand wanted) const {
  using Kind = Referent::Kind;
  const Referent found = Look(ref);
  if (found.kind == Kind::kNothing) return {Reason::Kind::kEmpty, ref, 0};
  switch (wanted) {
    case table::Operand::kNone:
    case table::Operand::kObject:
      return {};
    case table::Operand::kNode:
      if (found.kind == Kind::kNode) return {};
      break;
    case table::Operand::kWeak:
      if (found.kind == Kind::kWeak) return {};
      break;
    case table::Operand::kMap:
      if (found.kind == Kind::kMap) return {};
      break;
    case table::Operand::kSlot:
      if (slot < found.slots) return {};
      return {Reason::Kind::kNoSlot, ref, 0};
  }
  return {Reason::Kind::kWrongKind, ref, 0, wanted};
}

Judge::Reason Judge::ReasonOf(const Op& op) const {
  if (ended_) return {Reason::Kind::kEnded, 0, 0};
  const table::Row& row = table::RowOf(op.code);
  const uint32_t needs = row.needs | (op.script == kNoScript ? 0 : row.script_needs);
  // The lowest ability that is missing: weak references come before their callbacks.
  if (const uint32_t missing = needs & ~abilities_; missing != 0) {
    return {Reason::Kind::kLacks, 0, missing & (~missing + 1)};
  }
  if (row.ref != table::Operand::kNone) {
    if (const Reason reason = WhyUnfit(op.ref, op.slot, row.ref)) return reason;
  }
  if (row.value != table::Operand::kNone) {
    if (const Reason reason = WhyUnfit(op.value, 0, row.value)) return reason;
  }
  if (row.key != table::Operand::kNone) {
    if (const Reason reason = WhyUnfit(op.key, 0, row.key)) return reason;
  }
  switch (row.state) {
    case table::State::kAny:
      return {};
    case table::State::kListed:
      if (static_cast<size_t>(op.count) < garbage_.size()) return {};
      return {Reason::Kind::kGarbage, 0, 0};
    case table::State::kInScript:
      if (in_script()) return {};
      return {Reason::Kind::kNoScript, 0, 0};
    case table::State::kInMain:
      if (!in_script()) return {};
      return {Reason::Kind::kInScript, 0, 0};
    case table::State::kRoom:
      if (pushed_.size() < kMaxPushed) return {};
      return {Reason::Kind::kNoRoom, 0, 0};
    case table::State::kPushed:
      if (HasPushed()) return {};
      return {Reason::Kind::kNothingPushed, 0, 0};
    case table::State::kActive: {
      const KindRow* kind = edge(Look(op.ref).id, op.slot);
      if (kind != nullptr && kind->actions > 0) return {};
      return {Reason::Kind::kNoAction, op.ref, 0};
    }
    case table::State::kFinal:
      if (script_of(Look(op.ref).id) != kNoScript) return {};
      return {Reason::Kind::kNoFinalizer, op.ref, 0};
  }
  return {};
}

std::string Judge::WhyVoid(const Op& op) const {
  const Reason reason = ReasonOf(op);
  switch (reason.kind) {
    case Reason::Kind::kNone:
      break;
    case Reason::Kind::kLacks:
      return "the collector does not claim: " + ListAbilities(reason.ability);
    case Reason::Kind::kEmpty:
      return NameOf(reason.ref) + " is empty";
    case Reason::Kind::kWrongKind:
      return fmt::format("{} is not a {}", NameOf(reason.ref),
                         reason.wanted == table::Operand::kWeak  ? "weak reference"
                         : reason.wanted == table::Operand::kMap ? "map"
                                                                 : "node");
    case Reason::Kind::kNoSlot:
      return fmt::format("{} has no slot {}", NameOf(reason.ref), op.slot);
    case Reason::Kind::kGarbage:
      return fmt::format("the garbage list has {} objects", garbage_.size());
    case Reason::Kind::kNoScript:
      return "no script is running";
    case Reason::Kind::kInScript:
      return "a script is running";
    case Reason::Kind::kEnded:
      return "the collector has been torn down";
    case Reason::Kind::kNoRoom:
      return fmt::format("{} objects are pushed", pushed_.size());
    case Reason::Kind::kNothingPushed:
      return "nothing is pushed here";
    case Reason::Kind::kNoAction:
      return fmt::format("slot {} of {} offers no action", op.slot, NameOf(reason.ref));
    case Reason::Kind::kNoFinalizer:
      return NameOf(reason.ref) + " has no finalizer";
  }
  return "";
}

HeapView Judge::View() const {
  HeapView view;
  view.registers = registers_;
  view.pushed = pushed_;
  view.garbage = garbage_;
  for (const Frame& frame : frames_) {
    using Type = OpenView::Type;
    switch (frame.type) {
      case Frame::Type::kOp:
        view.open.push_back({.type = Type::kOperation, .op = frame.op});
        break;
      case Frame::Type::kScript:
        view.open.push_back({.type = frame.is_callback ? Type::kCallback : Type::kFinalizer,
                             .object = frame.object});
        break;
      case Frame::Type::kCollection:
        view.open.push_back({.type = Type::kCollection});
        break;
    }
  }
  view.objects.resize(static_cast<size_t>(born_));
  Show(&view);
  for (size_t id = 0; id < view.objects.size(); ++id) {
    ObjectView& object = view.objects[id];
    if (object.state == ObjectView::State::kFreed) {
      object.slots.clear();
      continue;
    }
    for (size_t slot = 0; slot < object.slots.size() && !edges_.empty(); ++slot) {
      const KindRow* kind = edge(static_cast<ObjectId>(id), slot);
      if (kind == nullptr || object.slots[slot] == kNone) continue;
      object.kinds.resize(object.slots.size(), kPlain);
      object.kinds[slot] = kind->id;
    }
  }
  for (const ObjectId id : garbage_) {
    ObjectView& object = view.objects[static_cast<size_t>(id)];
    if (object.state == ObjectView::State::kLiving) {
      object.state = ObjectView::State::kUncollectable;
    }
  }
  FindTrash(&view);
  return view;
}

}  // namespace ouro
