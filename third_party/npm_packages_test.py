# SPDX-License-Identifier: Apache-2.0

"""npm_packages.py with a registry of our own: a server on this machine, or a played npm.

Place: beside it.
"""

import base64
import functools
import hashlib
import http.server
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npm_packages.py")


def packed(files, top="package"):
    """A tarball with these files, {path: text}."""
    text = io.BytesIO()
    with tarfile.open(fileobj=text, mode="w:gz") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(f"{top}/{path}" if top else path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    return text.getvalue()


def integrity(tarball):
    return "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class NpmPackagesTest(unittest.TestCase):

    def setUp(self):
        made = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(made.cleanup)
        self.top = pathlib.Path(made.name)
        self.registry = self.top / "registry"
        self.tools = self.top / "tools"
        for folder in (self.registry, self.tools, self.top / "a", self.top / "b"):
            folder.mkdir()
        handler = functools.partial(Quiet, directory=str(self.registry))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{server.server_port}/"
        self.entries = {"": {"name": "top"}}

    def publish(self, name, version, tarball, place=None, **more):
        base = name.rpartition("/")[2]
        path = self.registry / name / "-" / f"{base}-{version}.tgz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tarball)
        self.entries[place or f"node_modules/{name}"] = {
            "version": version, "integrity": integrity(tarball), **more}
        return path

    def install(self, folder="a", network=True, code=0):
        text = json.dumps({"lockfileVersion": 3, "packages": self.entries})
        (self.top / folder / "package-lock.json").write_text(text)
        environment = {"PATH": str(self.tools), "XDG_CACHE_HOME": str(self.top / "cache")}
        if network:
            environment["npm_config_registry"] = self.address
        done = subprocess.run([sys.executable, SCRIPT, str(self.top / folder)], env=environment,
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        return done.stderr

    def read(self, path, folder="a"):
        return (self.top / folder / "node_modules" / path).read_text()

    def test_packages_are_unpacked(self):
        self.publish("one", "1.0.0", packed({"dist/one.js": "1", "LICENSE": "MIT"}))
        self.publish("@scope/two", "2.0.0-beta.1", packed({"two.js": "2"}, top="two"))
        self.publish("one", "0.9.0", packed({"one.js": "0"}),
                     place="node_modules/@scope/two/node_modules/one")
        self.entries["node_modules/tool"] = {"version": "1.0.0", "dev": True}
        self.assertEqual(self.install(), "")
        self.assertEqual(self.read("one/dist/one.js"), "1")
        self.assertEqual(self.read("@scope/two/two.js"), "2")
        self.assertEqual(self.read("@scope/two/node_modules/one/one.js"), "0")
        self.assertFalse((self.top / "a/node_modules/tool").exists())
        self.assertEqual(sorted(path.name for path in (self.top / "a").iterdir()),
                         ["node_modules", "package-lock.json"])

    def test_a_second_time_needs_no_network(self):
        path = self.publish("one", "1.0.0", packed({"one.js": "1"}))
        self.install()
        path.unlink()
        self.assertEqual(self.install(network=False), "")
        self.assertEqual(self.install("b", network=False), "")
        self.assertEqual(self.read("one/one.js", "b"), "1")

    def test_another_list_replaces_all(self):
        self.publish("one", "1.0.0", packed({"one.js": "1"}))
        self.install()
        del self.entries["node_modules/one"]
        self.publish("two", "1.0.0", packed({"two.js": "2"}))
        self.install()
        self.assertEqual(self.read("two/two.js"), "2")
        self.assertFalse((self.top / "a/node_modules/one").exists())

    def test_what_is_not_as_its_hash_says(self):
        self.publish("one", "1.0.0", packed({"one.js": "1"}))
        self.install()
        path = self.publish("two", "1.0.0", packed({"two.js": "2"}))
        path.write_bytes(packed({"two.js": "evil"}))
        self.assertIn("two 1.0.0 is not what its hash says\n", self.install(code=1))
        self.assertEqual(self.read("one/one.js"), "1")  # as it was
        self.assertFalse((self.top / "a/node_modules/two").exists())

    def test_a_kept_tarball_that_is_broken_is_brought_again(self):
        self.publish("one", "1.0.0", packed({"one.js": "1"}))
        self.install()
        kept, = (self.top / "cache/ouroboros/npm-tarballs").iterdir()
        kept.write_bytes(b"half")
        self.install("b")
        self.assertEqual(self.read("one/one.js", "b"), "1")

    def test_no_network(self):
        self.publish("one", "1.0.0", packed({"one.js": "1"})).unlink()
        self.assertIn("one 1.0.0 cannot be downloaded: ", self.install(code=1))
        self.assertFalse((self.top / "a/node_modules").exists())

    def test_npm_is_asked_first(self):
        path = self.publish("@scope/one", "1.0.0", packed({"one.js": "1"}))
        npm = self.tools / "npm"
        npm.write_text(f'#!/bin/sh\nfor name; do last=$name; done\necho "$last" >{self.top}/asked\n'
                       f'while test "$1" != --pack-destination; do shift; done\n'
                       f'/bin/cp {path} "$2/scope-one-1.0.0.tgz"\n')
        npm.chmod(0o755)
        self.install(network=False)
        self.assertEqual((self.top / "asked").read_text(), "@scope/one@1.0.0\n")
        self.assertEqual(self.read("@scope/one/one.js"), "1")
        npm.write_text("#!/bin/sh\nexit 1\n")
        self.publish("two", "1.0.0", packed({"two.js": "2"}))
        self.assertIn("npm cannot pack two 1.0.0\n", self.install(code=1))

    def test_lists_and_tarballs_that_are_refused(self):
        good = packed({"one.js": "1"})
        for place, more, words in (
                ("../one", {}, "strange place"), ("node_modules/../one", {}, "strange place"),
                ("node_modules/one", {"integrity": "sha1-x"}, "no SHA-512 of one"),
                ("node_modules/one", {"version": "../1"}, "no version of one")):
            self.entries = {place: {"version": "1.0.0", "integrity": integrity(good), **more}}
            self.assertIn(words, self.install(code=1))
        for tarball, words in ((packed({"../../evil": "x"}), "strange place"),
                               (b"no tarball", "one is no tarball")):
            self.entries = {}
            self.publish("one", "1.0.0", tarball)
            self.assertIn(words, self.install(code=1))
        for text in ("{}", "[", '{"lockfileVersion": 2, "packages": {}}'):
            (self.top / "b/package-lock.json").write_text(text)
            done = subprocess.run([sys.executable, SCRIPT, str(self.top / "b")], check=False,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, r"^npm_packages.py: the list .*\n$")
        self.assertFalse((self.top / "evil").exists())


if __name__ == "__main__":
    unittest.main()
