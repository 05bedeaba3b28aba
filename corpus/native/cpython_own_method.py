# SPDX-License-Identifier: Apache-2.0

"""CPython 3.6 to 3.15.2: a staticmethod that is initialised with itself; asking whether it is
abstract asks itself, until the C stack ends. The same with property and classmethod.

    python3 cpython_own_method.py      crashes where the bug is present
"""

p = staticmethod(len)
p.__init__(p)
p.__isabstractmethod__
print("passes")
