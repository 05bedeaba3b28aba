# SPDX-License-Identifier: Apache-2.0

"""Mutants of the small collectors: shared objects `lib-NAME.so`, each a collector with NAME.patch.

Place: for this package only. The name of a patch begins with that of its collector.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary")

def mutants(name):
    """Defines a library for each patch of this package, and the file group `name` of all of them.

    Args:
      name: of the file group.
    """
    libraries = []
    for patch in native.glob(["*.patch"]):
        mutant = patch[:-len(".patch")]
        collector = "//collector/examples/small:" + mutant.split("-")[0] + ".c"
        native.genrule(
            name = "mutate_" + mutant,
            srcs = [
                collector,
                patch,
            ],
            outs = [mutant + ".c"],
            cmd = "for key in class history breaks; do grep -q \"^$$key: \" $(location " + patch +
                  ") || exit 1; done; patch -s --follow-symlinks --fuzz=0 -o $@ " +
                  "$(location " + collector + ") $(location " + patch + ")",
        )
        cc_binary(
            name = "lib-" + mutant + ".so",
            srcs = [mutant + ".c"],
            # Quick to build; without warnings of what a mutation leaves unused.
            copts = [
                "-O1",
                "-w",
            ],
            linkshared = True,
            deps = ["//collector/examples/small"],
        )
        libraries.append(":lib-" + mutant + ".so")
    native.filegroup(
        name = name,
        testonly = True,
        srcs = libraries,
    )
