# SPDX-License-Identifier: Apache-2.0

"""Campaigns and their folder: what both engines file there, what survives kills, how folders are
merged, and how a finding enters the corpus.

Kills at random moments: OURO_KILLS is their number; `--test_env=OURO_KILLS=100` for a long run.
"""

import glob
import json
import os
import random
import re
import signal
import time

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import children, lines, until

KILLS = int(os.environ.get("OURO_KILLS", "8"))
PLANTED = "planted:map-last-slot"  # is found at once
SMALL = "planted:enabled-again"    # is convicted, never crashes: shrinks to a small program


class RecordsTest(ouro_driver.OuroTest):

    def campaign(self, *arguments, code=0):
        return self.ouro("campaign", *arguments, code=code)

    def begin(self, *arguments, workers=2):
        return self.start("campaign", "--seconds", "1000", "--workers", str(workers), *arguments)

    def path(self, *parts):
        return os.path.join(self.folder, "ouro-out", *parts)

    def files(self, *parts):
        return set(glob.glob(self.path(*parts)))

    def stats(self, name="stats.json"):
        with open(self.path(name)) as file:
            return json.load(file)

    def has_stats(self):
        return os.path.exists(self.path("stats.json"))

    def operations(self, name):
        return [line for line in lines(self.read(name))
                if line.startswith("  ") or not line.startswith(("#", "def", "main"))]

    def test_each_engine_finds_shrinks_files_and_replays(self):
        for engine in ("random", "libfuzzer"):
            output, _ = self.campaign("--specimen", SMALL, "--engine", engine, "--out", engine,
                                      "--stop-on-first", "--seconds", "40", code=1)
            self.assertIn("\n  not yet shrunk: ", output)
            found = glob.glob(os.path.join(self.folder, engine, "found", "*"))
            found.sort(key=lambda name: len(self.operations(name)))
            self.assertTrue(found, output)
            text = self.read(found[0])
            self.assertIn("\n# stability: 3/3\n", text)
            # Which one libFuzzer finds depends on time, and the smallest with its signature may be
            # larger; but nothing in it is left over.
            explained, _ = self.ouro("explain", found[0], code=1)
            self.assertIn("\n0 of ", explained)
            if engine == "random":
                self.assertLessEqual(len(self.operations(found[0])), 10, text)
            for line in ("specimen: " + SMALL, "law: ", "signature: ", "stability: ", "build: ",
                         "date: 20", "engine: ", "seed: 1", "replay: "):
                self.assertIn("\n# " + line, text)
            self.assertIn("engine " + engine, lines(output)[0])
            replay, _ = self.ouro("run", found[0], code=1)  # it names its specimen
            self.assertRegex(replay, re.escape(SMALL) + " (broke the law|is broken: crashed) ")

    def test_records(self):
        self.campaign("--seconds", "3")
        stats = self.stats()
        for key in ("seconds", "workers", "programs", "operations", "findings", "engine",
                    "specimen", "build", "situations", "situations_missing"):
            self.assertIn(key, stats)
        self.assertEqual((stats["specimen"], stats["engine"], stats["findings"]),
                         ("optimized", "both", []))
        self.assertGreater(stats["programs"], 0)
        self.assertEqual(stats["corpus"], len(self.files("corpus", "*.gct")))
        plot = lines(self.read("ouro-out/plot_data"))
        self.assertTrue(plot[0].startswith(
            "# relative_time, cycles_done, cur_item, corpus_count, pending_total, pending_favs, "
            "map_size, saved_crashes, saved_hangs, max_depth, execs_per_sec, total_execs, "
            "edges_found"))
        for line in plot[1:]:
            self.assertEqual(line.count(","), plot[0].count(","))

    def test_the_corpus_is_programs(self):
        self.campaign("--seconds", "2")
        output, _ = self.ouro("run", "--specimen", "naive", self.path("corpus"))
        self.assertRegex(output, r"\d+ programs? on naive, 0 convicted")

    def test_nothing_is_lost_by_kills(self):
        dice = random.Random(3)
        arguments = ("--specimen", PLANTED, "--engine", "both")
        corpus, found, before = set(), set(), None
        for kill in range(KILLS):
            child = self.begin(*arguments)
            until(lambda: self.has_stats() and children(child.pid), "a campaign")
            if kill == KILLS - 1:  # however slow the machine is
                until(lambda: self.stats()["findings"], "a finding")
            time.sleep(dice.random() * 2)
            victims = children(child.pid)
            if kill % 3 == 2 and victims:  # a worker: the campaign continues
                os.kill(dice.choice(victims), signal.SIGKILL)
                time.sleep(dice.random())
            child.kill()
            child.wait()
            until(lambda: not children(child.pid), "the end of its workers")
            self.assertLessEqual(corpus, self.files("corpus", "*.gct"))
            corpus = {name for name in self.files("corpus", "*") if name.endswith(".gct")}
            now = self.stats()
            signatures = {row["signature"]: row["hits"] for row in now["findings"]}
            for row in before["findings"] if before else []:
                self.assertGreaterEqual(signatures.get(row["signature"], 0), row["hits"])
            for key in ("programs", "operations", "convicted", "seconds", "features", "edges"):
                self.assertGreaterEqual(now[key], before[key] if before else 0, key)
            filed = "".join(self.read(name) for name in self.files("found", "*.gct"))
            for signature in found | set(signatures):
                self.assertIn("\n# signature: " + signature + "\n", filed)
            found |= set(signatures)
            before = now
        self.ouro("run", self.path("corpus"))  # each one can be read
        self.assertTrue(found)
        output, _ = self.campaign("--seconds", "1", *arguments, code=1)
        self.assertRegex(output, r"\nresumes in ouro-out: \d+ s, \d+ programs, \d+ findings? ")

    def test_another_specimen_has_its_own_numbers(self):
        self.campaign("--specimen", PLANTED, "--stop-on-first", "--seconds", "40", code=1)
        output, _ = self.campaign("--seconds", "1")
        self.assertIn("\noptimized: lawful after ", output)
        self.assertEqual(self.stats()["specimen"], "optimized")
        output, _ = self.campaign("--specimen", PLANTED, "--seconds", "1", code=1)
        self.assertRegex(output, r"\nresumes in ouro-out: .*, [1-9]\d* findings? so far\n")

    def test_two_campaigns_in_one_folder(self):
        one = self.begin()
        until(self.has_stats, "the first")
        two = self.begin("--specimen", PLANTED)
        until(lambda: os.path.exists(self.path("stats-2.json")), "the second")
        until(lambda: self.files("found", "*.gct"), "a finding")
        for child, code in ((two, 1), (one, 0)):
            child.send_signal(signal.SIGINT)
            output, errors = child.communicate(timeout=ouro_driver.SECONDS)
            self.assertEqual((child.returncode, errors), (code, ""), output)
        self.assertEqual(self.stats()["specimen"], "optimized")
        self.assertEqual(self.stats("stats-2.json")["specimen"], PLANTED)

    def test_merge(self):
        for seed in ("1", "2"):
            self.campaign("--specimen", PLANTED, "--seed", seed, "--out", seed, "--seconds", "2",
                          code=1)
        output, _ = self.ouro("merge", "--out", "all", "1", "2")
        self.assertRegex(output, r"^all: \d+ of \d+ programs reach everything that all of them "
                                 r"reach; [1-9]\d* findings?\n")
        merged = glob.glob(os.path.join(self.folder, "all", "corpus", "*.gct"))
        parts = glob.glob(os.path.join(self.folder, "[12]", "corpus", "*.gct"))
        self.assertTrue(0 < len(merged) < len(parts), (len(merged), len(parts)))
        self.ouro("run", "--specimen", "naive", "all/corpus")

    def test_a_folder_that_is_removed_during_a_campaign(self):
        child = self.begin()
        until(self.has_stats, "a campaign")
        # In one step: a folder that is emptied file by file would get new files meanwhile.
        os.rename(self.path(), os.path.join(self.folder, "removed"))
        output, errors = child.communicate(timeout=ouro_driver.SECONDS)
        self.assertEqual(child.returncode, 2, output + errors)
        self.assertEqual(errors, "ouro: ouro-out: was removed or replaced while the campaign "
                                 "ran\n")

    def test_names_of_folders(self):
        self.campaign("--out", "@at", "--engine", "libfuzzer", "--seconds", "1")
        self.assertIn("comma", self.complaint("campaign", "--out", "a,b"))
        self.assertEqual(os.listdir(self.folder), ["@at"])

    def test_add(self):
        os.makedirs(os.path.join(self.folder, "corpus", "found"))
        self.write("a.gct", "# one\nr0 = leaf\n")
        output, _ = self.ouro("add", "a.gct")
        self.assertEqual(output, "corpus/found/a.gct: added; the replay test runs it\n")
        self.assertEqual(self.read("corpus/found/a.gct"), "# one\nr0 = leaf\n")
        self.write("a.gct", "r0 = leaf\n")
        self.assertIn("already exists", self.complaint("add", "a.gct"))
        self.write("b.gct", "r0 = loaf\n")
        self.assertIn("b.gct: line 1: ", self.complaint("add", "b.gct"))

    def test_encode_and_decode(self):
        text = "r0 = node 2\nr0.1 = r0\nr0 = none\ncollect 2\n"
        self.write("a.gct", text)
        self.ouro("encode", "--out", "bytes", "a.gct")
        (name,) = glob.glob(os.path.join(self.folder, "bytes", "*"))
        self.assertEqual(self.ouro("decode", name)[0], text)

    def test_an_engine_that_misses_the_canary(self):
        _, complaint = self.ouro("campaign", "--engine", "libfuzzer", code=2,
                                 env={"OURO_FUZZER": "/bin/true"})  # finds nothing, quickly
        self.assertIn("the canary: libFuzzer did not find the bug of", complaint)

    def test_options_that_exclude_each_other(self):
        self.assertIn("--engine random", self.complaint(
            "campaign", "--engine", "libfuzzer", "--specimen", self.cpython()))
        self.assertIn("two workers", self.complaint("campaign", "--engine", "both", "--workers",
                                                    "1"))
        self.assertIn("--ops", self.complaint("campaign", "--engine", "libfuzzer", "--ops", "5000"))


if __name__ == "__main__":
    ouro_driver.main()
