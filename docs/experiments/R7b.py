# SPDX-License-Identifier: Apache-2.0
"""Experiment R7b: is an old-style instance tracked while its finalizer runs?

In 2.x no, unlike others (R7c); it is tracked again only if it was brought back. Later it is an
object like any other.
"""

from prelude import *


class Plain:
    def __del__(self):
        log.append("tracked: %s" % any(map(lambda other: other is self, gc.get_objects())))
        kept.append(self)


x = Plain()
del x
log.append("then: %s" % any(map(lambda other: other is kept[0], gc.get_objects())))
tell("death")
Plain.__del__ = lambda self: None

# On 2.6 - 2.7:
#   death: tracked: False then: True
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: tracked: True then: True
