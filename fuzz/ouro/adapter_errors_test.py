# SPDX-License-Identifier: Apache-2.0

"""Mistakes that people make in adapters, planted in ours one at a time: `ouro check-adapter` must
find each, name the law, and show a program of a few lines.

Place: for adapters that speak the line protocol. conformance_test has the sound adapters and those
in C++.
"""

import glob
import os
import shutil
import sys

from fuzz.testing import ouro_driver

ADAPTERS = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "collector",
                        "peers")
# Language: contract, adapter, interpreter with its flags.
LANGUAGES = {
    "python": ("cpython39", "cpython/cpython.py", "python3 -u"),
    "php": ("php", "php/php.php", "php -n"),
    "lua": ("lua", "lua/lua.lua", "lua5.4 -E"),
    "ruby": ("ruby", "ruby/ruby.rb", "ruby --disable=all"),
}
MAX_LINES = 12  # of a program that shows a mistake

# Language, mistake, the law that convicts it, right text, wrong text.
ERRORS = [
    ("python", "a reference that was passed is kept", "free-at-once",
     "    setattr(registers[target], SLOTS[slot], registers[source])\n    passing[0] = None",
     "    setattr(registers[target], SLOTS[slot], registers[source])\n"
     "    passing[0] = registers[source]"),
    ("python", "objects of three slots have no finalizer", "finalize-before-free",
     "def node(register, count, has_finalizer):\n"
     "    thing = (FINALIZED if has_finalizer else PLAIN)",
     "def node(register, count, has_finalizer):\n"
     "    thing = (FINALIZED if has_finalizer and count != 3 else PLAIN)"),
    ("python", "the oldest generation is never collected", "trash-freed",
     "count = gc.collect(EXAMINED[generation])", "count = gc.collect(min(generation, 1))"),
    ("python", "numbers of dead objects are reused", "identity",
     "    number = len(alive)\n    alive.append(True)",
     "    number = sum(alive)\n    alive.append(True)"),
    ("php", "a value that was stored is kept", "free-at-once",
     "    if ($slot % 2) Heap::$registers[$node]->odd[$slot] = Heap::$registers[$source];",
     "    Heap::$registers['parked'] = Heap::$registers[$source];\n"
     "    if ($slot % 2) Heap::$registers[$node]->odd[$slot] = Heap::$registers[$source];"),
    ("php", "deaths are reported an operation late", "free-at-once",
     "        report_deaths();\n        Heap::$answer .= \"ok\\n\";",
     "        Heap::$answer .= \"ok\\n\";"),
    ("php", "objects of three slots have no finalizer", "finalize-before-free",
     "$finalizer === '' ?", "$finalizer === '' || $slots === 3 ?"),
    ("php", "numbers of dead objects are reused", "identity",
     "$number = Heap::$born++;", "$number = count(Heap::$alive);"),
    ("lua", "a value that was stored is kept", "trash-freed",
     "at(r)[SLOTS[k]] = at(v) end", "at(r)[SLOTS[k]] = at(v); SLOTS.last = at(v) end"),
    ("lua", "finalizers are forgotten", "finalize-before-free",
     "setmetatable({}, FINALIZED)", "{}"),
    ("lua", "weak references keep their target alive", "trash-freed",
     "local WEAK = {__mode = 'v'}", "local WEAK = {}"),
    ("lua", "numbers of dead objects are reused", "identity",
     "  numbers[thing] = born\n",
     "  while born > 0 and not alive[born - 1] do born = born - 1 end\n"
     "  numbers[thing] = born\n"),
    ("ruby", "a value that was loaded is kept", "trash-freed",
     "'none'}\\n\"\n      @registers[register] = thing",
     "'none'}\\n\"\n      @registers[register] = @given = thing"),
    ("ruby", "a value that was stored is kept", "trash-freed",
     "@registers[target].put(slot.to_i, @registers[source])",
     "@registers[target].put(slot.to_i, @last = @registers[source])"),
    ("ruby", "the oldest generation is never collected", "trash-freed",
     "full_mark: generation == '2'", "full_mark: false"),
    ("ruby", "numbers of dead objects are reused", "identity",
     "      @alive -= dead\n",
     "      @alive -= dead\n      @born = (@alive.max || -1) + 1\n"),
]


class AdapterErrorsTest(ouro_driver.OuroTest):

    def check(self, language):
        contract, file, command = LANGUAGES[language]
        if shutil.which(command.split()[0]) is None:
            print(f"SKIPPED: no {command.split()[0]} on PATH", file=sys.stderr)
            self.skipTest(f"no {command.split()[0]}")
        with open(os.path.join(ADAPTERS, file)) as adapter:
            text = adapter.read()
        parts = os.path.splitext(os.path.basename(file))[0] + "_*.py"
        for part in glob.glob(os.path.join(ADAPTERS, os.path.dirname(file), parts)):
            with open(part) as source:
                self.write(os.path.join(os.path.dirname(file), os.path.basename(part)),
                           source.read())
        errors = [error[1:] for error in ERRORS if error[0] == language]
        self.assertEqual(len(errors), 4)
        for name, law, right, wrong in errors:
            with self.subTest(name):
                self.assertEqual(text.count(right), 1, "the adapter has changed")
                self.write(file, text.replace(right, wrong))
                specimen = f"process:{contract}:{command} {file}"
                output, _ = self.ouro("check-adapter", specimen, code=1)
                self.assertIn(f"broke the law {law}", output)
                self.assertIn("look for", output)
                # Before it a duty may have failed because something survived a reset.
                first = output.split("  the law:")[0].split("\nfailed: ")[-1]
                program = [line for line in first.splitlines() if line.startswith("    ")]
                self.assertLessEqual(sum(not line.strip().startswith(">") for line in program),
                                     MAX_LINES, first)

    def test_python(self):
        self.check("python")

    def test_php(self):
        self.check("php")

    def test_lua(self):
        self.check("lua")

    def test_ruby(self):
        self.check("ruby")


if __name__ == "__main__":
    ouro_driver.main()
