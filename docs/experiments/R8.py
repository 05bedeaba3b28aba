# SPDX-License-Identifier: Apache-2.0
"""Experiment R8: what does an exception in a finalizer change?

Nothing but a message: slots are released as ever, and what was being handled is still handled.
"""

from prelude import *


def fail(node):
    raise ValueError("boom")


scripts["x"] = fail
sys.stderr = Capture()
try:
    raise KeyError("outer")
except KeyError:
    x = Mortal("x")
    x.a = Mortal("child")
    del x
    log.append("handling " + sys.exc_info()[0].__name__)
tell("death")
show("reported:", "ValueError" in sys.stderr.text)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: del x del child handling KeyError
#   reported: True
