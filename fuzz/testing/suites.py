# SPDX-License-Identifier: Apache-2.0

"""The suites of other engines: the versions of each that are here, and whether a test of that suite
passes there.

Place: testonly, for tests of `ouro native --test`. It runs files, and knows nothing of Ouroboros.
What is not on this machine has no engine here.
"""

import collections
import functools
import glob
import os
import re
import resource
import shutil
import subprocess
import tempfile

SECONDS = 120  # the bound of one test: what hangs fails

# How a suite names its tests, and what it says of one that passes, and of one that fails. A test
# that says neither is broken.
Suite = collections.namedtuple("Suite", "extension passes fails")
SUITES = {  # by extension of scripts
    ".py": Suite(".py", r"(?m)^OK$", r"(?m)^FAILED \(failures=1\)$"),
    ".php": Suite(".phpt", r"Tests passed    :    1 ", r"Tests failed    :    1 "),
    ".lua": Suite(".lua", r"(?m)^OK$", r"assertion failed!"),
    ".pl": Suite(".t", r"(?m)^ok 1 ", r"(?m)^not ok 1 "),
    ".rb": Suite(".rb", r" 0 failures, 0 errors", r" 1 failures, 0 errors"),
    ".js": Suite(".js", r"(?m)^passes$", r"(?m)^FAILS: "),
    ".c": Suite(".c", r"(?m)^ok 1 ", r"(?m)^Bail out! .* failed unexpectedly$"),
}

# Prints as Duktape's own command does, of which Debian has only the library.
DUKTAPE = r"""
#include <duktape.h>
#include <stdio.h>

static duk_ret_t Print(duk_context* context) {
  puts(duk_safe_to_string(context, 0));
  return 0;
}

int main(int argc, char** argv) {
  static char text[1 << 20];
  FILE* const file = argc > 1 ? fopen(argv[1], "r") : NULL;
  if (file == NULL) return 2;
  duk_context* const context = duk_create_heap_default();
  duk_push_c_function(context, Print, 1);
  duk_put_global_string(context, "print");
  duk_push_lstring(context, text, fread(text, 1, sizeof text - 1, file));
  const int failed = duk_peval(context);
  if (failed) puts(duk_safe_to_string(context, -1));
  return failed != 0;
}
"""

# `version` is a string, `run` a function of a path that returns what the suite says.
Engine = collections.namedtuple("Engine", "name version run")


def output(command, **options):
    """What a command writes to both of its streams; "" if it cannot be run or hangs."""
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=SECONDS, errors="replace", **options).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def without_core():
    """Crashes are expected; nobody looks at what they would leave on the disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def on_path(pattern):
    """Programs of that name on PATH and, for a pyenv, behind its shims; each file once."""
    found = {}
    for folder in os.environ.get("PATH", "").split(":"):
        shims = os.path.basename(folder) == "shims"
        where = os.path.join(folder, "../versions/*/bin") if shims else folder
        for path in sorted(glob.glob(os.path.join(where, "*"))):
            if re.fullmatch(pattern, os.path.basename(path)):
                found.setdefault(os.path.realpath(path), path)
    return sorted(found.values())


def interpreters(name, pattern, *says):
    """The engines that are programs; `says` are the arguments by which one prints its version."""
    for path in on_path(pattern):
        version = re.search(r"\d+\.[\d.]*\d", output([path, *says]))
        if version:
            yield Engine(name, version[0], lambda test, path=path: output([path, test]))


def pythons():
    yield from interpreters("CPython", r"python[23](\.\d+)?", "--version")


def phps():
    """PHP's tests are run by a script of its own, which Debian's php-dev has."""
    for engine in interpreters("PHP", r"php\d\.\d", "--version"):
        series = engine.version.rsplit(".", 1)[0]
        (path,) = on_path("php" + re.escape(series))

        def run(test, path=path, series=series):
            folder = tempfile.mkdtemp(dir=os.path.dirname(test))  # it writes to where it is
            api = output(["php-config" + series, "--phpapi"]).strip()
            runner = shutil.copy(f"/usr/lib/php/{api}/build/run-tests.php", folder)
            return output([path, runner, "-q", "-p", path, test])

        if on_path("php-config" + re.escape(series)):
            yield engine._replace(run=run)


def duktapes(folder):
    source, program = (os.path.join(folder, "duktape" + end) for end in (".c", ""))
    with open(source, "w") as file:
        file.write(DUKTAPE)
    if subprocess.run(["cc", "-o", program, source, "-lduktape", "-lm"],
                      stderr=subprocess.DEVNULL).returncode == 0:
        number = re.search(r"\bDUK_VERSION +(\d+)L", output(
            ["cc", "-E", "-dM", "-include", "duktape.h", "-x", "c", "/dev/null"]))[1]
        version = ".".join(str(int(number) // scale % 100) for scale in (10000, 100, 1))
        yield Engine("Duktape", version, lambda test: output([program, test]))


def glibs():
    """Tests in C are compiled first."""
    version = output(["pkg-config", "--modversion", "gobject-2.0"]).strip()
    flags = output(["pkg-config", "--cflags", "--libs", "gobject-2.0"]).split()

    def run(test):
        program = test + ".out"
        complaint = output(["cc", "-Wall", "-Werror", "-o", program, test, *flags])
        return complaint or output([program])

    if re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield Engine("GLib", version, run)


@functools.lru_cache(maxsize=None)
def engines(extension, folder):
    """The engines that run tests of scripts with that extension. `folder` is for what they need."""
    without_core()
    return tuple({
        ".py": pythons,
        ".php": phps,
        ".lua": lambda: interpreters("Lua", r"lua\d\.\d", "-v"),
        ".pl": lambda: interpreters("Perl", "perl", "-e", "printf '%vd', $^V"),
        ".rb": lambda: interpreters("Ruby", "ruby", "--version"),
        ".js": lambda: duktapes(folder),
        ".c": glibs,
    }[extension]())


def passes(extension, engine, path):
    """Whether the suite says that the test passes. Raises if it says neither."""
    said = engine.run(path)
    suite = SUITES[extension]
    verdicts = [bool(re.search(pattern, said)) for pattern in (suite.passes, suite.fails)]
    if verdicts == [False, False] and said == "":
        return False  # it hung
    if verdicts[0] == verdicts[1]:
        raise AssertionError(f"{path} on {engine.name} {engine.version} is no test:\n{said}")
    return verdicts[0]
