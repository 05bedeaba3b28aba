// SPDX-License-Identifier: Apache-2.0

// A test form is how the own suite of an engine writes a test: a script within a frame that runs
// it, in an interpreter of its own where the suite does so, and demands that it ends well. The
// result is one file, which needs nothing of Ouroboros.
//
// Place: `ouro native --test`, after native.h, whose scripts check themselves. Knows the suites,
// and nothing of programs and verdicts.

#ifndef FUZZ_OURO_TEST_FORM_H_
#define FUZZ_OURO_TEST_FORM_H_

#include <string>

namespace ouro {

// How a suite writes a test. @TITLE@, @SCRIPT@, @EXPECTED@ and @VARIABLES@ in `text` stand for the
// parts of a NativeTest.
struct TestForm {
  const char* suffix;          // of scripts: ".py"
  const char* text;            // ends with a line end
  bool quoted = false;         // the script is in quotes: a \ precedes each \ and '
  const char* variables = "";  // {} are the variables; "" if the form has no place for them
  const char* variable = "";   // one of them: {0} its name, {1} its value
};

// The form of tests for scripts whose path ends with its suffix, or null.
const TestForm* FindForm(const std::string& path);

struct NativeTest {
  std::string title;        // one line
  std::string script;       // whole lines; exits with 0 if nothing is wrong
  std::string expected;     // what it prints then, for forms that compare that: as EXPECTF of PHP
  std::string environment;  // "NAME=VALUE NAME=VALUE", in which it runs; may be empty
};

// What scripts print that say nothing else: "passes" at the end.
inline constexpr char kExpected[] = "%Apasses";

// The test of a script like those in corpus/native, by the comment at its head: its title is the
// first sentence, its environment what precedes the first command, what it prints is below the line
// `Expected:`, if there is one.
NativeTest TestOfScript(const std::string& script);

// Linear in the form and the test.
std::string Fill(const TestForm& form, const NativeTest& test);

}  // namespace ouro

#endif  // FUZZ_OURO_TEST_FORM_H_
