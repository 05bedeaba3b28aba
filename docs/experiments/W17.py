# SPDX-License-Identifier: Apache-2.0
"""Experiment W17: does a weak reference hand out an object whose death the trashcan has put off?

2.6 does: a dead object (issue 16602). Later the accessor looks at the count.
"""

from prelude import *


class Link(object):
    pass


class Looks(object):
    def __del__(self):
        log.append("object" if weak() is not None else "nothing")


chain = None
for i in range(200):
    link = Link()
    link.next, chain = chain, link
    if i == 199 - 24:  # the first beyond the limit of nesting
        weak = weakref.ref(link)
pair = [Looks(), chain]
del chain, link
del pair
tell("yields")

# On 2.6:
#   yields: object
# On 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   yields: nothing
