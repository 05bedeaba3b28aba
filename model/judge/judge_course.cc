// SPDX-License-Identifier: Apache-2.0

// The course of a program, as every judge follows it: what is open, and what may come in it. The
// laws of the contract are called from here.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "model/event_text.h"
#include "model/judge/judge.h"

namespace ouro {

void Judge::Reset() {
  frames_.clear();
  registers_.fill(kNone);
  garbage_.clear();
  pushed_.clear();
  seen_in_census_.clear();
  edges_.clear();
  born_ = 0;
  fail_in_ = 0;
  ended_ = false;
  violation_.reset();
  situations_ = 0;
  features_.Begin();
  Clear();
}

// ---- Operations ----

void Judge::Begin(const Op& op) {
  if (violation_ || in_operation() || !IsVoid(op)) return BeginFit(op);
  // In traces recorded elsewhere: an operation without effect stands in for it.
  Frame& frame = frames_.emplace_back();
  frame.op = Op{.code = OpCode::kEnable};
  Enter(frame);
}

void Judge::BeginFit(const Op& op) {
  if (violation_) return;
  if (in_operation()) {
    return Convict(
        Law::kEventInPlace, kNone,
        fmt::format("`{}` was executed before the operation in progress had ended", Print(op)));
  }
  Frame& frame = frames_.emplace_back();
  frame.op = Offered(op);
  if (frame.op.kind != kPlain) NoteKind(frame.op.kind);
  Enter(frame);
  if (op.code == OpCode::kFail) fail_in_ = op.count;
  if (op.code == OpCode::kCensus) frame.census = static_cast<int32_t>(seen_in_census_.size());
  frame.failing = fail_in_ > 0 && Allocates(op.code) && --fail_in_ == 0;
  Apply(frame);
}

void Judge::End() {
  if (violation_) return;
  Prepare();
  if (frames_.empty() || frames_.back().type != Frame::Type::kOp) {
    return Convict(Law::kEventInPlace, kNone,
                   frames_.empty() ? "no operation was open"
                                   : "a script or collection within the operation did not end");
  }
  CheckAnswered(frames_.back());
  if (!violation_ && frames_.back().op.code == OpCode::kCensus) CheckCensus();
  if (!violation_) Leave(frames_.back());
  if (violation_) return;
  ended_ |= frames_.size() == 1 && ending();
  frames_.pop_back();
}

void Judge::CheckAnswered(const Frame& frame) {
  const OpCode code = frame.op.code;
  if ((code == OpCode::kCollect || code == OpCode::kStep) && !frame.collected) {
    return Convict(
        Law::kEventInPlace, kNone,
        fmt::format("the {} did not happen", code == OpCode::kStep ? "step" : "collection"));
  }
  if (frame.answered) return;
  if (code == OpCode::kDispose) {
    return Convict(
        Law::kFinalizeAtOnce, frame.object,
        fmt::format("the finalizer of #{} was asked for, but did not run", frame.object));
  }
  if (Allocates(code)) {
    return frame.failing
               ? Convict(Law::kFailedAllocation, kNone,
                         fmt::format("`{}` had to fail, but did not report it", Print(frame.op)))
               : Convict(Law::kEventInPlace, kNone, "no object was created");
  }
  if (Yields(code)) {
    return Convict(Law::kEventInPlace, kNone, fmt::format("`{}` yielded nothing", Print(frame.op)));
  }
}

void Judge::CheckCensus() {
  const auto begin = seen_in_census_.begin() + frames_.back().census;
  std::sort(begin, seen_in_census_.end());
  const auto twice = std::adjacent_find(begin, seen_in_census_.end());
  if (twice != seen_in_census_.end()) {
    return Convict(Law::kCensusComplete, *twice, fmt::format("#{} was listed twice", *twice));
  }
  EndCensus({begin, seen_in_census_.end()});
  seen_in_census_.erase(begin, seen_in_census_.end());
}

void Judge::Finish() {
  if (!violation_ && !idle()) {
    Convict(Law::kEventInPlace, kNone, "the trace ends before its last operation has ended");
  }
}

// ---- Events ----

void Judge::Observe(const Event& event) {
  if (violation_) return;
  Prepare();
  const bool script_end = event.kind == Event::Kind::kEnd;
  if (frames_.empty() || (frames_.back().type == Frame::Type::kScript) != script_end) {
    return Convict(Law::kEventInPlace, event.id, "nothing in progress could cause it");
  }
  if (frames_.back().nested && event.kind != Event::Kind::kDone) {
    return Convict(Law::kNoNestedCollection, event.id,
                   "a collection inside a collection had an effect");
  }
  switch (event.kind) {
    case Event::Kind::kNew:
      return Born(event.id);
    case Event::Kind::kGot:
      return Got(event.id);
    case Event::Kind::kFinalize:
      return Finalized(event.id);
    case Event::Kind::kCallback:
      return OnCallback(event.id);
    case Event::Kind::kEnd:
      if (frames_.back().object == event.id) return ScriptEnded(event.flag);
      return Convict(Law::kEventInPlace, event.id,
                     fmt::format("the running script is that of #{}", frames_.back().object));
    case Event::Kind::kFree:
      return OnFree(event.id);
    case Event::Kind::kCollect:
      return OnCollect(event);
    case Event::Kind::kDone:
      if (frames_.back().type == Frame::Type::kCollection) return OnDone(event);
      return Convict(Law::kEventInPlace, kNone, "no collection was running");
    case Event::Kind::kGarbage:
      return Saved(event.id);
    case Event::Kind::kTracked:
      return Tracked(event);
    case Event::Kind::kFailed:
      return Failed();
  }
}

void Judge::ScriptEnded(bool raised) {
  if (violation_) return;
  Prepare();
  if (frames_.empty() || frames_.back().type != Frame::Type::kScript) {
    return Convict(Law::kEventInPlace, kNone, "no script was running that could end");
  }
  if (HasPushed()) {
    return Convict(Law::kEventInPlace, kNone,
                   fmt::format("the script ended before it popped #{}", pushed_.back()));
  }
  Frame frame = frames_.back();
  frame.raised = raised;
  frames_.pop_back();
  if (raised) Note(Situation::kScriptRaised);
  OnScriptEnded(frame);
}

void Judge::Born(ObjectId id) {
  Frame& frame = frames_.back();
  if (frame.type != Frame::Type::kOp || !Allocates(frame.op.code) || frame.answered) {
    return Convict(Law::kEventInPlace, id, "no allocation was in progress");
  }
  if (frame.failing) {
    return Convict(Law::kFailedAllocation, id,
                   fmt::format("#{} was born, although this allocation had to fail", id));
  }
  CheckBirth(frame);
  if (violation_) return;
  if (id != born_) {
    return Convict(Law::kIdentity, id, fmt::format("the new object is #{}, not #{}", born_, id));
  }
  frame.answered = true;
  ++born_;
  OnBorn(frame);
}

void Judge::Failed() {
  Frame& frame = frames_.back();
  if (frame.type != Frame::Type::kOp || !frame.failing || frame.answered) {
    return Convict(Law::kFailedAllocation, kNone, "no allocation had to fail");
  }
  frame.answered = true;
  Note(Situation::kAllocationFailed);
  OnFailed(frame);
}

void Judge::Got(ObjectId id) {
  Frame& frame = frames_.back();
  const bool loads = Yields(frame.op.code);
  if (frame.type != Frame::Type::kOp || !loads || frame.answered) {
    return Convict(Law::kEventInPlace, kNone,
                   frame.type == Frame::Type::kOp
                       ? fmt::format("`{}` yields nothing{}", Print(frame.op),
                                     loads ? " more" : " that is reported")
                       : "a collection yields nothing");
  }
  const Answer expected = Expected(frame);
  if (id != expected.id && !(expected.none_too && id == kNone)) {
    const auto name = [](ObjectId o) { return o == kNone ? "none" : fmt::format("#{}", o); };
    const Law law = frame.op.code == OpCode::kDeref    ? Law::kDereference
                    : frame.op.code == OpCode::kMapGet ? Law::kLookup
                                                       : Law::kLoad;
    return Convict(law, id,
                   fmt::format("`{}` yielded {} instead of {}{}", Print(frame.op), name(id),
                               name(expected.id), expected.none_too ? " or none" : ""));
  }
  frame.answered = true;
  OnGot(frame, id);
}

// That of a living object, called by name, counts for nothing.
void Judge::Finalized(ObjectId id) {
  Frame& frame = frames_.back();
  const bool asked = frame.type == Frame::Type::kOp && frame.op.code == OpCode::kDispose &&
                     frame.object == id && !frame.answered;
  if (!asked) {
    OnFinalize(id);
    if (!violation_ && ending()) Note(Situation::kFinalizedAtEnd);
    return;
  }
  frame.answered = true;
  Note(Situation::kDisposed);
  if (in_script()) Note(Situation::kScriptInScript);
  OnDispose(id);
  Open({.type = Frame::Type::kScript, .asked_for = true, .object = id});
}

void Judge::Saved(ObjectId id) {
  if (frames_.back().type != Frame::Type::kCollection && !MayCollect()) {
    return Convict(Law::kEventInPlace, id, "no collection was running");
  }
  if (Known(id, Law::kGarbageUncollectable)) OnGarbage(id);
}

void Judge::Tracked(const Event& event) {
  const Frame& frame = frames_.back();
  if (frame.type != Frame::Type::kOp || frame.op.code != OpCode::kCensus) {
    return Convict(Law::kEventInPlace, event.id, "no census was requested");
  }
  if (!Known(event.id, Law::kCensusComplete)) return;
  seen_in_census_.push_back(event.id);
  OnTracked(event);
}

bool Judge::Known(ObjectId id, Law law) {
  if (exists(id) && !Freed(id)) return true;
  Convict(law, kNone,
          !exists(id)             ? fmt::format("#{} does not exist yet", id)
          : law == Law::kFreeOnce ? fmt::format("#{} was freed a second time", id)
                                  : fmt::format("#{} was already freed", id));
  return false;
}

// ---- Scripts ----

const Judge::Frame* Judge::InnermostScript() const {
  for (size_t i = frames_.size(); i-- > 0;) {
    if (frames_[i].type == Frame::Type::kScript) return &frames_[i];
  }
  return nullptr;
}

// What `self` is: nothing, if the finalizer runs after the death of its object.
ObjectId Judge::Self() const {
  const Frame* script = InnermostScript();
  if (script == nullptr || script->no_self || Freed(script->object)) return kNone;
  return script->object;
}

// ---- Convictions ----

void Judge::Convict(Law law, ObjectId object, std::string what) {
  if (violation_) return;
  const ObjectId known = exists(object) ? object : kNone;
  violation_ = Violation{law, known, std::move(what), "", Signature(law)};
  if (explains_) violation_->lawful = Lawful(known);
}

std::string Judge::Signature(Law law) const {
  std::string signature = Name(law);
  for (size_t i = frames_.size(); i-- > 0;) {
    if (frames_[i].type != Frame::Type::kOp) continue;
    signature += fmt::format(" at {}", WordOf(frames_[i].op.code));
    break;
  }
  const Frame* script = InnermostScript();
  signature += script == nullptr     ? " in main"
               : script->is_callback ? " in a callback"
                                     : " in a finalizer";
  return signature;
}

// ---- What would have been lawful ----

// The results and collections that the innermost operation has yet to report.
void Judge::ListAnswers(std::vector<Event>* events) const {
  if (frames_.empty() || frames_.back().type != Frame::Type::kOp) return;
  const Frame& frame = frames_.back();
  const OpCode code = frame.op.code;
  if (code == OpCode::kCollect) events->push_back(Event::Collect(frame.op.count, false));
  if (code == OpCode::kStep) events->push_back(Event::Collect(0, false));
  if (code == OpCode::kDispose && !frame.answered) events->push_back(Event::Finalize(frame.object));
  if (Allocates(code)) {
    if (frame.automatic >= 0) events->push_back(Event::Collect(frame.automatic, true));
    events->push_back(frame.failing ? Event::Failed() : Event::New(born_));
  } else if (Yields(code) && !frame.answered) {
    events->push_back(Event::Got(Expected(frame).id));
    if (Expected(frame).none_too) events->push_back(Event::Got(kNone));
  }
}

bool Judge::Accepts(const Event& event) const {
  const std::unique_ptr<Judge> copy = Copy();
  copy->explains_ = false;
  copy->features_.CountInto(nullptr);
  copy->violation_.reset();
  copy->Observe(event);
  return !copy->violation_;
}

std::string Judge::Lawful(ObjectId object) const {
  constexpr size_t kMostCopied = 1'000'000;  // objects, in all copies
  constexpr size_t kMostTried = 64;          // events
  constexpr size_t kMostSaid = 6;
  std::vector<Event> candidates;
  ListCandidates(object, &candidates);
  ListAnswers(&candidates);
  const size_t objects = static_cast<size_t>(born_) + 1;
  const size_t tried = std::min(candidates.size(), std::min(kMostTried, kMostCopied / objects + 1));
  std::vector<std::string> lawful;
  for (size_t i = 0; i < tried; ++i) {
    const auto begin = candidates.begin();
    const auto here = begin + static_cast<ptrdiff_t>(i);
    if (std::find(begin, here, *here) == here && Accepts(*here)) lawful.push_back(Print(*here));
  }
  if (lawful.empty()) {
    const bool lives = object != kNone && !Freed(object) && Held(object);
    return lives ? fmt::format("nothing; #{} lives on", object) : "nothing";
  }
  const size_t more = lawful.size() > kMostSaid ? lawful.size() - kMostSaid : 0;
  lawful.resize(lawful.size() - more);
  return fmt::format("{}{}", fmt::join(lawful, ", "),
                     more > 0 ? fmt::format(", {} more", more) : "");
}

}  // namespace ouro
