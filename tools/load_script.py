# SPDX-License-Identifier: Apache-2.0
"""For tests: loads a script of this folder that has no ending, such as `coverage`, as a module."""

import importlib.machinery
import importlib.util
import os
import sys


def load_script(name):
    sys.dont_write_bytecode = True  # `coverage` would leave `coveragec`
    path = os.path.join(os.path.dirname(os.path.realpath(__file__)), name)
    loader = importlib.machinery.SourceFileLoader(name, path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module
