# SPDX-License-Identifier: Apache-2.0
"""Experiment G4: which generation does an automatic collection take?

The oldest whose count is above its threshold. So a full one comes at the very next occasion after
the middle one that made it due, with no young one in between. (How long it waits besides is P25.)
"""

from prelude import *

sequence = automatic((20, 3, 2), 6000, 1000)
show("middle ones come after four young ones:", "1" + "0000" + "1" in sequence)
show("a full one comes straight after a middle one:", "12" in sequence)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   middle ones come after four young ones: True
#   a full one comes straight after a middle one: True
# On 3.14.2:
#   middle ones come after four young ones: False
#   a full one comes straight after a middle one: False
