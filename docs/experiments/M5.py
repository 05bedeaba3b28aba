# SPDX-License-Identifier: Apache-2.0
"""Experiment M5: what does `gc.collect` take as its argument?"""

from prelude import *

show("a keyword:", gc.collect(generation=0) >= 0)
try:
    gc.collect("x")
except TypeError:
    show("a string: TypeError")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   a keyword: True
#   a string: TypeError
