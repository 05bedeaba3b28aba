# SPDX-License-Identifier: Apache-2.0
"""Experiment R10: where is `__del__` looked up, and when?

On the class, at the death: what the class gains or loses meanwhile counts. Old-style instances
(`class Plain:` in 2.x) are asked themselves, too.
"""

from prelude import *


class Plain:
    pass


class New(object):
    pass


for kind in (New, Plain):
    x = kind()
    x.__del__ = lambda: log.append("instance")
    del x
    tell("attribute of the instance, " + kind.__name__)
x = New()
New.__del__ = lambda self: log.append("class")
del x
tell("added to the class")
x = New()
del New.__del__
del x
tell("removed from the class")

# On 2.6 - 2.7:
#   attribute of the instance, New:
#   attribute of the instance, Plain: instance
#   added to the class: class
#   removed from the class:
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   attribute of the instance, New:
#   attribute of the instance, Plain:
#   added to the class: class
#   removed from the class:
