# SPDX-License-Identifier: Apache-2.0
"""What the experiments share: objects that are easy to count, a log, and a few questions.

Place: imported by every experiment, and by nothing else. It runs on CPython 2.6 and later.
Automatic collection is off and the start-up's trash is gone, so that an experiment sees its own
objects only.
"""

import gc
import sys
import weakref

__all__ = ["gc", "sys", "weakref", "Node", "Mortal", "Capture", "log", "kept", "scripts", "show",
           "tell", "says", "cycle", "ring", "watch", "alive", "found_by", "young", "names",
           "automatic"]

log = []      # what happened, in order; `tell` prints it and empties it
kept = []     # where finalizers and callbacks put what they bring back
scripts = {}  # by name of a Mortal: what its finalizer does beyond writing to the log


class Node(object):
    """One node is one tracked object in every version: slots make no dictionary."""
    __slots__ = ("name", "a", "b", "c", "__weakref__")

    def __init__(self, name=""):
        self.name = name


class Mortal(Node):
    """A node with a finalizer."""
    __slots__ = ()

    def __del__(self):
        log.append("del " + self.name)
        if self.name in scripts:
            scripts[self.name](self)


class Capture(object):
    """A file that remembers what is written to it. It writes without making tracked objects."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def show(*words):
    sys.__stdout__.write(" ".join(str(word) for word in words).rstrip() + "\n")


def tell(label, *words):
    show(*((label + ":",) + words + tuple(log)))
    del log[:]


_callbacks = {}


def says(text):
    """A callback that logs `text`. It is held here, so that it is never a part of the trash."""
    return _callbacks.setdefault(text, lambda _: log.append(text))


def cycle(kind, name=""):
    """An object that references itself."""
    node = kind(name)
    node.a = node
    return node


def ring(first, second):
    """Two objects that reference each other."""
    first.a, second.a = second, first
    return first, second


def watch(*nodes):
    """Weak references without callback. (In 2.x a loop would leave its variable behind, bound.)"""
    return list(map(weakref.ref, nodes))


def alive(*weaks):
    return ["dead" if weak() is None else "alive" for weak in weaks]


def found_by(weak):
    """The generation of trash: the youngest collection that finds it. None: no collection does."""
    for generation in range(3):
        gc.collect(generation)
        if weak() is None:
            return generation
    return None


def young(node):
    """Whether it is among the first objects of the census, which begins with generation 0."""
    objects = gc.get_objects()
    found = any(objects[i] is node for i in range(len(objects) // 4))
    del objects[:]  # it holds the frame that holds it
    return found


def names(objects):
    """Of the nodes among `objects`, in their order."""
    return [getattr(node, "name", "?") for node in objects if isinstance(node, Node)]


def automatic(thresholds, births, limit=60):
    """Makes `births` objects that live, and returns the generations collected on the way."""
    held, seen = [None] * births, []
    count = gc.get_count  # at each turn it shows which counter moved
    gc.set_threshold(*thresholds)
    gc.collect()
    before = count()
    gc.enable()
    for i in range(births):
        held[i] = Node()
        now = count()
        if now[1:] != before[1:]:
            seen.append("1" if now[2] > before[2] else "0" if now[1] > before[1] else "2")
        before = now
    gc.disable()
    return "".join(seen[:limit])


gc.disable()
gc.collect()
