#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes .debian/, by which Bazel finds Debian's packages and downloads nothing.

.debian/bazelrc, which .bazelrc imports if it is there, forbids downloads. Where Bazel knows modules
(7 and later), it names a registry, .debian/registry: of the modules that MODULE.bazel and Bazel
itself ask for, in whatever versions, each of which is what Debian has of it. Workspaces that depend
on this one import it too, as examples/consumer does; so it names the registry by its whole path.

Place: tools/setup calls it. Without modules, WORKSPACE and third_party/*.bzl do the same.
"""

import os
import re
import shutil
import sys
import urllib.parse

BAZEL = "/usr/share/bazel"
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)


class Rules:
    """A module of Bazel's rules: Debian's package of it, which is the first folder that exists, or
    third_party/NAME, or nothing but a name: Bazel asks for modules that are never used here.
    `more` is what else MODULE.bazel says where there is a package."""

    def __init__(self, paths=(), deps=(), more=""):
        self.paths, self.deps = paths, deps
        self.more = more if any(map(os.path.isdir, paths)) else ""

    def fill(self, folder, name):
        for path in [*self.paths, os.path.join(HERE, name)]:
            if os.path.isdir(path):
                break
        else:
            put(folder, "BUILD.bazel", "")
            return
        for child in sorted(os.listdir(path)):
            if child not in ("WORKSPACE", "WORKSPACE.bazel", "WORKSPACE.bzlmod", "MODULE.bazel"):
                os.symlink(os.path.join(path, child), os.path.join(folder, child))


class Library:
    """A module of a library in /usr/include, with the BUILD file that WORKSPACE gives it, too."""

    more = ""

    def __init__(self, headers, deps=(), build=None):
        self.headers, self.deps, self.build = headers, ("rules_cc", *deps), build

    def fill(self, folder, name):
        shutil.copy(os.path.join(HERE, (self.build or name) + ".BUILD"),
                    os.path.join(folder, "BUILD.bazel"))
        for header in self.headers:
            os.symlink(os.path.join("/usr/include", header), os.path.join(folder, header))


MODULES = {
    "bazel_features": Rules(
        [BAZEL + "/tools/features"], ["bazel_skylib"],
        'version = use_extension("//private:extensions.bzl", "version_extension")\n'
        'use_repo(version, "bazel_features_globals", "bazel_features_version")\n'),
    "bazel_skylib": Rules([BAZEL + "/tools/skylib"], ["platforms", "rules_license"]),
    "platforms": Rules(
        [BAZEL + "/tools/platforms", BAZEL + "/platforms"], ["rules_license"],
        'host_platform = use_extension("//host:extension.bzl", "host_platform")\n'
        'use_repo(host_platform, "host_platform")\n'),
    "rules_cc": Rules([BAZEL + "/rules/cc"], ["bazel_skylib", "platforms"]),
    "rules_java": Rules(
        [BAZEL + "/rules/java"],
        ["bazel_features", "bazel_skylib", "platforms", "rules_cc", "rules_license", "rules_proto"],
        'toolchains = use_extension("//java:extensions.bzl", "toolchains")\n'
        'use_repo(toolchains, "local_jdk", "remote_java_tools")\n'),
    "rules_license": Rules([BAZEL + "/rules/license"]),
    "rules_proto": Rules([BAZEL + "/rules/proto"], ["bazel_features", "bazel_skylib"]),
    "rules_python": Rules(
        [BAZEL + "/rules/python"], ["bazel_skylib", "platforms"],
        'register_toolchains("@bazel_tools//tools/python:autodetecting_toolchain")\n'),
    "rules_shell": Rules(
        [BAZEL + "/rules/shell"], ["bazel_features", "bazel_skylib", "platforms"],
        'shell = use_extension("//shell/private/extensions:sh_configure.bzl", "sh_configure")\n'
        'use_repo(shell, "local_config_shell")\n'
        'register_toolchains("@local_config_shell//:all")\n'),

    "cli11": Library(["CLI"]),
    "fmt": Library(["fmt"]),
    "google_benchmark": Library(["benchmark"], build="benchmark"),
    "googletest": Library(["gtest"]),
    "nlohmann_json": Library(["nlohmann"]),
    "rapidcheck": Library(["rapidcheck", "rapidcheck.h"], ["googletest"]),
}

# What a module asks for that is built into Bazel 7, local_config_platform.
BUILT_IN = [("platforms", "0.0.7")]


def put(folder, name, text):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def asked_for(path):
    """The (name, version) of each module that a MODULE.bazel asks for."""
    with open(path) as file:
        text = re.sub(r"(?m)#.*", "", file.read())
    return re.findall(r'bazel_dep\(\s*name = "([^"]+)",\s*version = "([^"]+)"', text)


def closure(wanted):
    """name -> its versions, the dependencies of our own modules included."""
    versions = {}
    for name, version in wanted:
        versions.setdefault(name, []).append(version)
    queue = list(versions)
    for name in queue:
        for dep in MODULES[name].deps if name in MODULES else ():
            if dep not in versions:
                versions[dep] = ["0"]
                queue.append(dep)
    return versions


def make_registry(registry):
    versions = closure(asked_for(os.path.join(ROOT, "MODULE.bazel")) +
                       asked_for(os.path.join(BAZEL, "embedded_tools/MODULE.bazel")) + BUILT_IN)
    put(registry, "bazel_registry.json", '{"module_base_path": "sources"}\n')
    for name in sorted(versions):
        module = MODULES.get(name, Rules())
        deps = "".join(f'bazel_dep(name = "{dep}", version = "{versions[dep][0]}")\n'
                       for dep in module.deps)
        for version in versions[name]:
            text = f'module(name = "{name}", version = "{version}")\n{deps}{module.more}'
            folder = os.path.join(registry, "modules", name, version)
            put(folder, "MODULE.bazel", text)
            put(folder, "source.json", f'{{"type": "local_path", "path": "{name}"}}\n')
        source = os.path.join(registry, "sources", name)
        put(source, "MODULE.bazel", text)
        module.fill(source, name)


def main():
    made, folder = os.path.join(ROOT, ".debian.new"), os.path.join(ROOT, ".debian")
    shutil.rmtree(made, ignore_errors=True)
    text = ("# Made by third_party/registry.py, for the Bazel that is installed here.\n"
            "common --experimental_repository_disable_download\n")
    if os.path.exists(BAZEL + "/embedded_tools/MODULE.bazel"):
        make_registry(os.path.join(made, "registry"))
        # Debian's own /etc/bazel/bazelrc overrides some modules. Theirs ask for more of Bazel's
        # registry than these do; an empty path takes an override back.
        text += "".join(f"common --override_module={name}=\n" for name in sorted(MODULES)
                        if isinstance(MODULES[name], Rules))
        # As a URI, so that neither a blank nor a # in the path ends it.
        text += (f"common --registry=file://{urllib.parse.quote(folder)}/registry\n"
                 "common --lockfile_mode=off\n"
                 "common --check_direct_dependencies=off\n")
    put(made, "bazelrc", text)
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(made, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
