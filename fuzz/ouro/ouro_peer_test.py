# SPDX-License-Identifier: Apache-2.0

"""Collectors in other processes that are missing, crash, hang, or send malformed lines."""

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import LEAF, LOAD


def peer(script):
    """A specimen: a shell script that greets properly, and then misbehaves."""
    return f"process:cpython39:read l; echo '> hello sick 1.0'; echo ok; {script}"


class PeerTest(ouro_driver.OuroTest):
    def run_on(self, specimen, code):
        self.write("a.gct", LOAD)
        return self.ouro("run", "--specimen", specimen, "a.gct", code=code)

    def test_missing(self):
        self.write("a.gct", LOAD)
        self.assertIn("cannot be started: No such file",
                      self.complaint("run", "--specimen", "cpython:/nonexistent", "a.gct"))
        self.assertIn("python3 cannot be started: No such file",
                      self.complaint("run", "--specimen", "cpython", "a.gct",
                                     env={"PATH": "/nonexistent"}))
        output, _ = self.ouro("replay", "a.gct", env={"PATH": "/nonexistent"})
        self.assertIn("left out: cpython: python3 cannot be started", output)

    def test_exits_before_its_greeting(self):
        self.write("a.gct", LOAD)
        self.assertIn("exited with status 1 after `hello`",
                      self.complaint("run", "--specimen", "process:cpython39:false", "a.gct"))
        self.assertIn("exited with status 127",
                      self.complaint("run", "--specimen", "process:cpython39:no-such", "a.gct"))

    def test_greets_wrongly(self):
        self.write("a.gct", LOAD)
        self.assertIn('did not greet after `hello`: "hi"',
                      self.complaint("run", "--specimen", "process:cpython39:echo hi", "a.gct"))

    def test_dies_later(self):
        output, _ = self.run_on(peer("read l; exit 7"), 1)
        self.assertIn("is broken: sick exited with status 7 after `r0 = node 2`", output)
        output, _ = self.run_on(peer("read l; kill -SEGV $$"), 1)
        self.assertIn("is broken: sick died of signal 11 (Segmentation fault)", output)

    def test_sends_malformed_lines(self):
        output, _ = self.run_on(peer("read l; echo '> new zero'; cat >/dev/null"), 1)
        self.assertIn("is broken: sick sent a malformed line after `r0 = node 2`", output)
        output, _ = self.run_on(peer("read l; head -c 100000 /dev/zero; cat >/dev/null"), 1)
        self.assertIn("is broken: sick ", output)
        output, _ = self.run_on(peer("yes '> new 0'"), 1)
        self.assertIn("sick", output)

    def test_breaks_a_law(self):
        output, _ = self.run_on(peer("read l; echo '> new 0'; echo '> free 0'; echo ok; read l"), 1)
        self.assertIn("broke the law no-free-while-held", output)

    def test_a_crash_can_be_shrunk(self):
        self.write("a.gct", LEAF + LOAD)
        # It survives the reset that ends each program, even an empty one.
        sick = peer("read l; while [ \"$l\" = reset ]; do echo ok; read l; done; exit 7")
        output, errors = self.ouro("shrink", "--specimen", sick, "a.gct", code=1)
        for line in ("signature: sick exited with status 7", "stability: 3/3"):
            self.assertIn(f"\n# {line}\n", output)
        self.assertIn("  shrunk from 4 operations to 1, ", errors)

    def test_hang_is_bounded(self):
        self.write("a.gct", LOAD)
        mute = self.start("run", "--specimen", "process:cpython39:sleep 100", "a.gct")
        stuck = self.start("run", "--specimen", peer("read l; sleep 100"), "a.gct")
        # An interpreter may take 60 s to start.
        _, errors = mute.communicate(timeout=60 + ouro_driver.SECONDS)
        self.assertEqual(mute.returncode, 2)
        self.assertIn("hung after `hello`: no answer in ", errors)
        output, _ = stuck.communicate(timeout=ouro_driver.SECONDS)
        self.assertEqual(stuck.returncode, 1)
        self.assertIn("is broken: sick hung after `r0 = node 2`: no answer in ", output)


if __name__ == "__main__":
    ouro_driver.main()
