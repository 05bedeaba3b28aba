# SPDX-License-Identifier: Apache-2.0

"""Bazel's own C++ toolchain, with two changes that make it stricter.

1. It can parse headers. Bazel 4.2.3 knows the feature `parse_headers`, but its toolchain does not
   offer it, and Bazel then ignores the flag without a word. That of Bazel 7 does.
2. `layering_check` sees libraries. Bazel takes all that lies in /usr/include for a part of the
   compiler, which every target may include. Here only the C and C++ libraries are: anything else
   has to be in `deps`, like our own code.
"""

load("@bazel_tools//tools/cpp:cc_configure.bzl", "cc_autoconf_impl")

# A header is compiled as a source file would be. (With -xc++-header clang would build a module.)
_PARSE_HEADERS = """ + [feature(
            name = "parse_headers",
            flag_sets = [flag_set(
                actions = [ACTION_NAMES.cpp_header_parsing],
                flag_groups = [flag_group(flags = ["-xc++"])],
            )],
        )]"""

def _append(ctx, path, anchor, addition):
    """Writes `addition` after each `anchor` in the file `path`."""
    text = ctx.read(path)
    if anchor not in text:
        fail("no '%s' in %s: third_party/clang.bzl is made for Bazel 4.2.3" % (anchor, path))
    ctx.delete(path)  # it may be a link to Bazel's own
    ctx.file(path, text.replace(anchor, anchor + addition), executable = False)

def _is_foreign(line, libc):
    """Whether this line of a module map names a header of neither the compiler, C nor C++."""
    if not line.startswith("  textual header"):
        return False
    path = line.split('"')[1]
    return path.startswith("/usr/include/") and "/c++/" not in path and path not in libc

def _debian_clang(ctx):
    cc_autoconf_impl(ctx)
    if "supports_header_parsing" not in ctx.read("BUILD"):
        _append(ctx, "BUILD", "supports_param_files = 1,", " supports_header_parsing = 1,")
        _append(
            ctx,
            "cc_toolchain_config.bzl",
            "layering_check_features(ctx.attr.compiler)",
            _PARSE_HEADERS,
        )

    owned = ctx.execute(["dpkg-query", "-L", "libc6-dev", "linux-libc-dev"])
    if owned.return_code:
        fail(owned.stderr)
    libc = {path: True for path in owned.stdout.splitlines()}
    module_map = ctx.read("module.modulemap").splitlines()
    kept = [line for line in module_map if not _is_foreign(line, libc)]
    ctx.file("module.modulemap", "\n".join(kept), executable = False)

debian_clang = repository_rule(
    implementation = _debian_clang,
    configure = True,
    environ = ["CC"],
)
