"""Peers: shared objects `NAME.so`, each the adapter of one library as a specimen; and the adapters
of interpreters, each a text in the language that it tests.

Place: for this package alone.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library")

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

def adapter_texts(name, scripts):
    """Makes the library `name` of headers, `x_py.h` of `x.py`, each with a script's text.

    Args:
      name: of the library.
      scripts: file -> name of the constant in namespace ouro.
    """
    headers = []
    for script, constant in scripts.items():
        header = script.replace(".", "_")
        guard = "COLLECTOR_PEERS_" + header.upper() + "_H_"
        lines = [
            "// The text of " + script + ". Generated.",
            "#ifndef " + guard,
            "#define " + guard,
            "namespace ouro {",
        ]
        native.genrule(
            name = header,
            srcs = [script],
            outs = [header + ".h"],
            # Nothing before the text: where it is not code, an interpreter may print it.
            cmd = "(" + "".join(["echo '%s'; " % line for line in lines]) +
                  "printf 'inline constexpr char " + constant + "[] = R\"ADAPTER('; " +
                  "cat $<; echo ')ADAPTER\";'; echo '}'; echo '#endif') > $@",
        )
        headers.append(":" + header)
    cc_library(
        name = name,
        hdrs = headers,
    )
