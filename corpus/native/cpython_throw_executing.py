# SPDX-License-Identifier: Apache-2.0

"""CPython 3.10 and 3.11: `throw` into a coroutine that is being executed, from a finalizer that
runs while an exception leaves `await`. What it awaits is taken from a stack that is not there.

    python3 cpython_throw_executing.py      crashes where the bug is present
"""


class Awaited:
    def __await__(self):
        return self

    def __next__(self):
        return None

    def __del__(self):
        try:
            c.throw(ValueError)
        except ValueError:
            pass


async def wait():
    await Awaited()


c = wait()
c.send(None)
try:
    c.throw(KeyError)
except KeyError:
    print("passes")
