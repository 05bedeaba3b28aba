# SPDX-License-Identifier: Apache-2.0

"""Campaigns of the real program: verdict, filed findings, interruptions, and processes that die.

Nothing here depends on speed: campaigns end with their first finding, or when they are interrupted.
"""

import fcntl
import glob
import os
import pty
import random
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import alive, children, descendants, lines, until


class CampaignTest(ouro_driver.OuroTest):

    def campaign(self, *arguments, code=0, **options):
        return self.ouro("campaign", *arguments, code=code, **options)

    def begin(self, *arguments, workers=2, **options):
        """Starts a long one, and waits for its workers."""
        child = self.start("campaign", "--seconds", "1000", "--workers", str(workers), *arguments,
                           **options)
        until(lambda: len(children(child.pid)) == workers, "the workers")
        return child

    def finish(self, child, code=0):
        child.send_signal(signal.SIGINT)
        output, errors = child.communicate(timeout=ouro_driver.SECONDS)
        self.assertEqual(child.returncode, code, output + errors)
        self.assertEqual(errors, "")
        return output

    def found(self):
        return sorted(glob.glob(os.path.join(self.folder, "ouro-out", "found", "*")))

    def test_lawful(self):
        output, errors = self.campaign("--seconds", "2")
        self.assertRegex(lines(output)[0], r"^optimized \(.*\) under the contract cpython26: 2 s, ")
        self.assertRegex(output,
                         r"(?m)^optimized: lawful after \d+ s: \d+ programs \(\d+/s\), "
                         r"\d+ operations, \d+ of \d+ situations, 0 findings$")
        self.assertEqual(errors, "")
        self.assertNotIn("\033", output)
        self.assertEqual(self.found(), [])

    def test_without_a_command(self):
        child = self.start()
        until(lambda: children(child.pid), "the workers")
        output = self.finish(child)
        self.assertIn("optimized", lines(output)[0])
        self.assertIn(": 60 s, ", lines(output)[0])

    def test_a_peer_runs_in_both_engines(self):
        specimens, _ = self.ouro("specimens")
        here = [name for name in ("perl", "lua") if f"\n{name} " in specimens]
        if not here:
            self.skipTest("built without Perl and Lua")
        output, _ = self.campaign("--specimen", here[0], "--seconds", "2", "--workers", "2")
        self.assertIn("both engines", output)
        self.assertRegex(output, rf"(?m)^{here[0]}: lawful after \d+ s: [1-9]\d* programs")
        output, _ = self.campaign("--specimen", here[0], "--seconds", "1", "--workers", "1",
                                  "--engine", "libfuzzer", "--out", "alone")
        self.assertRegex(output, rf"(?m)^{here[0]}: lawful after \d+ s: [1-9]\d* programs")

    def test_a_liar_is_found_shrunk_and_filed(self):
        output, _ = self.campaign("--specimen", "liar:free-once", "--seconds", "2", code=1)
        self.assertIn("\nliar:free-once: UNLAWFUL after ", output)
        self.assertTrue(self.found())
        summary = output[output.index(": UNLAWFUL after "):]
        causes = re.findall(r"(?m)^  \d+ x (.*)$", summary)
        self.assertEqual(len(causes), len(set(causes)))
        more = [int(n) for n in re.findall(r"(?m)^    and (\d+) more that look", summary)]
        self.assertEqual(len(causes) + sum(more), len(self.found()))
        self.assertRegex(summary, rf" {len(self.found())} findings? under {len(causes)} headline")
        for name in self.found():
            self.assertTrue(name.endswith(".gct"))
            self.assertIn("\n# signature: free-once at ", self.read(name))
            self.assertIn("\n# cause: free-once: ", self.read(name))
            replay, _ = self.ouro("run", name, code=1)
            self.assertIn("liar:free-once broke the law free-once", replay)

    def test_the_replay_line_is_a_command(self):
        output, _ = self.campaign("--specimen", "liar:load", "--stop-on-first", "--seconds", "1000",
                                  "--out", "it's out", code=1)
        command = re.search(r"(?m)^replay: (.*)$", output).group(1)
        done = subprocess.run(["sh", "-c", command], cwd=self.folder, capture_output=True,
                              text=True, timeout=ouro_driver.SECONDS)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("broke the law load", done.stdout)

    def test_the_replay_line_of_bazel(self):
        output, _ = self.campaign("--specimen", "liar:load", "--stop-on-first", "--seconds", "1000",
                                  env={"BUILD_WORKSPACE_DIRECTORY": self.folder}, code=1)
        self.assertRegex(output, r"(?m)^replay: bazel run //:ouro -- run ouro-out/found/\S+\.gct$")

    def test_stop_on_first(self):
        output, _ = self.campaign("--specimen", "liar:load", "--stop-on-first", "--seconds", "1000",
                                  code=1)
        self.assertIn(" 1 finding under 1 headline\n", output)
        self.assertEqual(len(self.found()), 1)

    def test_seconds_are_a_bound(self):
        # Hangs, crashes and broken laws: more than there is time to examine.
        begin = time.monotonic()
        output, _ = self.campaign("--specimen", "planted:release-first", "--seconds", "3", code=1)
        # The canary, the last inquiry, and a busy machine.
        self.assertLess(time.monotonic() - begin, 3 + 3 + 20)
        self.assertIn("UNLAWFUL after ", output)
        summary = output[output.index(": UNLAWFUL after "):]
        self.assertLessEqual(len(re.findall(r"(?m)^  \d+ x ", summary)), 5, "one bug\n" + summary)

    def test_the_corpus_comes_first(self):
        output, _ = self.campaign("--specimen", "liar:load", "--stop-on-first", "--workers", "1",
                                  "--seconds", "1000", code=1)
        self.assertRegex(output, r"(?m)^\d+ s: corpus/\w+/[\w-]+\.gct: load at load in ")

    def test_triage(self):
        self.campaign("--specimen", "liar:load", "--stop-on-first", "--seconds", "1000", code=1)
        table, _ = self.ouro("triage", "ouro-out", code=1)
        self.assertRegex(table, r"\Aliar:load\n +\d+ x load: ")
        causes, _ = self.ouro("triage", "--causes", "ouro-out")
        self.write("known.txt", "# known\n" + causes)
        known, _ = self.ouro("triage", "--known", "known.txt", "ouro-out")
        self.assertIn("  known ", known)
        self.assertTrue(known.endswith(", new: 0 causes\n"), known)
        self.write("known.txt", "")
        fresh, _ = self.ouro("triage", "--known", "known.txt", "ouro-out", code=1)
        self.assertIn("  NEW ", fresh)
        self.assertIn("not a campaign folder", self.complaint("triage", "nowhere"))

    def test_the_same_seed_finds_the_same_first(self):
        def first():
            self.campaign("--specimen", "liar:load", "--stop-on-first", "--seconds", "1000",
                          "--workers", "1", "--seed", "7", code=1)
            text = self.read(self.found()[0])
            shutil.rmtree(os.path.join(self.folder, "ouro-out"))  # or it would resume
            return text
        self.assertEqual(first(), first())

    def test_findings_that_cannot_be_written(self):
        self.write("file", "")
        for out in ("file", "file/deeper", "/proc/nowhere"):
            complaint = self.complaint("campaign", "--seconds", "1000", "--out", out)
            self.assertIn(out, complaint)

    def test_the_working_folder_of_bazel_run(self):
        env = {"BUILD_WORKING_DIRECTORY": self.folder}
        self.campaign("--specimen", "liar:load", "--stop-on-first", "--seconds", "1000", code=1,
                      env=env, cwd="/")
        self.assertEqual(len(self.found()), 1)

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            child = self.begin()
            workers = children(child.pid)
            child.send_signal(number)
            output, errors = child.communicate(timeout=ouro_driver.SECONDS)
            self.assertEqual((child.returncode, errors), (0, ""))
            self.assertRegex(output, r"(?m)^optimized: lawful after \d+ s \(interrupted\): ")
            self.assertFalse([pid for pid in workers if alive(pid)])

    def test_interrupted_with_findings(self):
        child = self.begin("--specimen", "liar:load")
        until(self.found, "a finding")
        output = self.finish(child, code=1)
        self.assertIn("liar:load: UNLAWFUL after ", output)
        self.assertIn(" (interrupted): ", output)

    def test_killed_workers_are_not_findings(self):
        child = self.begin()
        dice = random.Random(1)
        for _ in range(12):
            time.sleep(dice.random() * 0.2)
            victims = children(child.pid)
            if victims:
                os.kill(dice.choice(victims), signal.SIGKILL)
        until(lambda: len(children(child.pid)) == 2, "new workers")
        output = self.finish(child)
        self.assertIn("crashed with signal 9 (Killed); lawful when it is run again", output)
        self.assertRegex(output, r"\noptimized: lawful after ")
        self.assertEqual(self.found(), [])

    def test_a_killed_supervisor_leaves_nobody(self):
        specimen = self.cpython()
        child = self.begin("--specimen", specimen)
        # Two workers, each with its warden, its interpreter and that interpreter's warden.
        until(lambda: len(descendants(child.pid)) >= 8, "the interpreters")
        family = descendants(child.pid)
        child.kill()
        until(lambda: not [pid for pid in family if alive(pid)], "the end of all")

    def test_peers_that_die(self):
        sick = "process:cpython39:read l; echo '> hello sick 1.0'; echo ok; read l; exit 7"
        output, _ = self.campaign("--specimen", sick, "--seconds", "1000", "--stop-on-first",
                                  code=1)
        self.assertIn("is broken: sick exited with status 7 after `", output)
        self.assertEqual(len(self.found()), 1)

    def test_a_missing_specimen(self):
        self.assertIn("cannot be started", self.complaint("campaign", "--specimen",
                                                          "cpython:/nonexistent"))

    def on_terminal(self, columns, *arguments, code=0, **options):
        """Runs a campaign on a terminal. Returns what it wrote there."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        child = self.start("campaign", *arguments, stdout=slave, **options)
        os.close(slave)
        text = b""
        while select.select([master], [], [], ouro_driver.SECONDS)[0]:
            try:
                text += os.read(master, 4096)
            except OSError:  # the end
                break
        self.assertEqual(child.wait(ouro_driver.SECONDS), code)
        return text.decode()

    def test_status_line_of_a_terminal(self):
        columns = 60
        text = self.on_terminal(columns, "--seconds", "2", env={"NO_COLOR": "1"})
        status = [line for line in text.split("\r\033[K") if re.match(r"\d+/2 s: ", line)]
        self.assertTrue(status, text)
        for line in status:
            self.assertLess(len(line), columns)
        self.assertRegex(text,
                         "\r\033\\[Koptimized: lawful after \\d+ s: .* 0 findings\r\n  reached: ")
        self.assertNotIn("\033[1m", text)

    def test_colours_of_a_terminal(self):
        text = self.on_terminal(80, "--specimen", "liar:load", "--stop-on-first", "--seconds",
                                "1000", code=1, env={"TERM": "xterm", "NO_COLOR": ""})
        self.assertRegex(text, "\033\\[[0-9;]+m[^\033]*      # <- here\033")
        self.assertRegex(text, "\033\\[[0-9;m\033]*UNLAWFUL\033")


if __name__ == "__main__":
    ouro_driver.main()
