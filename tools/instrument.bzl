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
INSTRUMENTED = select({
    "//tools:instrumented": ["-fsanitize-coverage=inline-8bit-counters,pc-table"],
    "//conditions:default": [],
})
