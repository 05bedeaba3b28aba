"""Mutants: shared objects `lib-NAME.so`, each the optimized collector with NAME.patch applied.

Place: for this package alone. //collector/planted:plant.py writes their sources.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary")

_COLLECTOR = [
    "//collector:optimized.cc",
    "//collector:optimized.h",
    "//collector/heap:sources",
]

def mutants(name):
    """Makes the file group `name` of the libraries of all patches in this package.

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
            # Fast to build. A mutation may leave code unused, so there are no warnings.
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
