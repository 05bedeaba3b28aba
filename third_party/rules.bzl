# SPDX-License-Identifier: Apache-2.0

"""Rules that Bazel or our BUILD files load: Debian's package of them, or what stands in for it.

Place: for WORKSPACE; with modules, third_party/registry.py does the same.
"""

_MARKERS = ["WORKSPACE", "WORKSPACE.bazel", "MODULE.bazel"]

def _debian_rules(ctx):
    here = ctx.path(Label("//third_party:BUILD")).dirname
    for name in ctx.attr.paths + ["/" + ctx.name]:
        path = ctx.path(name) if name != "/" + ctx.name else here.get_child(ctx.name)
        if not path.exists:
            continue
        for child in path.readdir():
            if child.basename not in _MARKERS:
                ctx.symlink(child, child.basename)
        return
    fail("none of %s is here: run tools/setup first" % ", ".join(ctx.attr.paths))

# `local`: looked at again whenever Bazel starts, as packages may have changed.
debian_rules = repository_rule(
    implementation = _debian_rules,
    attrs = {
        "paths": attr.string_list(doc = "The first that exists is taken, else third_party/NAME."),
    },
    local = True,
)
