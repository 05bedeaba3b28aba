# SPDX-License-Identifier: Apache-2.0

"""sh_binary, as Bazel 4.2.3 has it built in."""

sh_binary = native.sh_binary
