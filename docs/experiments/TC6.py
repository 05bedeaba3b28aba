# SPDX-License-Identifier: Apache-2.0
"""Experiment TC6: can an object be finalized twice at one death?

Old-style instances in a deep chain can: a frame that was put off still holds them (bpo-36556).
"""

from prelude import *


class Plain:
    def __init__(self, number, link):
        self.number, self.link = number, link

    def __del__(self):
        log.append(self.number)


chain = None
for i in range(200):
    chain = Plain(i, chain)
chain = None
other = [1]
other = None
show("finalizers:", "200" if len(log) == 200 else "more", "objects:", len(set(log)))

# On 2.6 - 2.7:
#   finalizers: more objects: 200
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   finalizers: 200 objects: 200
