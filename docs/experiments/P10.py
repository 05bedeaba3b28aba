# SPDX-License-Identifier: Apache-2.0
"""Experiment P10: when is an object marked as finalized?

By the collector before its finalizer runs; at a death by count afterwards.
"""

from prelude import *

if hasattr(gc, "is_finalized"):
    scripts["x"] = lambda node: (log.append(str(gc.is_finalized(node))), kept.append(node))
    x = Mortal("x")
    del x
    tell("by count", gc.is_finalized(kept.pop()))
    cycle(Mortal, "x")
    gc.collect()
    tell("by collection", gc.is_finalized(kept.pop()))
else:
    show("gc.is_finalized is not here")

# On 2.6 - 2.7, 3.6 - 3.8:
#   gc.is_finalized is not here
# On 3.9 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   by count: True del x False
#   by collection: True del x True
