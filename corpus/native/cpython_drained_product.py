# SPDX-License-Identifier: Apache-2.0

"""CPython 3.14.10 and 3.15.2: an `itertools.product` whose results are kept leaks in a cycle.

    python3 cpython_drained_product.py      exits with 1 where the bug is present

While results are kept, each is a new tuple, and a tuple of numbers is not tracked. As the indices
roll over at the end, the first elements are put into the last one, which stays untracked: what it
refers to looks referenced from outside. Ouroboros found it with the kind `product`.
"""

import gc
import itertools
import sys
import weakref


class Node:
    pass


node = Node()
reference = weakref.ref(node)
node.iterator = itertools.product([node, 1], [2])
list(node.iterator)
del node
gc.collect()
sys.exit("leaks" if reference() else 0)
