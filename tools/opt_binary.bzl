# SPDX-License-Identifier: Apache-2.0

"""Programs without assertions, `-c opt`, for tests that are built with them.

Place: for tests that measure. What everybody runs is built with assertions: see .bazelrc.
"""

_MODE = "//command_line_option:compilation_mode"

def _without_assertions_impl(_settings, _attr):
    return {_MODE: "opt"}

_without_assertions = transition(
    implementation = _without_assertions_impl,
    inputs = [],
    outputs = [_MODE],
)

def _opt_binary_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = program,
        target_file = ctx.executable.binary,
        is_executable = True,
    )
    runfiles = ctx.attr.binary[0][DefaultInfo].default_runfiles
    return [DefaultInfo(
        executable = program,
        runfiles = ctx.runfiles([program]).merge(runfiles),
    )]

# `binary`, as `bazel run -c opt` builds it.
opt_binary = rule(
    implementation = _opt_binary_impl,
    executable = True,
    attrs = {
        "binary": attr.label(
            cfg = _without_assertions,
            executable = True,
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)
