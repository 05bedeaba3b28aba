# SPDX-License-Identifier: Apache-2.0
"""Experiment X4: does the collection at exit run with automatic collection off?

Yes: what hangs off trash is finalized.
"""

from prelude import *

gc.disable()


class Last(object):
    def __del__(self, write=sys.__stdout__.write):
        write("finalized\n")


x = cycle(Node)
x.b = Last()
del x
show("end")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   end
#   finalized
