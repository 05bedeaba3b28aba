# SPDX-License-Identifier: Apache-2.0

"""What differs among versions of CPython: the contract by which one is judged, and how it lists its
generations.

Place: a part of the adapter in cpython.py; the build puts this text before it. It asks the
interpreter once, before the first program.
"""

import ctypes
import gc
import sys
import weakref


class Probe(object):
    """A node whose finalizer takes what is needed to see, afterwards, what was cleared when."""
    seen = {}

    def __del__(self):
        seen = self.seen
        seen['plain'] = seen['outside']() is not None
        seen['in trash'] = self.weak  # To what lives; brought back.
        seen['made'] = weakref.ref(self, lambda _: seen.update(called=True))


def probe_contract():
    """The contract whose rules this interpreter follows. Which weak references a collection clears,
    and when, has been changed in patch releases, and by distributions: so that is tried."""
    version = sys.version_info[:3]
    if version < (3,):
        return 'cpython26' if version < (2, 7) else 'cpython27'
    if version < (3, 4) or version >= (3, 16):
        return 'untried'
    seen = Probe.seen
    living, trash = Probe(), Probe()
    trash.cycle, trash.weak, living.weak = trash, weakref.ref(living), None
    seen['outside'] = weakref.ref(trash)
    gc.collect()
    del trash
    count = gc.collect()
    own_is_cleared = seen['in trash']() is None
    plain_yields, made_is_called = seen['plain'], 'called' in seen
    Probe.seen = {'outside': weakref.ref(living)}  # For the finalizer of `living`.
    if version < (3, 9):
        return 'cpython34' if count > 0 else 'cpython38' if own_is_cleared else 'cpython37'
    if version < (3, 13) or two_generations():  # No other answer of theirs is known.
        known = 'cpython39' if version < (3, 13) else 'cpython3140'
        return known if made_is_called and not plain_yields else 'untried'
    return 'cpython315' if plain_yields else 'cpython313' if made_is_called else 'cpython314'


def two_generations():
    """Whether it is one of 3.14.0 to 3.14.4. Their collect(1) is an increment, for which nothing
    is promised; and what a young collection keeps is in no list until that is over."""
    return sys.version_info >= (3, 14) and gc.get_threshold()[2] == 0


def tracked_by_interpreter():
    """Returns the addresses of all tracked objects by generation, on 3.8 and later."""
    return [(generation, list(map(id, gc.get_objects(generation=generation))))
            for generation in range(3)]


class Generations(object):
    """The same for 3.7 and earlier. gc.get_objects() lists the generations one after another; each
    begins at the first link of its list head, a pointer read from the interpreter's memory."""

    def __init__(self):
        gc.collect()
        probe = []
        self.head_size = sys.getsizeof(probe) - probe.__sizeof__()
        gc.collect(0)
        self.middle = self.first_link_of_generation_with(id(probe))
        gc.collect(1)
        self.oldest = self.first_link_of_generation_with(id(probe))

    def first_link_of_generation_with(self, probe):
        """The list of a generation is a ring in which only the head is not an object."""
        objects = set(map(id, gc.get_objects()))
        heads = []
        address = probe
        while True:
            address = ctypes.c_size_t.from_address(address - self.head_size).value + self.head_size
            if address == probe:
                break
            if address not in objects:
                heads.append(address)
        if len(heads) != 1:
            raise RuntimeError('the lists of the collector are not where they were')
        return ctypes.c_size_t.from_address(heads[0] - self.head_size)

    def __call__(self):
        first_of = {self.middle.value + self.head_size: 1, self.oldest.value + self.head_size: 2}
        generations, generation = [(0, []), (1, []), (2, [])], 0
        for address in list(map(id, gc.get_objects())):
            generation = first_of.get(address, generation)
            generations[generation][1].append(address)
        return generations
