# SPDX-License-Identifier: Apache-2.0

"""Where everything that is not ours comes from, for Bazel without modules.

Place: WORKSPACE calls it, and so do workspaces that depend on this one. With modules, MODULE.bazel
says the same.
"""

load(":clang.bzl", "debian_clang")
load(":peers.bzl", "debian_peers")
load(":rules.bzl", "debian_rules")
load(":rules_cc.bzl", "debian_rules_cc")

# The rules that Bazel itself loads, and what Bazel 4.2.3 has built in, where newer ones have them.
_RULES = {
    "bazel_skylib": ["/usr/share/bazel/tools/skylib"],
    "platforms": [
        "/usr/share/bazel/tools/platforms",
        "/usr/share/bazel/platforms",
    ],
    "rules_java": ["/usr/share/bazel/rules/java"],
    "rules_license": ["/usr/share/bazel/rules/license"],
    "rules_proto": ["/usr/share/bazel/rules/proto"],
    "rules_python": ["/usr/share/bazel/rules/python"],
    "rules_shell": ["/usr/share/bazel/rules/shell"],
}

# Libraries. One more needs its package in tools/setup, a BUILD file like its neighbours here, its
# name here, and an entry in registry.py and MODULE.bazel.
_LIBRARIES = [
    "benchmark",
    "cli11",
    "fmt",
    "googletest",
    "nlohmann_json",
    "rapidcheck",
]

def ouroboros_dependencies():
    """Debian's packages as repositories, of which nothing is downloaded. tools/setup installs them.

    A repository that the caller has defined before stays as it is.
    """
    taken = native.existing_rules()

    # Bazel's own WORKSPACE, which it appends to the caller's, defines this name too. The first one
    # wins.
    if "local_config_cc" not in taken:
        debian_clang(name = "local_config_cc")
    if "rules_cc" not in taken:
        debian_rules_cc(name = "rules_cc")
    for name, paths in _RULES.items():
        if name not in taken:
            debian_rules(name = name, paths = paths)

    # Every test depends on this label, whether or not coverage is collected.
    if "remote_coverage_tools" not in taken:
        native.new_local_repository(
            name = "remote_coverage_tools",
            build_file_content = """
filegroup(
    name = "coverage_report_generator",
    visibility = ["//visibility:public"],
)
""",
            path = "/usr/share/bazel",  # what is there does not matter
        )
    for library in _LIBRARIES:
        if library not in taken:
            native.new_local_repository(
                name = library,
                build_file = "@ouroboros//third_party:%s.BUILD" % library,
                path = "/usr/include",
            )

    # Other people's collectors, as far as they are installed.
    if "peers" not in taken:
        debian_peers(name = "peers")
