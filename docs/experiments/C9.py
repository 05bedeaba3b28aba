# SPDX-License-Identifier: Apache-2.0
"""Experiment C9: in which order does a chain of finalizers die that two trash objects share?

From its head: each is finalized before what it references.
"""

from prelude import *

one, two = ring(Node(), Node())
one.b = two.b = Mortal("head")
one.b.a = Mortal("middle")
one.b.a.a = Mortal("tail")
del one, two
tell("collect", gc.collect())

# On 2.6 - 2.7:
#   collect: 2 del head del middle del tail
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 5 del head del middle del tail
