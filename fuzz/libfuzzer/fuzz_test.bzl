# SPDX-License-Identifier: Apache-2.0

"""cc_fuzz_test: a fuzz target, with the target names of rules_fuzzing.

    <name>         a test: replays the corpus
    <name>_bin     the fuzzer, with instrumented collectors
    <name>_run     fuzzes from the corpus on; flags of libFuzzer follow `--`
    <name>_corpus  a folder with the corpus in the byte form
    <name>_dict    the dictionary
    <name>_oss_fuzz    a tarball of what OSS-Fuzz wants to have in $OUT

Sanitizers come from the command line: --config=asan-libfuzzer, ubsan-libfuzzer. Another engine than
libFuzzer, too: --@ouroboros//tools:fuzzing_engine=FLAG.
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

def fuzz_targets(name, binary, corpus, dictionary, specimens, **kwargs):
    """What there is of a fuzz target besides its binary, which is <name>_bin.

    Args:
      name: the name of the test; the others derive from it.
      binary: the label of the binary.
      corpus: labels of programs (.gct).
      dictionary: a label.
      specimens: names of those on which the test replays the corpus.
      **kwargs: of the test.
    """
    _corpus(
        name = name + "_corpus",
        programs = corpus,
    )
    native.filegroup(
        name = name + "_dict",
        srcs = [dictionary],
    )
    parts = [
        binary,
        ":%s_corpus" % name,
        ":%s_dict" % name,
    ]
    places = ["$(rootpath %s)" % part for part in parts]
    sh_binary(
        name = name + "_run",
        srcs = [Label("//fuzz/libfuzzer:fuzz_run.sh")],
        args = places,
        data = parts,
    )
    sh_test(
        name = name,
        srcs = [Label("//fuzz/libfuzzer:fuzz_replay.sh")],
        args = places[:2] + specimens,
        data = parts,
        **kwargs
    )
    pack = Label("//fuzz/libfuzzer:pack_target.sh")
    native.genrule(
        name = name + "_oss_fuzz",
        srcs = parts,
        outs = [name + "_oss_fuzz.tar"],
        cmd = "$(execpath %s) %s $@ %s" % (
            pack,
            name,
            " ".join(["$(execpath %s)" % part for part in parts]),
        ),
        tags = ["manual"],
        tools = [pack],
    )

def cc_fuzz_test(name, deps, corpus, dictionary, specimens):
    """A fuzz target of this repository, with instrumented collectors.

    Args:
      name: the name of the test; the others derive from it.
      deps: with LLVMFuzzerTestOneInput.
      corpus: labels of programs (.gct).
      dictionary: a label.
      specimens: names of those on which the test replays the corpus.
    """
    fuzz_program(
        name = name + "_raw",
        deps = deps,
    )
    fuzz_binary(
        name = name + "_bin",
        binary = ":" + name + "_raw",
        visibility = ["//visibility:public"],
    )
    fuzz_targets(name, ":%s_bin" % name, corpus, dictionary, specimens, size = "small")

def fuzz_program(name, deps, linkopts = []):
    """A binary that is linked with the fuzzing engine."""
    engine = Label("//tools:fuzzing_engine")
    cc_binary(
        name = name,
        linkopts = ["$(FUZZING_ENGINE)"] + linkopts,
        tags = ["manual"],
        toolchains = [engine],
        deps = deps,
    )
