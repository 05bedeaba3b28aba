# SPDX-License-Identifier: Apache-2.0
"""Experiment F11: has a suspended generator a finalizer?

In 2.x, if it waits inside try/finally: then its cycle is uncollectable.
"""

from prelude import *


def generator():
    me = yield
    try:
        yield me
    finally:
        log.append("finally")


x = generator()
next(x)
x.send(x)
del x
gc.collect()
tell("garbage", [type(thing).__name__ for thing in gc.garbage])

# On 2.6 - 2.7:
#   garbage: ['generator']
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   garbage: [] finally
