# SPDX-License-Identifier: Apache-2.0

"""CPython 3.7 to 3.13.0: an Element that is initialised a second time never frees its first
attributes.

    python3 cpython_element_again.py      exits with 1 where the bug is present
"""

import gc
import sys
import weakref
from xml.etree import ElementTree


class Content:
    pass


content = Content()
reference = weakref.ref(content)
holder = ElementTree.Element('a', {'b': content})
holder.__init__('a', {'c': 1})
del content, holder
gc.collect()
sys.exit("leaks" if reference() else 0)
