# SPDX-License-Identifier: Apache-2.0

"""Peers: shared objects `NAME.so`, each the adapter of one library as a specimen; and the adapters
of interpreters, each a text in the language that it tests.

Place: for the packages below this one, a folder for each peer.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library")

def peer(name, source, library, defines = [], parts = [], deps = []):
    """Makes the shared object `name`.so. It links the library, if that is installed.

    Args:
      name: of the specimen.
      source: of the adapter.
      library: the label of the peer's library.
      defines: preprocessor definitions, for a variant of the same adapter.
      parts: its other sources and headers, if it is more than one file.
      deps: other libraries that it needs, such as texts of scripts.
    """
    cc_binary(
        name = name + ".so",
        srcs = [source] + parts,
        # Its headers include the library's, which need not be installed.
        features = ["-parse_headers"],
        linkshared = True,
        local_defines = defines,
        visibility = ["//collector/peers:__pkg__"],
        deps = [
            library,
            "//collector/peers:peer",
            "//model:check",
            "//model:collector",
            "//model:program",
        ] + deps,
    )

def adapter_text(name, script, constant, tables = [], separator = "", exported = True):
    """Makes the library `name` of a header, `x_py.h` of `x.py`, with a script's text.

    Args:
      name: of the library.
      script: the file.
      constant: its name in namespace ouro.
      tables: files that precede it, in this order.
      separator: what comes before each file but the first.
      exported: whether other packages may name these files; once for each file.
    """
    header = script.replace(".", "_")
    guard = native.package_name().replace("/", "_").upper() + "_" + header.upper() + "_H_"
    lines = [
        "// The text of " + script + ". Generated.",
        "#ifndef " + guard,
        "#define " + guard,
        "namespace ouro {",
    ]
    files = ["cat $(location %s)" % file for file in tables + [script]]
    native.genrule(
        name = header,
        srcs = tables + [script],
        outs = [header + ".h"],
        # Nothing before the text: where it is not code, an interpreter may print it.
        cmd = "(" + "".join(["echo '%s'; " % line for line in lines]) +
              "printf 'inline constexpr char " + constant + "[] = R\"ADAPTER('; " +
              ("; printf '%s'; " % separator).join(files) +
              "; echo ')ADAPTER\";'; echo '}'; echo '#endif') > $@",
    )
    cc_library(
        name = name,
        hdrs = [header],
        visibility = ["//collector:__subpackages__"],
    )
    if exported:
        native.exports_files(
            tables + [script],
            visibility = [
                "//collector:__subpackages__",
                "//fuzz:__subpackages__",
            ],
        )
