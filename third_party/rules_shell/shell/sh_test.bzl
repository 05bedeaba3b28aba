# SPDX-License-Identifier: Apache-2.0

"""sh_test, as Bazel 4.2.3 has it built in."""

sh_test = native.sh_test
