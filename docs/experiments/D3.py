# SPDX-License-Identifier: Apache-2.0
"""Experiment D3: what do the debug flags print of objects, and when among callbacks, finalizers?

Collectable objects first, callbacks, finalizers of what is cleared, then uncollectable objects. In
2.x DEBUG_OBJECTS has to be set besides; LEAK is all of them, with SAVEALL.
"""

import re

from prelude import *

gc.collect()


def printed(title, flags):
    sys.stderr = Capture()
    weak = weakref.ref(cycle(Node, "plain"), lambda _: sys.stderr.write("(callback)\n"))
    cycle(Mortal, "mortal")
    cycle(Node).b = Mortal("hanging")
    scripts["hanging"] = lambda _: sys.stderr.write("(finalizer)\n")
    gc.set_debug(flags)
    found = gc.collect()
    gc.set_debug(0)
    show("--", title, found, "garbage", names(gc.garbage))
    for node in gc.garbage:
        node.a = None
    scripts.clear()
    del gc.garbage[:]
    for line in sys.stderr.text.splitlines():
        show(re.sub("0x[0-9a-f]+", "ADDRESS", line))


both = gc.DEBUG_COLLECTABLE | gc.DEBUG_UNCOLLECTABLE
printed("both", both)
printed("both, and objects", both | getattr(gc, "DEBUG_OBJECTS", 0))
printed("leak", gc.DEBUG_LEAK)

# On 2.6 - 2.7:
#   -- both 3 garbage ['mortal']
#   (callback)
#   (finalizer)
#   -- both, and objects 3 garbage ['mortal']
#   gc: collectable <Node ADDRESS>
#   gc: collectable <Node ADDRESS>
#   (callback)
#   (finalizer)
#   gc: uncollectable <Mortal ADDRESS>
#   -- leak 4 garbage ['plain', '', 'mortal', 'hanging']
#   gc: collectable <Node ADDRESS>
#   gc: collectable <Node ADDRESS>
#   (callback)
#   gc: uncollectable <Mortal ADDRESS>
#   gc: uncollectable <Mortal ADDRESS>
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   -- both 4 garbage []
#   gc: collectable <Node ADDRESS>
#   gc: collectable <Mortal ADDRESS>
#   gc: collectable <Mortal ADDRESS>
#   gc: collectable <Node ADDRESS>
#   (callback)
#   (finalizer)
#   -- both, and objects 4 garbage []
#   gc: collectable <Node ADDRESS>
#   gc: collectable <Mortal ADDRESS>
#   gc: collectable <Mortal ADDRESS>
#   gc: collectable <Node ADDRESS>
#   (callback)
#   (finalizer)
#   -- leak 4 garbage ['plain', 'mortal', 'hanging', '']
#   gc: collectable <Node ADDRESS>
#   gc: collectable <Mortal ADDRESS>
#   gc: collectable <Mortal ADDRESS>
#   gc: collectable <Node ADDRESS>
#   (callback)
#   (finalizer)
