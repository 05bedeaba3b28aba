# SPDX-License-Identifier: Apache-2.0

"""`ouro power`: its table, its log, its plot, and how it resumes. `ouro bench`: its tables."""

import json

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import lines


class PowerTest(ouro_driver.OuroTest):

    MUTANTS = ["planted:map-last-slot", "liar:load"]

    def rows(self):
        return [line.split(",") for line in lines(self.read("out/power.csv"))]

    def test_table_log_and_plot(self):
        output, errors = self.ouro("power", "--seeds", "2", "--seconds", "5", "--out", "out",
                                   *self.MUTANTS)
        self.assertEqual(errors, "")
        self.assertRegex(output, r"\| +random +\| +uniform +\| +libfuzzer *\n")
        self.assertRegex(output, r"\nliar:load +\| +2/2 +\d+ +[\d.e-]+ +\| +2/2 ")
        self.assertRegex(output, r"\nplanted:map-last-slot +\| +2/2 ")
        self.assertRegex(output, r"\nrandom +2 of 2 mutants found, half of them in [\d.e-]+ s, "
                                 r"the slowest in [\d.e-]+ s \(")
        header, *rows = self.rows()
        self.assertEqual(",".join(header), "mutant,engine,seed,found,signature,programs,seconds")
        self.assertEqual([row[:3] for row in rows],
                         [[mutant, engine, seed] for seed in "12" for mutant in sorted(self.MUTANTS)
                          for engine in ("random", "uniform", "libfuzzer")])
        self.assertRegex(self.read("out/power.svg"), r"^<svg (.|\n)*random: 2 of 2(.|\n)*</svg>\n$")

    def test_goes_on_where_it_was_killed(self):
        once = ["power", "--seeds", "1", "--seconds", "5", "--engine", "random", "--out", "out"]
        self.ouro(*once, "liar:load")
        first = self.read("out/power.csv")
        self.write("out/power.csv", first + "planted:map-la")
        output, _ = self.ouro(*once, *self.MUTANTS)
        self.assertTrue(self.read("out/power.csv").startswith(first + "planted:map-last-slot,"))
        whole = self.read("out/power.csv")
        self.assertEqual(self.ouro(*once, *self.MUTANTS)[0], output)  # nothing is measured again
        self.assertEqual(self.read("out/power.csv"), whole)
        output, _ = self.ouro(*once, "--engine", "uniform", "liar:load")
        self.assertRegex(output, r"\nplanted:map-last-slot +\| +1/1 .*\| +- +- +-\n")

    def test_what_is_not_found_is_more_than_the_limit(self):
        output, _ = self.ouro("power", "--seeds", "1", "--seconds", "1", "--engine", "uniform",
                              "naive")
        self.assertRegex(output, r"\nnaive +\| +0/1 +>\d+ +>1\n")
        self.assertIn("uniform    0 of 1 mutants found, half of them in >1 s\n", output)

    def test_bad_input(self):
        power = ["power", "--engine", "random"]
        self.assertIn("there is no specimen", self.complaint(*power, "nosuch"))
        self.assertIn("No such file", self.complaint(*power, "nosuch.so"))
        self.write("bad.so", "no library")
        self.assertIn("bad.so", self.complaint(*power, "bad.so"))
        self.write("d/readme.txt", "no library")
        self.assertIn("d: contains no .so files", self.complaint(*power, "d"))
        self.assertIn('two mutants "naive"', self.complaint(*power, "naive", "naive"))
        self.write("out/power.csv", "dear diary\n")
        self.assertIn("out/power.csv: line 1: ", self.complaint(*power, "--out", "out", "naive"))
        self.complaint("power", "--engine", "nosuch", "naive")
        self.complaint("power", "--engine", "random", "--seconds", "0", "naive")


class BenchTest(ouro_driver.OuroTest):

    def test_both_tables(self):
        output, _ = self.ouro("bench", "--specimen", "naive", "--seconds", "1", "--rounds", "1",
                              "--smoke", "--workload", "W1")
        self.assertRegex(output, r"^.+, \d+ processors, load [\d.]+\nouro \d.*\n\n")
        self.assertRegex(output, r"\nnoise: the same arithmetic took [\d.]+ ms, and from [\d.]+ to "
                         r"[\d.]+\n$")
        self.assertRegex(output, r"\nnaive +random +[1-9]\d+ +0 % +[1-9]\d+\n"
                         r"naive +libfuzzer +[1-9]\d+ +0 % +[1-9]\d+\n")
        self.assertRegex(output, r"\nns per object +objects +floor +optimized .*\nW1 +1000 ")
        self.assertNotIn("\nW2 ", output)

    def test_json(self):
        output, _ = self.ouro("bench", "--specimen", "naive", "--seconds", "1", "--rounds", "2",
                              "--smoke", "--workload", "W3", "--json")
        read = json.loads(output)
        self.assertGreaterEqual(read["processors"], 1)
        for key in ("least", "median", "most"):
            self.assertGreater(read["arithmetic_ms"][key], 0)
        self.assertEqual([(pace["specimen"], pace["engine"], pace["second_of"])
                          for pace in read["paces"]],
                         [("naive", "random", "processor"), ("naive", "libfuzzer", "processor")])
        for pace in read["paces"]:
            self.assertGreater(pace["operations"]["least"], pace["programs"]["least"])
        heaps = {row["case"]: row["ns_per_object"] for row in read["heap"]}
        self.assertIn("W3/optimized/1000", heaps)
        self.assertTrue(all(name.startswith("W3/") for name in heaps))

    def test_bad_input(self):
        self.assertIn("there is no specimen", self.complaint("bench", "--specimen", "nosuch"))
        self.complaint("bench", "--rounds", "0")
        _, errors = self.ouro("bench", "--no-paces", "--smoke", "--workload", "it's", code=2)
        self.assertIn("^it's/", errors)
        self.assertIn("the benchmark of heaps failed", errors)


if __name__ == "__main__":
    ouro_driver.main()
