# SPDX-License-Identifier: Apache-2.0

"""`ouro merge`: what it keeps, that the order of folders, kills and repetitions change nothing, and
what it does with programs and files that are not what they should be.

Kills at random moments: OURO_KILLS is their number; `--test_env=OURO_KILLS=200` for a long run.
"""

import fcntl
import glob
import os
import random
import re
import shutil
import time

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import children, lines, until

KILLS = int(os.environ.get("OURO_KILLS", "6"))
FRESH, SHARED = 150, 150  # programs of each folder
RESULT = re.compile(r"^all\d*: (\d+) of (\d+) programs reach everything that all of them reach; "
                    r"(\d+) findings?\n"
                    r"  (\d+) folders?, (\d+) unchanged; (\d+) files? in the others, (\d+) of them "
                    r"known; (\d+) features? reached\n")


class MergeTest(ouro_driver.OuroTest):

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def make(self, *names):
        """Makes folders of campaigns: each with programs of its own, and some that all have."""
        for name in names:
            self.ouro("generate", "--seed", str(sum(name.encode())), "--count", str(FRESH), "--out",
                      f"{name}/corpus")
            self.ouro("generate", "--seed", "1", "--count", str(SHARED), "--out", f"{name}/corpus")
            self.age(name)
        return names

    def age(self, *names):
        """Their last change was a while ago, as that of most folders."""
        for name in names:
            for part in ("corpus", "found"):
                if os.path.isdir(self.path(name, part)):
                    os.utime(self.path(name, part), (1e9, 1e9))

    def corpus(self, name):
        return sorted(file for file in os.listdir(self.path(name, "corpus"))
                      if file.endswith(".gct"))

    def merge(self, out, *arguments, code=0):
        """Merges, and returns the numbers that it prints."""
        output, errors = self.ouro("merge", "--out", out, *arguments, code=code)
        match = RESULT.match(output)
        self.assertTrue(match, output)
        keys = "selected programs findings folders unchanged files known features".split()
        return {**dict(zip(keys, map(int, match.groups()))), "output": output, "errors": errors}

    def test_order_workers_and_parts_do_not_matter(self):
        names = self.make("a", "b", "c")
        first = self.merge("all", *names)
        self.assertEqual(first["programs"], 3 * FRESH + SHARED)
        self.assertEqual((first["files"], first["known"]), (3 * (FRESH + SHARED), 2 * SHARED))
        self.assertEqual(first["selected"], len(self.corpus("all")))
        self.assertTrue(0 < first["selected"] < first["programs"] / 2, first)
        self.merge("all1", "--workers", "7", *reversed(names), "b")
        self.assertEqual(self.corpus("all1"), self.corpus("all"))
        for name in "bca":
            last = self.merge("all2", name)
        self.assertEqual(self.corpus("all2"), self.corpus("all"))
        self.assertEqual(last["features"], first["features"])
        self.merge("all3", "a", "b")
        self.merge("all4", "c")
        self.merge("all5", "all3", "all4")  # results are folders of campaigns, too
        self.assertEqual(self.corpus("all5"), self.corpus("all"))
        text = self.read("all/corpus/" + self.corpus("all")[0])
        self.assertIn(text, [self.read(file) for name in names
                             for file in glob.glob(self.path(name, "corpus", "*"))])

    def test_what_was_read_is_not_read_again(self):
        self.make("a", "b", "c")
        self.merge("all", "a", "b")
        # Whoever reads these now fails.
        for name in glob.glob(self.path("[ab]", "corpus", "*")):
            os.unlink(name)
            os.mkdir(name)
        self.age("a", "b")
        added = self.merge("all", "a", "b", "c")
        self.assertEqual((added["folders"], added["unchanged"]), (3, 2))
        self.write("a/corpus/mine.gct", "r0 = node 2\nr0.1 = r0\nr0 = none\ncollect 2\n")
        changed = self.merge("all", "a", "b", "c")  # a is listed, and its names are known
        self.assertEqual((changed["folders"], changed["unchanged"]), (3, 2))
        self.assertEqual(changed["known"], changed["files"] - 1)

    def test_the_result_is_a_campaign_folder(self):
        self.make("a", "b")
        self.merge("all", "a")
        self.ouro("campaign", "--seconds", "1", "--out", "all", "--engine", "random")
        grown = set(self.corpus("all"))
        merged = self.merge("all", "b", "all")
        self.assertEqual(merged["folders"], 1)
        self.assertLessEqual(merged["selected"], len(self.corpus("all")))
        self.ouro("run", "--specimen", "naive", "all/corpus")
        self.assertTrue(grown & set(self.corpus("all")))

    def test_kills_change_nothing(self):
        dice = random.Random(5)
        names = self.make("a", "b", "c", "d")
        begin = time.monotonic()
        whole = self.merge("all", *names)
        seconds = time.monotonic() - begin
        killed = 0
        for _ in range(KILLS):
            shutil.rmtree(self.path("all0"), ignore_errors=True)
            for _ in range(3):
                child = self.start("merge", "--out", "all0", *names)
                time.sleep(dice.random() * seconds)
                hit = child.poll() is None
                killed += hit
                # The whole merge may have been slow, and this one has less to do.
                seconds *= 1 if hit else 0.7
                workers = children(child.pid)
                child.kill()
                child.wait()
                until(lambda: not any(map(ouro_driver.alive, workers)), "the end of its workers")
            again = self.merge("all0", *names)
            self.assertEqual(self.corpus("all0"), self.corpus("all"))
            for key in ("programs", "selected", "features"):
                self.assertEqual(again[key], whole[key], key)
        self.assertGreater(killed, KILLS)

    def test_a_killed_worker_is_replaced(self):
        self.make("a")
        self.merge("all", "a")
        child = self.start("merge", "--out", "all0", "a")
        until(lambda: child.poll() is not None or children(child.pid), "a worker")
        for worker in children(child.pid):
            os.kill(worker, 9)
        output, errors = child.communicate(timeout=ouro_driver.SECONDS)
        if child.returncode == 0:
            self.assertEqual(self.corpus("all0"), self.corpus("all"))
        else:  # all that it could start were gone before their first program
            self.assertIn("no worker can be run", errors + output)

    def test_a_cut_log(self):
        names = self.make("a", "b")
        self.merge("all", *names)
        self.merge("all0", "a")
        for log in ("selection", "programs", "folders"):
            path = self.path("all0", "work", "merge", log)
            with open(path, "r+") as file:
                file.truncate(os.path.getsize(path) - 3)
        self.merge("all0", *names)
        self.assertEqual(self.corpus("all0"), self.corpus("all"))
        with open(self.path("all0", "work", "merge", "selection"), "a") as file:
            file.write("damaged\n")
        self.assertRegex(self.complaint("merge", "--out", "all0", "a"),
                         r"work/merge/selection: line \d+: is not what `ouro merge` writes there")

    def test_unlawful_programs_are_left_out(self):
        self.make("a")
        crash = "liar:no-free-while-held"
        merged = self.merge("all", "--specimen", crash, "a")
        self.assertRegex(merged["output"], r"\n  \d+ new programs? (is|are) unlawful on ")
        unexamined = glob.glob(self.path("all", "unexamined", "*.gct"))
        self.assertTrue(unexamined)
        self.assertIn("# origin: a merge\n", self.read(unexamined[0]))
        self.ouro("run", unexamined[0], code=1)
        self.ouro("run", "--specimen", crash, "all/corpus")

    def test_a_bad_file_is_named_and_left_out(self):
        self.make("a", "b")
        self.write("a/corpus/bad.gct", "r0 = leaf\nr0 = loaf\n")
        merged = self.merge("all", "a", "b", code=2)
        self.assertEqual(len(lines(merged["errors"])), 1)
        self.assertIn("ouro: a/corpus/bad.gct: line 2: ", merged["errors"])
        self.assertEqual(self.merge("all", "a", "b", code=2)["unchanged"], 1)
        os.unlink(self.path("a", "corpus", "bad.gct"))
        self.merge("all", "a", "b")
        self.merge("all1", "a", "b")
        self.assertEqual(self.corpus("all"), self.corpus("all1"))

    def test_a_wrong_name_hides_nothing(self):
        self.make("a")
        self.merge("all", "a")
        name = self.corpus("all")[0]
        text = self.read(f"a/corpus/{name}")
        self.write(f"b/corpus/{name}", "r0 = leaf\n")
        self.write("c/corpus/any.gct", text)
        self.merge("all0", "b")
        shutil.move(self.path("a", "corpus", name), self.path("c", "corpus", name))
        self.merge("all0", "a", "c")
        self.assertIn(name, self.corpus("all0"))

    def test_findings(self):
        head = "# specimen: naive (x), contract y\n# signature: {}\n"
        for folder, signature, text in (("a", "s", "r0 = leaf\nr1 = leaf\n"),
                                        ("b", "s", "r0 = leaf\n"), ("b", "t", "r1 = leaf\n")):
            self.write(f"{folder}/found/{folder}-{signature}.gct", head.format(signature) + text)
            os.makedirs(self.path(folder, "corpus"), exist_ok=True)
        self.age("a", "b")
        self.assertEqual(self.merge("all", "a")["findings"], 1)
        self.assertEqual(self.merge("all", "a", "b")["findings"], 2)
        self.assertEqual(sorted(os.listdir(self.path("all", "found"))), ["b-s.gct", "b-t.gct"])
        self.merge("all0", "b", "a")
        self.assertEqual(os.listdir(self.path("all0", "found")), ["b-s.gct", "b-t.gct"])
        self.write("b/found/b-u.gct", "r0 = loaf\n")
        self.assertIn("b/found/b-u.gct: line 1: ", self.merge("all", "b", code=2)["errors"])

    def test_complaints(self):
        self.make("a")
        self.merge("all", "a")
        complaint = self.complaint("merge", "--specimen", "naive", "--out", "all", "a")
        self.assertIn('all: has what was merged for "optimized"; --out needs another folder for '
                      '"naive"', complaint)
        os.makedirs(self.path("else", "where"))
        for other in ("nowhere", "else", "/dev/null"):
            complaint = self.complaint("merge", "--out", "x", "a", other)
            self.assertIn(f"{other}: not a campaign folder", complaint)
            self.assertFalse(os.path.exists(self.path("x")))
        with open(self.path("all", "work", "merge", "lock"), "r+") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            self.assertIn("all: another merge runs there",
                          self.complaint("merge", "--out", "all", "a"))

    def test_features_that_changed(self):
        self.make("a", "b")
        self.merge("all", "a", "b")
        before = self.corpus("all")
        state = self.path("all", "work", "merge", "state")
        text = self.read(state)
        self.write(state, re.sub(r"edges \w+", "edges 0123456789abcdef", text))
        merged = self.merge("all", "a", "b")
        self.assertIn("what a feature is has changed", merged["errors"])
        self.assertEqual(merged["unchanged"], 0)
        self.assertEqual(self.corpus("all"), before)
        self.assertEqual(self.read(state), text)


if __name__ == "__main__":
    ouro_driver.main()
