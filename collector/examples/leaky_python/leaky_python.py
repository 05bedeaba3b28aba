# SPDX-License-Identifier: Apache-2.0

"""What leaky_python.cc does, for a real CPython 2: the example of "Debugging a leaky Python".

Place: leaky_python_test.py runs it and compares. Its syntax is that of Python 3 too, for the tools
that read every file here; but there nothing is uncollectable.

    python2.7 leaky_python.py [--stats]
"""

import gc
import sys


class ClassyClass(object):

    def __init__(self):
        say("I live!")

    # Prints by itself: at exit say() may be gone already, and a wrong call must still be visible.
    def __del__(self, write=sys.stdout.write):
        write("I have been garbage collected\n")

    def point_to_yourself(self):
        self.self = self
        say("I point to myself")


def say(line):
    sys.stdout.write(line + "\n")


def show_garbage():
    say("Uncollectable garbage %r" % (gc.garbage,))


def without_self_reference():
    say("\n== Without self reference ==")
    it = ClassyClass()
    del it
    show_garbage()


def with_self_reference():
    say("\n== With self reference ==")
    it = ClassyClass()
    it.point_to_yourself()
    del it
    show_garbage()
    say("= Forcing full collection =")
    gc.collect()
    show_garbage()


def main():
    sys.stderr = sys.stdout  # where gc writes
    gc.collect()  # what starting up has left, and the counts: so no collection is automatic
    gc.set_debug(gc.DEBUG_LEAK | (gc.DEBUG_STATS if "--stats" in sys.argv[1:] else 0))
    without_self_reference()
    with_self_reference()


main()
