# SPDX-License-Identifier: Apache-2.0

"""tools/hermetic: what it takes for a place in a command line, and what it says of actions that are
not as they should be. That this repository's are is for people to run: it builds everything.

Place: beside tools/hermetic.
"""

import contextlib
import io
import json
import pathlib
import tempfile
import unittest

from load_script import load_script

hermetic = load_script("hermetic")


def action(*words, hit=True, inputs=(), environment=()):
    return {"commandArgs": list(words), "mnemonic": "CppCompile", "remoteCacheHit": hit,
            "inputs": [{"path": path} for path in inputs], "listedOutputs": ["bazel-out/x.o"],
            "environmentVariables": [{"name": n, "value": v} for n, v in environment]}


GOOD = action("/usr/bin/clang", "-Iexternal/fmt", "-isystem", "/usr/include", "-c", "model/kind.cc",
              "-o", "bazel-out/k8/bin/model/kind.o", inputs=["model/kind.cc"],
              environment=[("PATH", "/bin:/usr/bin:/usr/local/bin")])


class HermeticTest(unittest.TestCase):

    def report(self, *actions):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            return hermetic.report(list(actions)), said.getvalue()

    def test_places(self):
        for word, path in (("/home/you/a.cc", "/home/you/a.cc"), ("-I/opt/include", "/opt/include"),
                           ("--sysroot=/srv/root", "/srv/root"), ("-L/root/lib", "/root/lib"),
                           ("cat a > /tmp/b", "/tmp/b"), ("x:/var/cache", "/var/cache")):
            self.assertEqual(hermetic.places(action("clang", word)), {path}, word)
        self.assertEqual(hermetic.places(action("x", environment=[("HOME", "/home/you")])),
                         {"/home/you"})
        self.assertEqual(hermetic.places(GOOD), set())

    def test_what_is_as_it_should_be(self):
        self.assertEqual(self.report(GOOD), (True, "second place: 1 actions, 1 found in the cache\n"
                                             "actions that name a place: 0\n"
                                             "actions that have inputs outside: 0\n"))

    def test_what_is_not(self):
        for bad, said in ((action("clang", hit=False), "not found: 1 x CppCompile"),
                          (action("-I/opt/x"), "actions that name a place: 1\n  /opt/x: 1 x "),
                          (action("x", inputs=["/etc/passwd"]), "inputs outside: 1\n  /etc/passwd"),
                          (action("x", inputs=["../a.cc"]), "inputs outside: 1\n  ../a.cc")):
            well, text = self.report(GOOD, bad)
            self.assertFalse(well)
            self.assertIn(said, text)
        self.assertFalse(self.report()[0])

    def test_reads_objects_one_after_the_other(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "log"
            log.write_text(json.dumps(GOOD, indent=1) + json.dumps({"a": "}{"}) + "\n")
            self.assertEqual(list(hermetic.actions(log)), [GOOD, {"a": "}{"}])


if __name__ == "__main__":
    unittest.main()
