# SPDX-License-Identifier: Apache-2.0

"""What MODULE.bazel takes from the machine and not from a registry.

Place: for Bazel 7 and later; Bazel 4.2.3 never loads it, and calls debian_peers from WORKSPACE.
"""

load(":peers.bzl", "debian_peers")

def _debian(_ctx):
    debian_peers(name = "peers")

debian = module_extension(implementation = _debian)
