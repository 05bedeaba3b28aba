# SPDX-License-Identifier: Apache-2.0
"""Experiment X7: in which order does a death let go of the weak references whose callbacks it ran?

PyObject_ClearWeakRefs keeps them in a tuple, the newest first, and a tuple lets go of its last
element first. Meanwhile it holds the others: a collection does not find them.
"""

from prelude import *


class Ref(weakref.ref):
    __slots__ = ("held", "me")


refs = []


def let_go(_):
    log.append("callback")
    del refs[:]


def refer(target, name):
    ref = Ref(target, let_go)
    ref.held = Mortal(name)
    return ref


target = Node()
refs.extend([refer(target, "oldest"), refer(target, "middle"), refer(target, "newest")])
del target
tell("three")

# The newest is a cycle of its own by then; the finalizer of what the oldest held collects.
target = Node()
refs.extend([refer(target, "oldest"), refer(target, "newest")])
refs[1].me = refs[1]
scripts["oldest"] = lambda _: log.append("found %d" % gc.collect())
del target
tell("two")

# On 2.7, 3.6 - 3.13:
#   three: callback callback callback del oldest del middle del newest
#   two: callback callback del oldest found 0
