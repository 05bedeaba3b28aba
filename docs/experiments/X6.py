# SPDX-License-Identifier: Apache-2.0
"""Experiment X6: how does a weak reference die that holds an object, as weakref.KeyedRef does?

What they hold is released before they are detached, and they are not called any more; yet a
collection within that crashes if it clears such a weak reference (see corpus/native). Cycles
through them are trash like others. One that is trash is not called, and before 3.8 keeps its
target.
"""

from prelude import *


class Ref(weakref.ref):
    __slots__ = ("held", "name")


def called(ref):
    log.append("callback, held: " + getattr(getattr(ref, "held", None), "name", "nothing"))


def refer(target, held, callback=called):
    ref = Ref(target, callback)
    ref.held = held
    return ref


# A death by count: the value is there in the callback, and dies with the weak reference.
target = Node()
ref = refer(target, Mortal("value"))
del target
tell("its target died")
del ref
tell("it died")

# It releases what it holds, and only then is it detached; a finalizer lets the target go meanwhile.
targets = [Node()]
scripts["value"] = lambda _: targets.pop()
ref = refer(targets[0], Mortal("value"))
del ref
tell("its target died as it released")
del scripts["value"]

# Tracked, like any weak reference, whatever it holds.
target = Node()
show("tracked:", gc.is_tracked(refer(target, 1)) if hasattr(gc, "is_tracked") else "unknown")

# Through a slot: weak reference -> target -> weak reference.
node = Node("node")
node.a = refer(node, node)
weak = weakref.ref(node)
del node
show("cycle:", gc.collect(), alive(weak)[0])
tell("called")

# Trash itself, and its target is not: before 3.8 it is attached until it is cleared.
target = Node("target")
node = Mortal("node") if sys.version_info >= (3, 4) else Node("node")
node.a = refer(target, node)
scripts["node"] = lambda self: kept.append(self.a)
del node
gc.collect()
tell("brought back", ["empty" if ref() is None else "attached" for ref in kept])

# On 2.7:
#   its target died: callback, held: value
#   it died: del value
#   its target died as it released: del value
#   tracked: True
#   cycle: 2 dead
#   called:
#   brought back: []
# On 3.6 - 3.7:
#   its target died: callback, held: value
#   it died: del value
#   its target died as it released: del value
#   tracked: True
#   cycle: 2 dead
#   called:
#   brought back: ['attached'] del node
# On 3.8 - 3.13, 3.14.2:
#   its target died: callback, held: value
#   it died: del value
#   its target died as it released: del value
#   tracked: True
#   cycle: 2 dead
#   called:
#   brought back: ['empty'] del node
