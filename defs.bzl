# SPDX-License-Identifier: Apache-2.0

"""What other workspaces load: tests of their own collectors.

    load("@ouroboros//:defs.bzl", "collector_fuzz_test", "collector_test")

    collector_test(
        name = "gc_ouroboros_test",
        adapter = ":gc_adapter.so",
        corpus = glob(["found/*.gct"]),
    )

    collector_fuzz_test(
        name = "gc_fuzz_test",
        adapter = ":gc_adapter",
    )

examples/consumer is a workspace that does it. Targets of this repository are named by Label(): so
they are found under whatever name the other workspace gives it.
"""

load("@rules_shell//shell:sh_test.bzl", "sh_test")
load("//fuzz/libfuzzer:fuzz_test.bzl", "fuzz_program", "fuzz_targets")
load("//tools:instrument.bzl", "instrumented")

def collector_test(name, adapter, contract = "", corpus = [], seconds = 10, **kwargs):
    """A test of a collector: its adapter, the programs of a corpus, and random programs for a time.

    Findings are among the test's undeclared outputs, with a report. `--runs_per_test=N` and
    `shard_count` try other random programs in each run and shard; the rest is in the first one
    only.

    Args:
      name: of the test.
      adapter: a label: the collector's shared object, with the table of collector/ouroboros.h.
      contract: what the collector promises, instead of what its library says.
      corpus: labels of programs (.gct) that have to be lawful.
      seconds: of random programs, in each shard.
      **kwargs: as any test has: size, tags, shard_count.
    """
    ouro = Label("//fuzz/ouro:ouro_alone")
    sh_test(
        name = name,
        srcs = [Label("//fuzz/ouro:collector_test.sh")],
        args = [
            "$(rootpath %s)" % ouro,
            "$(rootpath %s)" % adapter,
            "'%s'" % contract,
            str(seconds),
        ] + ["$(rootpaths %s)" % program for program in corpus],
        data = [adapter, ouro] + corpus,
        **kwargs
    )

def collector_fuzz_test(name, adapter, corpus = [Label("//corpus:programs")], **kwargs):
    """A fuzz target of a collector: one program of both, with the collector's code instrumented.

    Its targets are those of rules_fuzzing: <name> replays the corpus, <name>_run fuzzes (flags of
    libFuzzer follow `--`), <name>_bin is the fuzzer, <name>_oss_fuzz a tarball for OSS-Fuzz;
    <name>_corpus and <name>_dict are its parts. Sanitizers come from the command line, and go
    through all code: --copt=-fsanitize=address --linkopt=-fsanitize=address.

    Args:
      name: of the test.
      adapter: a label: a cc_library that has the table of collector/ouroboros.h.
      corpus: labels of programs (.gct) that are lawful: where fuzzing begins.
      **kwargs: as any test has: size, tags.
    """
    instrumented(
        name = name + "_adapter",
        tags = ["manual"],
        deps = [adapter],
    )
    fuzz_program(
        name = name + "_bin",
        # What has the table is loaded from an archive, though nothing has to have it.
        linkopts = ["-Wl,--undefined-glob=ouro_*"],
        deps = [
            ":%s_adapter" % name,
            Label("//fuzz/libfuzzer:linked_entry_points"),
        ],
    )
    fuzz_targets(
        name,
        binary = ":%s_bin" % name,
        corpus = corpus,
        dictionary = Label("//fuzz/libfuzzer:collector_fuzzer.dict"),
        specimens = ["linked"],
        **kwargs
    )
