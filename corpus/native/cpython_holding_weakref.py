# SPDX-License-Identifier: Apache-2.0

"""CPython 2.7 to 3.15: a crash in handle_weakrefs. A weak reference of a subclass that dies
releases its attributes while it is still attached to its target (subtype_dealloc). If a finalizer
among them collects, and the target is trash, the collection takes the dying weak reference, which
it does not track any more, for one that it has to call: gc_list_move, on links that are gone.

    python3 cpython_holding_weakref.py              crashes where the bug is present
    python3 cpython_holding_weakref.py library      the same with a WeakValueDictionary
"""

import gc
import sys
import weakref


class Ref(weakref.ref):
    __slots__ = ("held",)


class Node(object):
    pass


class Collector(object):
    def __del__(self):
        gc.collect()


def main():
    target = Node()
    target.me = target  # trash, once it is let go: a cycle
    ref = Ref(target, lambda _: None)
    ref.held = Collector()
    del target
    del ref


def library():
    target = Node()
    target.me = target
    values = weakref.WeakValueDictionary()
    values[Collector()] = target  # a KeyedRef holds the key
    del target
    del values  # its dictionary lets the key go before the KeyedRef


gc.disable()
library() if sys.argv[1:] == ["library"] else main()
print("passes")
