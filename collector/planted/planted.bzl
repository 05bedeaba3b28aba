# SPDX-License-Identifier: Apache-2.0

"""Copies of the optimized collector, each with a bug planted: the sources of //collector/planted.

Place: for that package alone. plant.py writes them.
"""

COLLECTOR = [
    "//collector:optimized.cc",
    "//collector:optimized.h",
    "//collector/heap:sources",
]

def planted_sources(name, bugs):
    """Makes the file group `name`: a source for each NAME.patch of `bugs`, and one that lists them.

    Args:
      name: of the file group.
      bugs: the names.
    """
    for bug in bugs:
        native.genrule(
            name = "plant_" + bug,
            srcs = COLLECTOR + [bug + ".patch"],
            outs = [bug + ".cc"],
            cmd = "python3 $(location plant.py) --out $@ --patch $(location " + bug + ".patch) " +
                  " ".join(["$(locations " + label + ")" for label in COLLECTOR]),
            tools = ["plant.py"],
        )
    native.genrule(
        name = "plant_list",
        outs = ["planted.cc"],
        cmd = "python3 $(location plant.py) --out $@ " + " ".join(bugs),
        tools = ["plant.py"],
    )
    native.filegroup(
        name = name,
        srcs = [bug + ".cc" for bug in bugs] + ["planted.cc"],
    )
