# SPDX-License-Identifier: Apache-2.0
"""LLVM's tools for what clang has counted: for the scripts `coverage` and `pgo`."""

import re
import shutil
import subprocess
import sys


def tool(name):
    """The tool of clang's version: profiles of another version may be unreadable."""
    said = subprocess.run(["clang", "--version"], capture_output=True, text=True, check=True)
    version = re.search(r"version (\d+)", said.stdout).group(1)
    for candidate in (f"{name}-{version}", name):
        if shutil.which(candidate):
            return candidate
    sys.exit(f"no {name} here; Debian's package llvm-{version} has it")
