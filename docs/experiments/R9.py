# SPDX-License-Identifier: Apache-2.0
"""Experiment R9: does an exception in a callback keep the other callbacks from being called?"""

from prelude import *


def fail(weak):
    log.append("cb fails")
    raise ValueError("boom")


sys.stderr = Capture()
x = Node("x")
weaks = [weakref.ref(x, fail), weakref.ref(x, says("cb")), weakref.ref(x, fail)]
del x
tell("death")
show("messages:", sys.stderr.text.count("ValueError: boom") +
     sys.stderr.text.count("ValueError: ValueError('boom',)"))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: cb fails cb cb fails
#   messages: 2
