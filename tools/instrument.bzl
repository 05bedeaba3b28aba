# SPDX-License-Identifier: Apache-2.0

"""Instrumentation: code that tells libFuzzer which of its edges a program runs.

Collectors are instrumented, and nothing else is: an edge of the judge or of a parser says nothing
about a collector. `fuzz_binary` (fuzz/libfuzzer/fuzz_test.bzl) sets the flag for what it builds;
everything else is built without.
"""

def _setting_impl(_ctx):
    return []

bool_setting = rule(
    implementation = _setting_impl,
    build_setting = config.bool(flag = True),
)

# `copts` of collectors. -fsanitize=fuzzer-no-link would trace compared values, too: that helps
# mutations of bytes; ours are of operations, and it costs a fifth of the time.
_EDGES = ["-fsanitize-coverage=inline-8bit-counters,pc-table"]

INSTRUMENTED = select({
    "//tools:instrumented": _EDGES,
    "//conditions:default": [],
})

# Other people's code is instrumented as a whole, whatever it depends on.
_COPT = "//command_line_option:copt"

def _count_edges_impl(settings, _attr):
    return {_COPT: settings[_COPT] + _EDGES}

_count_edges = transition(
    implementation = _count_edges_impl,
    inputs = [_COPT],
    outputs = [_COPT],
)

def _instrumented_impl(ctx):
    return [cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps])]

# Libraries of C or C++, with instrumented code.
instrumented = rule(
    implementation = _instrumented_impl,
    attrs = {
        "deps": attr.label_list(
            cfg = _count_edges,
            mandatory = True,
            providers = [CcInfo],
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

def _fuzzing_engine_impl(ctx):
    return [platform_common.TemplateVariableInfo({
        "FUZZING_ENGINE": ctx.build_setting_value,
    })]

# What fuzz targets are linked with, as a variable of `linkopts`. OSS-Fuzz says it by
# LIB_FUZZING_ENGINE.
fuzzing_engine = rule(
    implementation = _fuzzing_engine_impl,
    build_setting = config.string(flag = True),
)
