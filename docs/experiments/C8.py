# SPDX-License-Identifier: Apache-2.0
"""Experiment C8: what if a class holds its own instance?

The class is trash with it. In 2.x an instance with a finalizer makes all of that uncollectable,
though only the instance enters `gc.garbage`.
"""

from prelude import *


def local():
    class Own(object):
        def __del__(self):
            log.append("del")

    Own.instance = Own()


local()
gc.collect()
tell("garbage", [type(thing).__name__ for thing in gc.garbage])

# On 2.6 - 2.7:
#   garbage: ['Own']
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   garbage: [] del
