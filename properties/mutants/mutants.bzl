# SPDX-License-Identifier: Apache-2.0

"""Mutants: shared objects `lib-NAME.so`, each the optimized collector with NAME.patch applied.

Place: for this package and //properties/held_out. //collector/planted:plant.py writes their
sources.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary")

_COLLECTOR = [
    "//collector:optimized.cc",
    "//collector:optimized.h",
    "//collector/heap:sources",
]

def mutants(name):
    """Defines a library for each patch of the package, and the file group `name` of all of them.

    Args:
      name: of the file group.
    """
    libraries = []
    for patch in native.glob(["*.patch"]):
        mutant = patch[:-len(".patch")]
        native.genrule(
            name = "mutate_" + mutant,
            srcs = _COLLECTOR + [patch],
            outs = [mutant + ".cc"],
            cmd = "python3 $(location //collector/planted:plant.py) --library --out $@ " +
                  "--patch $(location " + patch + ") " +
                  " ".join(["$(locations " + label + ")" for label in _COLLECTOR]),
            tools = ["//collector/planted:plant.py"],
        )
        cc_binary(
            name = "lib-" + mutant + ".so",
            srcs = [mutant + ".cc"],
            # Quick to build; without warnings of what a mutation leaves unused.
            copts = [
                "-O1",
                "-w",
            ],
            linkshared = True,
            deps = [
                "//collector:library",
                "//model:collector",
                "//model:program",
            ],
        )
        libraries.append(":lib-" + mutant + ".so")
    native.filegroup(
        name = name,
        testonly = True,
        srcs = libraries,
    )
