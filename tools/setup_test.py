# SPDX-License-Identifier: Apache-2.0

"""tools/setup on machines that we do not have: apt, dpkg and npm are played.

Place: beside tools/setup.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
NPM = "collector/peers/npm"

# What each played command does; KNOWN and INSTALLED are files with a name a line. Who
# installs npm gets what is in LATER.
PLAYED = {
    "dpkg-query": "sed 's/$/ installed/' INSTALLED; echo 'removed-thing config-files'",
    "apt-cache": """case $1 in
  pkgnames) cat KNOWN ;;
  depends) case $2 in
    clang) echo '  Depends: clang-17' ;;
    g++) echo '  Depends: g++-14 (>= 14.2)' ;;
    libpython3-dev) echo '  Depends: libpython3.13-dev' ;;
    esac ;;
  esac""",
    "apt-get": """echo "$@" >>CALLS
  case "$*" in
    *' update') if test -f FRESH; then cat FRESH >>KNOWN; fi ;;
    *' install '*) if grep -q fail KNOWN; then echo 'E: broken'; exit 100; fi
      for name; do case $name in -*|install|DPkg*) ;; *) echo "$name" >>INSTALLED ;; esac; done
      case "$*" in *' npm'*) cp LATER/* FOLDER ;; esac ;;
  esac""",
    "sudo": 'exec "$@"',
    "node": "exit 1",
    "npm": """echo "$PWD: $*" >>CALLS
  if grep -q fail KNOWN; then echo 'npm error: no network'; exit 1; fi
  test -e installed && echo 'it says that all is there'
  cat package.json package-lock.json >FETCHED""",
}


class SetupTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name, text in PLAYED.items():
            for file in ("KNOWN", "INSTALLED", "CALLS", "FRESH", "LATER", "FETCHED", "FOLDER"):
                path = self.folder if file == "FOLDER" else os.path.join(self.folder, file)
                text = re.sub(rf"\b{file}\b", path, text)
            path = os.path.join(self.folder, name)
            with open(path, "w") as file:
                file.write("#!/bin/sh\n" + text + "\n")
            os.chmod(path, 0o755)
        # A checkout of its own, as it writes there.
        shutil.copytree(os.path.join(ROOT, "third_party"), os.path.join(self.folder, "third_party"))
        for name in ("tools/setup", "MODULE.bazel", NPM + "/package.json",
                     NPM + "/package-lock.json"):
            os.makedirs(os.path.dirname(os.path.join(self.folder, name)), exist_ok=True)
            shutil.copy(os.path.join(ROOT, name), os.path.join(self.folder, name))
        self.cache = os.path.join(self.folder, "cache")
        self.path = self.folder + ":" + os.environ["PATH"]
        self.script = os.path.join(self.folder, "tools/setup")
        with open(self.script) as file:
            script = file.read()
        needed, optional = re.search(r"(?s)\nneeded=\((.*?)\n\).*\noptional=\((.*?)\n\)",
                                     script).groups()
        needed = re.sub(r"#.*", "", needed).replace("'", "").split()
        optional = [name for entry in re.findall(r'"[^"]*:(.*)"', optional)
                    for name in entry.split()]
        # As a newer Debian has them.
        versions = [(r"libclang-rt-[0-9]+-dev", "libclang-rt-17-dev"),
                    (r"libstdc\+\+-[0-9]+-dev", "libstdc++-14-dev"),
                    (r"3\.[0-9]+", "3.13"), (r"[0-9]+\.[0-9]+", "8.4")]
        self.all = []
        self.needed = len(needed)
        for name in needed + optional:
            for pattern, version in versions:
                name = name.replace(pattern, version)
            self.all.append(name)
        self.assertGreater(len(self.all), 25)
        self.assertNotIn("[", "".join(self.all))

    def setup(self, known, installed, *options, code=0):
        # What apt knows is far more, unless it knows nothing yet.
        self.put("KNOWN", known and known + [f"other-{i}" for i in range(100)])
        self.put("INSTALLED", installed)
        self.put("CALLS", [])
        done = subprocess.run([self.script, *options], capture_output=True, text=True,
                              env={**os.environ, "PATH": self.path, "OURO_NPM": self.cache,
                                   "XDG_CACHE_HOME": os.path.join(self.folder, "xdg")})
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        return done.stderr

    def put(self, name, lines):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write("".join(line + "\n" for line in lines))

    def get(self, name):
        with open(os.path.join(self.folder, name)) as file:
            return file.read().splitlines()

    def test_nothing_is_missing(self):
        self.assertEqual(self.setup([], self.all), "")
        self.assertEqual(self.get("CALLS"), [])
        # Bazel is told to download nothing.
        with open(os.path.join(self.folder, ".debian/bazelrc")) as file:
            self.assertIn("\ncommon --experimental_repository_disable_download\n", file.read())

    def test_all_is_installed_in_one_step(self):
        others = ["libclang-rt-19-dev", "libstdc++-11-dev", "libpython3.14-dev", "libphp-embed"]
        errors = self.setup(self.all + others, [])
        self.assertNotIn("left out", errors)
        calls = self.get("CALLS")
        self.assertEqual(len(calls), 2)
        self.assertTrue(calls[0].endswith(" update"))
        self.assertEqual(set(self.all), set(self.get("INSTALLED")))
        self.assertEqual(self.setup(self.all, self.get("INSTALLED")), "")

    def test_only_what_is_needed(self):
        self.assertNotIn("left out", self.setup(self.all, [], "--needed"))
        needed = self.all[:self.needed]
        self.assertEqual(set(needed), set(self.get("INSTALLED")))
        self.assertEqual(self.setup(self.all, needed, "--needed"), "")
        self.assertEqual(self.get("CALLS"), [])

    def test_peers_without_packages_are_left_out_and_said(self):
        known = [name for name in self.all
                 if not name.startswith(("libphp", "duktape", "clang-format", "libpython3.13-dbg"))]
        errors = self.setup(known, [])
        for name in ("peer php\n", "peer duktape\n", "peer cpython-api-debug\n", "format\n"):
            self.assertIn(name, errors)
        self.assertEqual(errors.count("left out"), 4)
        installed = self.get("INSTALLED")
        self.assertEqual(set(known) - {"php8.4-dev"}, set(installed))  # alone it is of no use
        self.assertEqual(self.setup(known, installed), "")  # and from then on it is quiet
        self.assertEqual(self.get("CALLS"), [])

    def test_lists_that_are_empty_are_fetched(self):
        peers = [name for name in self.all if name.startswith(("lua", "ruby", "libphp"))]
        self.put("FRESH", self.all)
        for installed in ([], [name for name in self.all if name not in peers]):
            self.setup([], installed)
            self.assertEqual(set(self.all), set(self.get("INSTALLED")))

    def test_what_is_needed_must_be_there(self):
        known = [name for name in self.all if name != "lld"]
        self.assertIn("apt knows no package for: lld\n", self.setup(known, [], code=1))
        self.assertEqual(len(self.get("CALLS")), 1)  # nothing was installed

    def test_apt_that_fails(self):
        errors = self.setup(self.all + ["fail"], [], code=1)
        self.assertIn("E: broken\ntools/setup: 'apt-get install' failed", errors)

    def test_a_page_without_network_is_left_out_and_said(self):
        page = os.path.join(self.folder, "fuzz/report/page")
        os.makedirs(page)
        shutil.copy(os.path.join(ROOT, "fuzz/report/page/package-lock.json"), page)
        self.assertRegex(self.setup(["fail"], self.all),
                         r"^tools/setup: left out: the page of `ouro report`: npm cannot pack \S+ "
                         r"\S+\n$")
        self.assertIn(": pack ", self.get("CALLS")[0])
        self.assertEqual(os.listdir(page), ["package-lock.json"])
        # Nor does it break what comes after it.
        self.assertTrue(os.path.exists(os.path.join(self.folder, ".debian/bazelrc")))

    def test_an_option_that_it_does_not_know(self):
        for options in (["--npx"], ["--npm", "--npm"]):
            errors = self.setup([], self.all, *options, code=2)
            self.assertEqual(errors, "tools/setup: the options are --needed, --npm and --npm=all, "
                             "not: " + " ".join(options) + "\n")

    def test_runtimes_from_npm(self):
        self.assertEqual(self.setup([], self.all), "")
        self.assertFalse(os.path.exists(self.cache))  # without the option, nothing
        errors = self.setup([], self.all, "--npm")
        self.assertRegex(errors, r"^tools/setup: installing from npm into \S+/cache: .* MB\n$")
        call, = self.get("CALLS")
        self.assertTrue(call.startswith(self.cache + ": ci --ignore-scripts --omit=dev "), call)
        # It had the lists.
        self.assertIn('    "@php-wasm/node-8-5": "', "\n".join(self.get("FETCHED")))
        self.assertIn("sha512-", "\n".join(self.get("FETCHED")))
        self.assertEqual(self.setup([], self.all, "--npm"), "")
        self.assertEqual(self.get("CALLS"), [])

    def test_all_runtimes_include_the_few(self):
        self.setup([], self.all, "--npm")
        self.assertIn(" MB\n", self.setup([], self.all, "--npm=all"))
        self.assertIn(" --include=dev ", self.get("CALLS")[0])
        for option in ("--npm", "--npm=all"):
            self.assertEqual(self.setup([], self.all, option), "")
            self.assertEqual(self.get("CALLS"), [])
        with open(os.path.join(self.folder, NPM, "package-lock.json"), "a") as file:
            file.write("\n")  # another version
        self.assertIn(" MB\n", self.setup([], self.all, "--npm"))

    def test_npm_that_fails_is_asked_again(self):
        self.setup([], self.all, "--npm")
        errors = self.setup(["fail"], self.all, "--npm=all", code=1)
        self.assertIn("npm error: no network\ntools/setup: 'npm ci' failed in ", errors)
        self.assertIn(" MB\n", self.setup([], self.all, "--npm"))
        self.assertEqual(len(self.get("CALLS")), 1)

    def test_npm_comes_from_debian(self):
        later = os.path.join(self.folder, "LATER")
        others = os.path.join(self.folder, "others")
        for folder in (later, others):
            os.mkdir(folder)
        for name in ("node", "npm"):
            shutil.move(os.path.join(self.folder, name), later)
        for folder in os.environ["PATH"].split(":"):
            for name in os.listdir(folder) if os.path.isdir(folder) else []:
                link = os.path.join(others, name)
                if name not in ("node", "npm") and not os.path.lexists(link):
                    os.symlink(os.path.join(folder, name), link)
        self.path = self.folder + ":" + others
        self.setup(self.all + ["nodejs", "npm"], self.all, "--npm")
        self.assertTrue({"nodejs", "npm"} <= set(self.get("INSTALLED")))
        self.assertIn(": ci --ignore-scripts ", self.get("CALLS")[-1])


if __name__ == "__main__":
    unittest.main()
