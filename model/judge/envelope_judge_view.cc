// SPDX-License-Identifier: Apache-2.0

// What the envelope judge believes, for those who show runs.

#include "model/judge/envelope_judge.h"

namespace ouro {

void EnvelopeJudge::Show(HeapView* view) const {
  using State = ObjectView::State;
  view->enabled = enabled_;
  view->saveall = saveall_;
  for (size_t id = 0; id < objects_.size(); ++id) {
    const Object& object = objects_[id];
    ObjectView& shown = view->objects[id];
    // Both are declared in the same order.
    shown.kind = static_cast<ObjectView::Kind>(object.kind);
    // What is freed is yielded no more; the judge need not note that.
    const bool gone = object.target != kNone && at(object.target).freed;
    shown.bond = gone ? ObjectView::Bond::kNo : static_cast<ObjectView::Bond>(object.bond);
    shown.state = object.freed                                  ? State::kFreed
                  : object.holds == 0 && object.references == 0 ? State::kDying
                                                                : State::kLiving;
    shown.script = object.script;
    if (object.script != kNoScript) {
      const bool weak = object.kind == Object::Kind::kWeak;
      const bool due = (weak ? object.call : object.due) != Object::Due::kNo;
      shown.call = due ? ObjectView::Script::kDue : ObjectView::Script::kRan;
    }
    shown.target = object.target;
    shown.slots = object.slots;
    if (object.kind != Object::Kind::kMap || object.freed) continue;
    entries_.ForEach(static_cast<ObjectId>(id), [&](ObjectId value, ObjectId key) {
      // That of a dead key is gone.
      if (at(key).freed) return;
      view->entries.push_back({.map = static_cast<ObjectId>(id), .key = key, .value = value});
    });
  }
}

}  // namespace ouro
