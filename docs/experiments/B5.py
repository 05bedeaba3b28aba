# SPDX-License-Identifier: Apache-2.0
"""Experiment B5: does a weak reference that a finalizer makes to its object dangle afterwards?

No: it is cleared with the object (issue 1377858).
"""

from prelude import *

x = Mortal("x")
scripts["x"] = lambda node: kept.append(weakref.ref(node))
del x
tell("death", *alive(*kept))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: dead del x
