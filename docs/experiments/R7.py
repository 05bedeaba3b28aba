# SPDX-License-Identifier: Apache-2.0
"""Experiment R7: in which generation is what a finalizer brought back at a death by count?

It is tracked again for the finalizer, as if new: generation 0, however old it was.
"""

from prelude import *

scripts["x"] = kept.append
x = Mortal("x")
gc.collect()
log.append("young: %s" % young(x))
del x
log.append("young: %s" % young(kept[0]))
tell("before and after")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   before and after: young: False del x young: True
