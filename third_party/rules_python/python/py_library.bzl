# SPDX-License-Identifier: Apache-2.0

"""py_library, as Bazel 4.2.3 has it built in."""

# How Bazel tells, under --incompatible_load_python_rules_from_bzl, that a rule was loaded.
_LOADED = "__PYTHON_RULES_MIGRATION_DO_NOT_USE_WILL_BREAK__"

def py_library(tags = [], **attributes):
    # buildifier: disable=native-py
    native.py_library(tags = tags + [_LOADED], **attributes)
