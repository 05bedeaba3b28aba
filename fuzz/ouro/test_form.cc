// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/test_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

namespace ouro {
namespace {

// The suites are those of CPython (Lib/test), PHP (phpt), Lua (lua-tests), Perl (t/), Ruby (test/),
// Duktape (ecmascript-testcases) and GLib. Where each has a helper that executes a script in a
// process of its own, the form does the same without the helper, so that the file stands alone.
constexpr TestForm kForms[] = {
    {.suffix = ".py",  // as assert_python_ok of test.support.script_helper
     .text = R"(# @TITLE@

import os
import subprocess
import sys
import unittest

SCRIPT = '''\
@SCRIPT@'''


class ReportedTest(unittest.TestCase):

    def test_in_an_interpreter_of_its_own(self):
        child = subprocess.Popen([sys.executable, "-c", SCRIPT], env=dict(os.environ@VARIABLES@),
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = child.communicate()[0]
        self.assertEqual(child.returncode, 0, output)


if __name__ == "__main__":
    unittest.main()
)",
     .quoted = true,
     .variables = "{}",
     .variable = ", {}=\"{}\""},
    {.suffix = ".php",
     .text = "--TEST--\n@TITLE@\n@VARIABLES@--FILE--\n@SCRIPT@--EXPECTF--\n@EXPECTED@\n",
     .variables = "--ENV--\n{}",
     .variable = "{}={}\n"},
    {.suffix = ".lua",  // as RUN of lua-tests' main
     .text = R"(-- @TITLE@

print "testing: in an interpreter of its own"

local script = [===[
@SCRIPT@]===]

local i = 0
while arg[i - 1] do i = i - 1 end
local name = os.tmpname()
local file = assert(io.open(name, "w"))
file:write(script)
file:close()
local ok = os.execute(string.format('"%s" "%s"', arg[i], name))
os.remove(name)
assert(ok)

print "OK"
)"},
    {.suffix = ".pl",  // as fresh_perl_is of t/test.pl
     .text = R"(#!./perl

# @TITLE@

use strict;
use warnings;
use File::Temp 'tempfile';
use Test::More tests => 1;

my ($file, $name) = tempfile(UNLINK => 1);
print $file <<'END_OF_SCRIPT';
@SCRIPT@END_OF_SCRIPT
close $file;

my $output = `"$^X" "$name" 2>&1`;
is($?, 0, 'in an interpreter of its own') or diag($output);
)"},
    {.suffix = ".rb",  // as assert_separately
     .text = R"(# @TITLE@

require 'open3'
require 'rbconfig'
require 'test/unit'

class TestReported < Test::Unit::TestCase
  SCRIPT = <<'END_OF_SCRIPT'
@SCRIPT@END_OF_SCRIPT

  def test_in_an_interpreter_of_its_own
    output, status = Open3.capture2e(RbConfig.ruby, stdin_data: SCRIPT)
    assert(status.success?, output)
  end
end
)"},
    {.suffix = ".js", .text = R"(/*===
passes
===*/

// @TITLE@

function script(print) {
@SCRIPT@}

try {
  script(function () {});
  print('passes');
} catch (error) {
  print('FAILS: ' + error);
}
)"},
    {.suffix = ".c", .text = R"(// @TITLE@

#include <glib.h>
#include <stdlib.h>

#define main script_main
@SCRIPT@#undef main

static void TestInAProcessOfItsOwn(void) {
  char name[] = "script";
  char* arguments[] = {name, NULL};
  if (g_test_subprocess()) exit(script_main(1, arguments));
  g_test_trap_subprocess(NULL, 0, 0);
  g_test_trap_assert_passed();
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/reported/in-a-process-of-its-own", TestInAProcessOfItsOwn);
  return g_test_run();
}
)"},
};

// What begins a comment, and nothing else at the head of a script; the longest first.
constexpr std::string_view kCommentMarks[] = {"\"\"\"", "//", "--", "/*", "#"};
constexpr size_t kShortTitle = 60;  // "PHP 8.2 to 8.5: use after free" is shorter
constexpr std::string_view kExpectedLine = "Expected:";

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The lines of the comments at the head, without what makes them comments and without the licence.
// A string that documents a script of Python is one.
std::vector<std::string_view> HeadLines(std::string_view script) {
  std::vector<std::string_view> lines;
  bool in_string = false;
  while (!script.empty()) {
    std::string_view line = script.substr(0, script.find('\n'));
    script.remove_prefix(std::min(script.size(), line.size() + 1));
    if (Trimmed(line).empty() || line == "<?php") {
      lines.emplace_back();
      continue;
    }
    std::string_view mark;
    for (const std::string_view each : kCommentMarks) {
      if (!in_string && mark.empty() && line.starts_with(each)) mark = each;
    }
    if (mark.empty() && !in_string) break;
    line.remove_prefix(mark.size());
    if (mark == kCommentMarks[0]) in_string = true;
    const size_t end = in_string ? line.find(kCommentMarks[0]) : std::string_view::npos;
    if (end != std::string_view::npos) in_string = false;
    line = line.substr(0, end);
    if (line.find("SPDX-License-Identifier") == std::string_view::npos) lines.push_back(line);
  }
  return lines;
}

// The first paragraph up to the end of its first sentence; with the second one, if that says
// little.
std::string FirstSentence(const std::vector<std::string_view>& lines) {
  std::string sentence;
  for (const std::string_view line : lines) {
    const std::string_view words = Trimmed(line);
    if (words.empty() && !sentence.empty()) break;
    if (!words.empty()) sentence += (sentence.empty() ? "" : " ") + std::string(words);
  }
  size_t stop = sentence.find(". ");
  if (stop < kShortTitle) stop = sentence.find(". ", stop + 1);
  if (stop == std::string::npos && sentence.ends_with('.')) stop = sentence.size() - 1;
  return sentence.substr(0, stop);
}

// What is indented below `Expected:`, or kExpected.
std::string ExpectedOf(const std::vector<std::string_view>& lines) {
  std::string expected;
  bool below = false;
  for (const std::string_view line : lines) {
    const std::string_view words = Trimmed(line);
    if (below && words.empty()) break;
    if (below) expected += (expected.empty() ? "" : "\n") + std::string(words);
    if (words == kExpectedLine) below = true;
  }
  return expected.empty() ? kExpected : expected;
}

// The variables in front of the first command: "PYTHONMALLOC=debug python3 x.py". Commands are
// indented.
std::string EnvironmentOf(const std::vector<std::string_view>& lines) {
  const auto command = std::find_if(lines.begin(), lines.end(), [](const std::string_view line) {
    return line.starts_with("    ") && !Trimmed(line).empty();
  });
  if (command == lines.end()) return "";
  std::string environment;
  std::istringstream words{std::string(*command)};
  for (std::string word; words >> word && word.find('=') != std::string::npos;) {
    environment += (environment.empty() ? "" : " ") + word;
  }
  return environment;
}

std::string Quoted(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  return quoted;
}

std::string VariablesText(const TestForm& form, const std::string& environment) {
  std::string text;
  std::istringstream words(environment);
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos) continue;
    text +=
        fmt::format(fmt::runtime(form.variable), word.substr(0, equals), word.substr(equals + 1));
  }
  return text.empty() ? "" : fmt::format(fmt::runtime(form.variables), text);
}

}  // namespace

const TestForm* FindForm(const std::string& path) {
  for (const TestForm& form : kForms) {
    if (path.ends_with(form.suffix)) return &form;
  }
  return nullptr;
}

NativeTest TestOfScript(const std::string& script) {
  const std::vector<std::string_view> head = HeadLines(script);
  return {.title = FirstSentence(head),
          .script = script,
          .expected = ExpectedOf(head),
          .environment = EnvironmentOf(head)};
}

std::string Fill(const TestForm& form, const NativeTest& test) {
  const std::pair<std::string_view, std::string> parts[] = {
      {"@TITLE@", test.title},
      {"@SCRIPT@", form.quoted ? Quoted(test.script) : test.script},
      {"@EXPECTED@", test.expected},
      {"@VARIABLES@", VariablesText(form, test.environment)},
  };
  std::string filled;
  for (std::string_view rest = form.text; !rest.empty();) {
    size_t length = 1;
    std::string_view text = rest.substr(0, 1);
    for (const auto& [name, part] : parts) {
      if (!rest.starts_with(name)) continue;
      length = name.size();
      text = part;
    }
    filled += text;
    rest.remove_prefix(length);
  }
  return filled;
}

}  // namespace ouro
