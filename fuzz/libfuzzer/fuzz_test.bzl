# SPDX-License-Identifier: Apache-2.0

"""cc_fuzz_test: a fuzz target, with the target names of rules_fuzzing.

    <name>         a test: replays the corpus
    <name>_bin     the fuzzer, with instrumented collectors
    <name>_run     fuzzes from the corpus on; flags of libFuzzer follow `--`
    <name>_corpus  a folder with the corpus in the byte form
    <name>_dict    the dictionary

Sanitizers come from the command line: --config=asan-libfuzzer, ubsan-libfuzzer.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("@rules_shell//shell:sh_binary.bzl", "sh_binary")
load("@rules_shell//shell:sh_test.bzl", "sh_test")

_FLAG = "//tools:instrument"

def _instrument_impl(_settings, _attr):
    return {_FLAG: True}

_instrument = transition(
    implementation = _instrument_impl,
    inputs = [],
    outputs = [_FLAG],
)

def _fuzz_binary_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    binary = ctx.attr.binary[0][DefaultInfo]
    ctx.actions.symlink(
        output = out,
        target_file = binary.files_to_run.executable,
        is_executable = True,
    )
    return [DefaultInfo(
        executable = out,
        runfiles = ctx.runfiles().merge(binary.default_runfiles),
    )]

# The binary, built with instrumented collectors.
fuzz_binary = rule(
    implementation = _fuzz_binary_impl,
    attrs = {
        "binary": attr.label(
            cfg = _instrument,
            executable = True,
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)

def _corpus_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add("--out", out.path)
    arguments.add_all(ctx.files.programs)
    ctx.actions.run(
        executable = ctx.executable._encode,
        arguments = [arguments],
        inputs = ctx.files.programs,
        outputs = [out],
        mnemonic = "EncodeCorpus",
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out]))]

_corpus = rule(
    implementation = _corpus_impl,
    attrs = {
        "programs": attr.label_list(allow_files = [".gct"]),
        "_encode": attr.label(
            cfg = "exec",
            default = "//fuzz/libfuzzer:encode",
            executable = True,
        ),
    },
)

def cc_fuzz_test(name, srcs, deps, corpus, dicts, specimens):
    """A fuzz target.

    Args:
      name: the name of the test; the others derive from it.
      srcs: with LLVMFuzzerTestOneInput.
      deps: of the sources.
      corpus: labels of programs (.gct).
      dicts: the dictionary, one file.
      specimens: names of those on which the test replays the corpus.
    """
    cc_binary(
        name = name + "_raw",
        srcs = srcs,
        deps = deps,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        visibility = ["//visibility:private"],
    )
    fuzz_binary(
        name = name + "_bin",
        binary = ":" + name + "_raw",
        visibility = ["//visibility:public"],
    )
    _corpus(
        name = name + "_corpus",
        programs = corpus,
    )
    native.filegroup(
        name = name + "_dict",
        srcs = dicts,
    )
    data = [
        ":%s_bin" % name,
        ":%s_corpus" % name,
        ":%s_dict" % name,
    ]
    place = native.package_name() + "/"
    sh_binary(
        name = name + "_run",
        srcs = ["fuzz_run.sh"],
        args = [place + name] + [place + file for file in dicts],
        data = data,
    )
    sh_test(
        name = name,
        size = "small",
        srcs = ["fuzz_replay.sh"],
        args = [place + name] + specimens,
        data = data,
    )
