// SPDX-License-Identifier: Apache-2.0

// A script and what its head says become a test of a suite.

#include "fuzz/ouro/test_form.h"

#include <string>

#include <gtest/gtest.h>

namespace ouro {
namespace {

TEST(TestFormTest, TheHeadOfAScriptIsRead) {
  const std::string script =
      "<?php\n"
      "// SPDX-License-Identifier: Apache-2.0\n"
      "\n"
      "// PHP 8.2: a leak. A fiber\n"
      "// waits. More of it.\n"
      "//\n"
      "//     A=1 B=two php -n it.php     exits with 1\n"
      "//     C=3 valgrind php it.php\n"
      "//\n"
      "// Expected:\n"
      "//     int(%d)\n"
      "//     end\n"
      "\n"
      "echo 1;\n"
      "// Expected:\n"
      "//     nothing\n";
  const NativeTest test = TestOfScript(script);
  EXPECT_EQ(test.title, "PHP 8.2: a leak. A fiber waits");
  EXPECT_EQ(test.environment, "A=1 B=two");
  EXPECT_EQ(test.expected, "int(%d)\nend");
  EXPECT_EQ(test.script, script);
}

TEST(TestFormTest, HeadsOfOtherLanguagesAreRead) {
  for (const char* script :
       {"# SPDX-License-Identifier: Apache-2.0\n\n\"\"\"CPython 3.13: a crash in a function whose "
        "name has a dot, a.b.\n\nMore.\n\"\"\"\n\"\"\"other\"\"\"\n",
        "-- CPython 3.13: a crash in a function whose name has a dot, a.b.\n\nlocal x\n",
        "/* SPDX-License-Identifier: Apache-2.0 */\n\n// CPython 3.13: a crash in a function "
        "whose\n"
        "// name has a dot, a.b\n\nint x;\n"}) {
    const NativeTest test = TestOfScript(script);
    EXPECT_EQ(test.title, "CPython 3.13: a crash in a function whose name has a dot, a.b");
    EXPECT_EQ(test.environment, "");
    EXPECT_EQ(test.expected, kExpected);
  }
  EXPECT_EQ(TestOfScript("print(1)\n").title, "");
}

TEST(TestFormTest, PartsAreFilledInOnce) {
  const TestForm form = {.suffix = ".x",
                         .text = "@TITLE@|@SCRIPT@|@EXPECTED@|@VARIABLES@|a@b",
                         .quoted = true,
                         .variables = "[{}]",
                         .variable = "{}:{};"};
  EXPECT_EQ(Fill(form, {.title = "@SCRIPT@",
                        .script = "it's a \\ @TITLE@\n",
                        .expected = "e",
                        .environment = "A=1 B=x=y"}),
            "@SCRIPT@|it\\'s a \\\\ @TITLE@\n|e|[A:1;B:x=y;]|a@b");
}

TEST(TestFormTest, ATestOfPhp) {
  ASSERT_NE(FindForm("folder/it.php"), nullptr);
  NativeTest test = {.title = "a leak",
                     .script = "<?php echo 1;\n",
                     .expected = "1",
                     .environment = "USE_ZEND_ALLOC=0"};
  EXPECT_EQ(Fill(*FindForm("folder/it.php"), test),
            "--TEST--\na leak\n--ENV--\nUSE_ZEND_ALLOC=0\n--FILE--\n<?php echo 1;\n"
            "--EXPECTF--\n1\n");
  test.environment = "";
  EXPECT_EQ(Fill(*FindForm("folder/it.php"), test),
            "--TEST--\na leak\n--FILE--\n<?php echo 1;\n--EXPECTF--\n1\n");
}

TEST(TestFormTest, WhatHasNoFormHasNone) {
  EXPECT_EQ(FindForm("small.gct"), nullptr);
  EXPECT_EQ(FindForm("-"), nullptr);
  EXPECT_EQ(FindForm("it.rs"), nullptr);
}

}  // namespace
}  // namespace ouro
