# SPDX-License-Identifier: Apache-2.0
"""Experiment TC5: when do deaths happen that the trashcan has put off?

When the outermost death ends. But up to 3.7 instances only put off: with an instance outermost,
they happen when some list, tuple or dictionary dies (bpo-35983).
"""

from prelude import *


class Link(object):
    __slots__ = ("next",)

    def __init__(self, link):
        self.next = link

    def __del__(self):
        dead[0] += 1


dead = [0]
chain = None
for _ in range(200):
    chain = Link(chain)
chain = None
first = dead[0]
other = [1]
other = None
show("at once:", "all" if first == 200 else "some", "later:", dead[0])

# On 2.6 - 2.7, 3.6 - 3.7:
#   at once: some later: 200
# On 3.8 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   at once: all later: 200
