# SPDX-License-Identifier: Apache-2.0

"""CPython 3.6 to 3.14: a task that is initialized again without an event loop crashes as it dies.

    python3 -W ignore cpython_task_again.py        crashes where the bug is present

`Task.__init__` lets go of the loop, then fails as there is no current one; the finalizer of a
pending task asks its loop, which is NULL. 3.15 refuses to initialize a task again (gh-142615).
Ouroboros found it with the kind `task-result` of `cpython-api?kinds`.
"""

import asyncio


class Loop:
    def get_debug(self):
        return False

    def call_soon(self, *arguments, **options):
        pass

    def call_exception_handler(self, context):
        pass


async def nothing():
    pass


asyncio.set_event_loop(None)
task = asyncio.Task(nothing(), loop=Loop())
try:
    task.__init__(None)
except RuntimeError:  # "There is no current event loop", or: "already initialized"
    pass
task = None
print('no bug')
