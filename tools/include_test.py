# SPDX-License-Identifier: Apache-2.0
"""Each C++ file includes the headers of the standard library that it uses, and no others.

As style_test, it reads the real source tree. See include_check.py for what is checked.
"""

import unittest

import include_check
from include_check import mended, offences


class IncludeTest(unittest.TestCase):

    def test_sources_are_found(self):
        found = include_check.sources(include_check.ROOT)
        for path in ("model/program.h", "collector/heap/heap.cc", "fuzz/ouro/ouro.cc"):
            self.assertIn(path, found)
        self.assertFalse([path for path in found if path.startswith(("bazel-", "ouro-out"))])

    def test_includes(self):
        root = include_check.ROOT
        bad = [line for path in include_check.sources(root)
               for line in include_check.check(root, path)]
        self.assertFalse(bad, "\n" + "\n".join(bad) +
                         "\ntools/include_check.py --fix mends most of it.")


class SelfTest(unittest.TestCase):
    """The check convicts what is bad, and nothing else; and it mends what it convicts."""

    def convict(self, text, part, own_header=""):
        found = list(offences("a/b.cc", text, own_header))
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])
        self.acquit(mended(text, found), own_header)

    def acquit(self, text, own_header=""):
        self.assertEqual(list(offences("a/b.cc", text, own_header)), [])

    def test_missing(self):
        self.acquit("// A.\n\n#include <vector>\n\nstd::vector<int> v;\n")
        self.convict("// A.\n\n#include <string>\n\nstd::string s;\nstd::vector<std::string> v;\n",
                     "a/b.cc:6: std::vector without #include <vector>")
        self.convict('// A.\n\n#include "c/d.h"\n\nuint64_t x;\nint64_t y;\n',
                     "a/b.cc:5: uint64_t without #include <cstdint>")
        self.convict('#include "a/b.h"\n\nvoid F() { assert(true); }\n',
                     "a/b.cc:3: assert without #include <cassert>")

    def test_what_moved_within_fmt(self):
        text = '// A.\n\n#include <fmt/format.h>\n{}\n#include <vector>\n\n' \
               'std::vector<int> v;\nauto s = fmt::join(v, ",");\n'
        self.convict(text.format(""), "a/b.cc:8: fmt::join without #include <fmt/ranges.h>")
        self.acquit(text.format("#include <fmt/ranges.h>\n"))

    def test_unused(self):
        self.convict("// A.\n\n#include <map>\n#include <vector>\n\nstd::vector<int> v;\n",
                     "a/b.cc:3: #include <map>, and nothing of it is used")
        self.convict("// A.\n\n#include <vector>\n\nint v;\n", "<vector>, and nothing")
        self.convict("// A.\n\n#include <string.h>\n\nint v;\n", "<cstring>, and nothing")
        self.acquit("// A.\n\n#include <string.h>\n\nint v = strlen(x);\n")

    def test_several_homes(self):
        for header in ("cstddef", "cstdio", "cstring"):
            self.acquit(f"// A.\n\n#include <{header}>\n\nsize_t v;\n")
        for header in ("iterator", "vector"):
            self.acquit(f"// A.\n\n#include <{header}>\n\nauto v = std::size(x);\n")
        self.convict('#include "a/c.h"\n\nauto v = std::size(x);\n', "include <iterator>")
        self.acquit("// A.\nvoid F() { std::erase_if(x, Old); }\n")

    def test_own_header(self):
        text = '#include "a/b.h"\n\nstd::vector<int> v;\n'
        self.convict(text, "std::vector without")
        self.acquit(text, "#include <vector>\n")
        own = include_check.own_header_of
        self.assertEqual(own("a/b.cc", text), "a/b.h")
        self.assertEqual(own("a/b_test.cc", text), "a/b.h")
        for path in ("a/bb.cc", "c/b.cc", "a/b.h"):
            self.assertEqual(own(path, text), "", path)

    def test_what_is_no_use(self):
        for noise in ("// std::vector", "/* std::vector\n size_t */", 'f("std::vector");',
                      'R"x(\n#include <map>\nstd::map")x";', "static_assert(true);",
                      "x.assert(1);", '#include "e/size_t.h"', "my_size_t x;"):
            self.acquit("// A.\n" + noise + "\n")

    def test_unknown_names(self):
        found = list(offences("a/b.cc", "// A.\nstd::no_such x;\n", ""))
        self.assertEqual(found, ["a/b.cc:2: std::no_such: tools/include_check.py does not know its "
                                 "header"])

    def test_what_is_not_a_name(self):
        self.acquit("// A.\n\n#include <new>\n\nauto* x = new (p) X;\n")
        self.acquit("// A.\n\n#include <chrono>\n\nauto x = 5ms;\n")
        self.acquit("// A.\n\n#include <cerrno>\n\nauto x = EINTR;\n")

    def test_mended_in_place(self):
        for before, after in (
                ('#include "a/b.h"\n\n#include <array>\n#include <string>\n\n#include "c.h"\n',
                 '#include "a/b.h"\n\n#include <array>\n#include <map>\n#include <string>\n\n'
                 '#include "c.h"\n'),
                ('#include "a/b.h"\n\n#include "c.h"\n',
                 '#include "a/b.h"\n\n#include <map>\n\n#include "c.h"\n'),
                ('// A.\n\n#include "c.h"\n#include "d.h"\n',
                 '// A.\n\n#include <map>\n\n#include "c.h"\n#include "d.h"\n'),
                ('// A.\n\n#include <poll.h>\n\n#include "c.h"\n',
                 '// A.\n\n#include <poll.h>\n\n#include <map>\n\n#include "c.h"\n'),
                ("// A.\n\nint x;\n", "// A.\n\n#include <map>\n\nint x;\n"),
                ("// A.\n\n#define A_B_H_\n\n", "// A.\n\n#define A_B_H_\n\n#include <map>\n\n")):
            with self.subTest(before=before):
                complaints = ["a/b.h:9: std::map without #include <map>"]
                self.assertEqual(mended(before, complaints), after)


if __name__ == "__main__":
    unittest.main()
