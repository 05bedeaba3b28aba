# SPDX-License-Identifier: Apache-2.0

"""Debian's C++ rules, made to load on Debian's Bazel.

bazel-rules-cc 0.0.4 (Debian 12 and 13) imports `use_cpp_toolchain`, which Bazel 4.2.3 does not have
yet. What that function returns is put in its place. Later versions of both need no change.
"""

_EDIT = """
set -eu
cp -R /usr/share/bazel/rules/cc/. .
cd cc/private/rules_impl
[ ! -e compiler_flag.bzl ] || sed -i \
  -e 's|, "use_cpp_toolchain"||' \
  -e 's|use_cpp_toolchain()|["@bazel_tools//tools/cpp:toolchain_type"]|' \
  compiler_flag.bzl cc_flags_supplier.bzl
"""

def _debian_rules_cc(ctx):
    result = ctx.execute(["sh", "-c", _EDIT])
    if result.return_code:
        fail(result.stderr + "Run tools/setup first.")

# `local`: looked at again whenever Bazel starts, as the package may have changed.
debian_rules_cc = repository_rule(implementation = _debian_rules_cc, local = True)
