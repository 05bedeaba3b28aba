# SPDX-License-Identifier: Apache-2.0
"""Experiment P13: what does an exception in a finalizer change for the collection?

Nothing: it is reported, and the trash is cleared.
"""

from prelude import *


def fail(node):
    raise ValueError("boom")


scripts["x"] = fail
sys.stderr = Capture()
x = cycle(Mortal, "x")
weak = weakref.ref(x)
del x
tell("collect", gc.collect(), *(alive(weak) + ["reported: %s" % ("boom" in sys.stderr.text)]))

# On 2.6 - 2.7:
#   collect: 1 alive reported: False
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 1 dead reported: True del x
