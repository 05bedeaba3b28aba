# SPDX-License-Identifier: Apache-2.0

"""What other workspaces load: tests of their own collectors.

    load("@ouroboros//:defs.bzl", "collector_test")

    collector_test(
        name = "gc_ouroboros_test",
        adapter = ":gc_adapter.so",
        corpus = glob(["found/*.gct"]),
    )

examples/consumer is a workspace that does it.
"""

load("@rules_shell//shell:sh_test.bzl", "sh_test")

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
    ouro = "@ouroboros//fuzz/ouro:ouro_alone"
    sh_test(
        name = name,
        srcs = ["@ouroboros//fuzz/ouro:collector_test.sh"],
        args = [
            "$(rootpath %s)" % ouro,
            "$(rootpath %s)" % adapter,
            "'%s'" % contract,
            str(seconds),
        ] + ["$(rootpaths %s)" % program for program in corpus],
        data = [adapter, ouro] + corpus,
        **kwargs
    )
