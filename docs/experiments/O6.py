# SPDX-License-Identifier: Apache-2.0
"""Experiment O6: what does a finalizer see of a list that is emptied, or filled anew, at once?

All elements are new or gone before the first old one dies; the old ones die last to first, and
those that have yet to die are whole.
"""

from prelude import *


def watched(name):
    mortal = Mortal(name)
    scripts[name] = lambda self: log.append("sees %d %s" % (len(x), contents()))
    return mortal


def contents():
    return " ".join(element.name for element in x if element) or "none"


def fresh():
    return [watched(name) for name in "012"]


x = fresh()
first = weakref.ref(x[0])
scripts["2"] = lambda self: log.append("first is %s" % ("dead" if first() is None else "alive"))
del x[:]
tell("del x[:]")
x = fresh()
x[:] = [Node("new"), None, None]
tell("x[:] = ...")
x = fresh()
x[:2] = [None, None]
tell("x[:2] = ...")
scripts.clear()

# On 2.7, 3.6 - 3.13, 3.14.2:
#   del x[:]: del 2 first is alive del 1 sees 0 none del 0 sees 0 none
#   x[:] = ...: del 2 sees 3 new del 1 sees 3 new del 0 sees 3 new
#   x[:2] = ...: del 1 sees 3 2 del 0 sees 3 2
