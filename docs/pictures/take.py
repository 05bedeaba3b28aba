#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes the pictures in this folder again: pages of `ouro report`, in Debian's Chromium.

    python3 docs/pictures/take.py        after bazel build //:ouro //collector/peers

Each is a page at the step that its sentence in docs/look.md speaks of. The specimens must be here:
those of PHP and CPython are Debian 12's.
"""

import pathlib
import subprocess
import sys
import tempfile

sys.path.append("/usr/lib/python3/dist-packages")  # for a Python that is not Debian's
from selenium import webdriver  # pylint: disable=wrong-import-position
from selenium.webdriver.chrome.service import Service  # pylint: disable=wrong-import-position

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURO = "bazel-bin/fuzz/ouro/ouro"  # relative, as it is on the page
CYCLE = "corpus/rules/leaky-python-cycle.gct"

# The name of a picture, the specimen ("": what the file names), the program, the step from 1 (0:
# the fault, or the last one).
PICTURES = [
    ("article-2.6", "optimized", CYCLE, 7),
    ("article-3.11", "cpython-api", CYCLE, 9),
    ("gh-91636", "cpython-api", "corpus/found/cpython-dereference-6ea5.gct", 0),
    ("php-use-after-free", "php", "corpus/found/php-no-free-while-held-2113.gct", 0),
    ("old-and-young", "", "docs/pictures/old-and-young.gct", 12),
]


def browser():
    options = webdriver.ChromeOptions()
    for option in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                   "--hide-scrollbars", "--window-size=1360,900"):
        options.add_argument(option)
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def main():
    driver = browser()
    with tempfile.TemporaryDirectory() as folder:
        for name, specimen, program, step in PICTURES:
            page = f"{folder}/{name}.html"
            choice = ["--specimen", specimen] if specimen else []
            subprocess.run([OURO, "report", *choice, program, "-o", page], cwd=ROOT, check=False,
                           stdout=subprocess.DEVNULL)
            driver.get(f"file://{page}" + (f"#step={step - 1}" if step else ""))
            driver.save_screenshot(str(ROOT / f"docs/pictures/{name}.png"))
            print(f"docs/pictures/{name}.png")
    driver.quit()


if __name__ == "__main__":
    main()
