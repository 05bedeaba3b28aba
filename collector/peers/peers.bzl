"""Peers: shared objects `NAME.so`, each the adapter of one library as a specimen.

Place: for this package alone.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary")

def peers(name, adapters):
    """Makes the file group `name` of the adapters of all peers.

    Args:
      name: of the file group.
      adapters: specimen -> (source, label of the library, preprocessor definitions).
    """
    for specimen, (source, library, defines) in adapters.items():
        cc_binary(
            name = specimen + ".so",
            srcs = [source],
            linkshared = True,
            local_defines = defines,
            deps = [
                ":peer",
                library,
                "//model:check",
                "//model:collector",
                "//model:program",
            ],
        )
    native.filegroup(
        name = name,
        srcs = [":" + specimen + ".so" for specimen in adapters],
    )
