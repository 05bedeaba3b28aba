# SPDX-License-Identifier: Apache-2.0

"""Pages in a real browser: Debian's Chromium, driven by its chromedriver.

Where that is not installed, nothing is tested, and it says so; with CI=true it fails then.

Place: beside the page. The samples in testing/ are small; what is large is made here.
"""

import base64
import functools
import json
import os
import pathlib
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

DEBIAN = "/usr/lib/python3/dist-packages"  # for a Python that is not Debian's
try:
    from selenium import webdriver
except ImportError:
    sys.path.append(DEBIAN)
    try:
        from selenium import webdriver
    except ImportError:
        webdriver = None

HERE = pathlib.Path(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "fuzz/report")
SECONDS = 60  # the bound of anything
RENDER_MS = 100  # the bound of a step of 200 objects
PAGE_BYTES = 1000 * 1000
NO_PAGE = 3  # make_page's exit code


def missing():
    """What is not here that the test needs; "" if all is."""
    if webdriver is None:
        return "selenium for Python"
    tools = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return ", ".join(tools)


def make_page(data):
    """The bytes of a page; None if this build has none."""
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    done = subprocess.run([HERE / "make_page"], input=text, capture_output=True, timeout=SECONDS,
                          check=False)
    if done.returncode == NO_PAGE:
        return None
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return done.stdout


def sample(name):
    return json.loads((HERE / "testing" / (name + ".json")).read_text())


def node(i, slots, **more):
    return {"i": i, "k": "node", "s": slots, "state": "living", "fin": "", "g": 0, "n": 1, **more}


def large(steps, objects):
    """A run with so many steps and objects, which refer to neighbours at random."""
    draw = random.Random(1)
    slots, rows = [], []
    for i in range(steps):
        if len(slots) < objects:
            number = len(slots)
            slots.append([-1, -1])
            rows.append({"text": f"new {number}", "is": "event", "in": 0, "line": -1,
                         "may": f"new {number}",
                         "d": {"o": [node(number, [-1, -1])], "r": {str(number % 8): number}}})
            continue
        number = draw.randrange(objects)
        to = min(max(number + draw.randrange(-3, 9), 0), objects - 1)
        slots[number] = [to, slots[number][0]]
        rows.append({"text": f"r{number % 8}.0 = r{to % 8}", "is": "operation", "in": 0,
                     "line": 1 + i % 20, "may": "", "d": {"o": [node(number, slots[number])]}})
    return {**sample("finding"), "title": "large", "steps": rows, "explanation": None,
            "program": ["main:"] + [f"  r{i % 8}.0 = r1" for i in range(20)],
            "verdict": {**sample("finding")["verdict"], "object": 7, "step": steps - 10}}


def campaign():
    seconds = [i / 2 for i in range(1, 100)]
    cause = {"headline": "dereference: node, weak", "hits": 2, "first_seen": 31.7, "operations": 4,
             "sentence": "a weak reference yielded #0", "alike": 0, "runs": [0], "file": "b.gct"}
    return {
        "format": 1, "kind": "campaign", "title": "ouro-out", "version": "sample",
        "specimens": [{"name": "php", "programs": 48211, "seconds": 60, "findings": 14}],
        "causes": [cause, {**cause, "headline": "another cause", "hits": 12, "runs": [1]}],
        "curves": [{"specimen": "php", "seconds": seconds, "programs": [x * 800 for x in seconds],
                    "features": [x * 9 for x in seconds], "edges": [x * 20 for x in seconds],
                    "findings": [x // 5 for x in seconds]}],
        "situations": {"reached": ["a"], "missing": [{"name": "b", "text": "It did not b."}]},
        "runs": [sample("finding"), sample("lawful")]}


def colours(png):
    """How many different bytes the picture has: one that is blank has very few."""
    data, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"IDAT":
            data += png[at + 8:at + 8 + length]
        at += 12 + length
    return len(set(zlib.decompress(data)))


class PageTest(unittest.TestCase):
    driver = None

    @classmethod
    def setUpClass(cls):
        lacking = missing() or ("" if make_page(sample("lawful")) else "the page: see tools/setup")
        if lacking:
            print(f"NOT TESTED: the page of a report; not here: {lacking}", file=sys.stderr)
            if os.environ.get("CI") == "true":
                raise AssertionError(f"not here: {lacking}")
            raise unittest.SkipTest(lacking)
        made = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))
        cls.addClassCleanup(made.cleanup)
        cls.folder = pathlib.Path(made.name)
        # Chromium writes to its home, which a test has not.
        os.environ["HOME"] = made.name
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                         "--window-size=1400,900", "--disable-background-networking",
                         f"--user-data-dir={made.name}/profile"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = webdriver.chrome.service.Service(shutil.which("chromedriver"))
        cls.driver = webdriver.Chrome(service=service, options=options)
        cls.addClassCleanup(cls.driver.quit)
        cls.driver.set_page_load_timeout(SECONDS)
        cls.driver.set_script_timeout(SECONDS)

    def tearDown(self):
        wrong = [entry for entry in self.driver.get_log("browser")
                 if entry["level"] in ("SEVERE", "WARNING")]
        self.assertEqual(wrong, [])

    def open(self, data, place=""):
        path = self.folder / "page.html"
        path.write_bytes(make_page(data))
        self.driver.get("about:blank")
        self.driver.get(path.as_uri() + place)

    def js(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def find(self, selector):
        return self.driver.find_elements("css selector", selector)

    def text(self, selector):
        return self.js("return document.querySelector(arguments[0]).textContent", selector)

    def step(self):
        return self.js("return ouro.view.step")

    def press(self, *keys):
        """Keys by their names in the DOM, "shift ArrowLeft"."""
        for key in keys:
            shift, _, name = key.rpartition("shift ")
            self.js("""const target = document.activeElement || document.body;
                target.dispatchEvent(new KeyboardEvent("keydown", {key: arguments[0],
                  shiftKey: arguments[1], bubbles: true, cancelable: true}));""",
                    name, bool(_))

    def wait(self, code):
        """Until that is true, in the browser."""
        self.driver.execute_async_script(f"""const done = arguments[0];
            const look = () => ({code}) ? done() : setTimeout(look, 20); look();""")

    def test_a_finding_shows_its_verdict_first(self):
        self.open(sample("finding"))
        run = sample("finding")
        self.assertIn(run["verdict"]["sentence"], self.text("#verdict h1"))
        for words in (run["verdict"]["law"], run["verdict"]["law_text"], run["verdict"]["lawful"],
                      run["specimen"], run["contract"], run["replay"], run["explanation"]["cause"]):
            self.assertIn(words, self.text("#verdict"))
        self.assertEqual(self.step(), run["verdict"]["step"])
        self.assertEqual(self.text("#bar .expected code"), "got none")
        self.assertEqual(self.text("#bar.differs .reported b"), "got 0")
        self.assertIn("✗", self.text("#bar .reported"))
        self.assertIn("✗ here", self.text("#program .line.fault"))
        self.assertIn("> got 0", self.text("#steps .step.fault.current"))
        self.assertEqual(self.driver.title, run["title"] + " – Ouroboros")
        run["verdict"]["sentence"] = "`r0 = r0()` yielded #0"
        run["explanation"]["cause"] = "as if step 10, self.1 = r0, had not been there"
        self.open(run)
        self.assertEqual(self.text("#verdict h1 code"), "r0 = r0()")
        self.find("#verdict button.link")[0].click()
        self.assertEqual(self.step(), 9)

    def test_words_are_explained(self):
        self.open(sample("finding"))
        self.assertIn("> free 3", self.text("#legend"))
        self.js("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        words = self.text("#words")
        self.assertIn("a weak reference to what r0 holds", words)
        self.assertNotIn("a map with weak keys", words)  # it has none

    def test_a_line_that_is_several_steps(self):
        run = sample("lawful")
        line = next(step["line"] for step in run["steps"] if step["is"] == "operation")
        run["steps"][0].update({"is": "operation", "text": "r15 = r0", "line": line})
        self.open(run)
        self.assertIn(f"part of line {line + 1}", self.text("#steps .step"))

    def test_the_fault_selects_its_object(self):
        run = sample("finding")
        self.open(run)
        for other in self.find("#graph .object"):
            if other.get_attribute("data-id") != str(run["verdict"]["object"]):
                self.js("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))",
                        other)
                break
        self.press("f")
        self.assertEqual(self.js("return window.ouro.view.focus"), run["verdict"]["object"])

    def test_keys(self):
        self.open(sample("finding"))
        last = len(sample("finding")["steps"]) - 1
        for key, step in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1),
                          ("shift ArrowRight", 2), ("PageDown", 3), ("PageDown", 4),
                          ("PageUp", 3), ("shift ArrowLeft", 2), ("End", last),
                          ("ArrowRight", last), ("Home", 0), ("ArrowLeft", 0), ("f", last),
                          ("Home", 0), ("Enter", last)):
            self.press(key)
            self.assertEqual(self.step(), step, key)
            self.assertEqual(self.js("return Number(slider.value)"), step)

    def test_slider_buttons_and_clicks(self):
        self.open(sample("finding"))
        self.js('slider.value = 3; slider.dispatchEvent(new Event("input"))')
        self.assertEqual(self.step(), 3)
        self.find("#next")[0].click()
        self.assertEqual(self.step(), 4)
        self.find('#steps [data-step="8"]')[0].click()
        self.assertEqual(self.step(), 8)
        self.find('#program [data-line="8"]')[0].click()
        self.assertEqual(self.step(), 2)
        self.assertEqual(self.text("#program .current code").strip(), "r0.0 = r0")
        self.js("ouro.view.go(12)")  # the end of a script, in the collection
        self.assertEqual(self.text("#program .current code").strip(), "collect 2")
        self.find("#fault-button")[0].click()
        self.assertEqual(self.step(), 15)

    def test_links_and_history(self):
        self.open(sample("finding"), "#step=5")
        self.assertEqual(self.step(), 5)
        self.find('#steps [data-step="8"]')[0].click()
        self.assertTrue(self.driver.current_url.endswith("#step=8"))
        self.press("ArrowRight")
        self.wait('location.hash === "#step=9"')
        self.driver.back()
        self.wait("ouro.view.step === 5")
        self.driver.forward()
        self.wait("ouro.view.step === 9")

    def test_search(self):
        self.open(sample("finding"), "#step=0")
        self.press("/")
        self.assertEqual(self.js("return document.activeElement.id"), "search")
        box = self.find("#search")[0]
        box.send_keys("finalize 1")
        self.assertEqual(self.step(), 13)
        self.assertEqual(self.text("#matches"), "1 step")
        box.clear()
        box.send_keys("weak", "\n")  # Enter leaves the box
        self.assertNotEqual(self.js("return document.activeElement.id"), "search")
        box.send_keys("\b\b\b\bnew", "\n")
        self.assertEqual(len(self.find("#steps .found")), 3)
        self.press("Home", "n", "n", "n")
        self.assertEqual(self.step(), 11)
        self.press("n")
        self.assertEqual(self.step(), 1)
        self.press("shift N")
        self.assertEqual(self.step(), 11)
        self.js('search.value = "#1"; search.dispatchEvent(new Event("input"))')
        self.assertTrue(self.find('#graph [data-id="1"].focus'))

    def test_an_object_and_who_holds_it(self):
        self.open(sample("finding"), "#step=11")
        self.assertEqual(self.text("#route"), "held: self → #0")
        self.find('#graph [data-id="1"]')[0].click()
        for words in ("Held: self → #0 → #1", "slot 1 of #0", "script 0, is due"):
            self.assertIn(words, self.text("#panel"))
        self.assertEqual(len(self.find("#graph .edge.path")), 2)
        self.assertEqual(len(self.find('#graph [data-root="self"].onPath')), 1)
        self.press("f")  # and selects the object at fault
        self.assertEqual(self.text("#route"), "nothing holds #0")
        self.assertIn("Nothing holds #0", self.text("#panel"))
        self.assertEqual(self.find("#graph .edge.path"), [])

    def test_what_changes_is_shown(self):
        self.open(sample("finding"), "#step=9")
        self.assertEqual(len(self.find('#graph .edge.added[data-key="0.1>1"]')), 1)
        self.assertTrue(self.find('#graph [data-id="0"].changed'))
        self.assertIn("+#0.1 → #1", self.text("#changes"))
        self.press("ArrowLeft")
        self.assertTrue(self.find('#graph [data-id="1"] .pill.new'))
        self.press("f", "ArrowLeft", "ArrowLeft")  # the slots of #0 have been emptied
        self.assertTrue(self.find('#graph .edge.ghost[data-key="0.1>1"]'))
        for words in ("−#0.1 → #1", "#0 is dying", "#2 is cleared"):
            self.assertIn(words, self.text("#changes"))
        self.press("Home", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
        self.assertIn("nothing changes", self.text("#changes"))

    def test_cycles_maps_and_roots(self):
        self.open(sample("finding"), "#step=5")
        cycle, = self.find("#graph .cycle")
        self.assertEqual(cycle.get_attribute("data-members"), "0")
        self.assertIn("cycle", cycle.text)
        self.open(sample("lawful"), "#step=14")
        self.assertTrue(self.find('#graph .edge.entry[data-key="2[3]>0"]'))
        self.assertTrue(self.find('#graph [data-key="pushed>3"]'))
        self.assertTrue(self.find('#graph .edge.weak[data-key="4~3"]'))
        self.press("End")
        self.assertTrue(self.find('#graph [data-id="3"].state-freed .cross'))
        self.assertEqual(self.text('#lanes [data-generation="0"] .lane-count'), "1 / 700")
        self.js("ouro.view.go(19)")
        self.assertEqual(len(self.find("#lanes .chip.moved")), 3)

    def test_larger_cycles(self):
        run = sample("lawful")
        chain = [node(0, [1]), node(1, [2]), node(2, [0]), node(3, [0])]
        run["steps"] = [{"text": "r0 = none", "is": "operation", "in": 0, "line": 1, "may": "",
                         "d": {"o": chain}}]
        self.open(run)
        self.assertEqual([cycle.get_attribute("data-members")
                          for cycle in self.find("#graph .cycle")], ["0 1 2"])

    def test_objects_keep_their_places(self):
        for name in ("finding", "lawful"):
            self.open(sample(name), "#step=0")
            places = {}
            for step in range(len(sample(name)["steps"])):
                self.js("ouro.view.go(arguments[0])", step)
                for number, place in self.js("""return [...document.querySelectorAll(
                    "#graph [data-id]")].map((o) => [o.dataset.id, o.getAttribute("transform")])
                    """):
                    self.assertEqual(places.setdefault(number, place), place, (name, step))
            self.assertGreater(len(places), 2)
            self.assertEqual(len(set(places.values())), len(places))

    def test_the_legend_has_what_is_drawn(self):
        run = sample("finding")
        states = ("living", "dying", "trash", "uncollectable", "freed")
        objects = [{"i": 50 + i, "k": "node", "state": state, "s": [], "n": 0}
                   for i, state in enumerate(states)]
        objects.append({"i": 60, "k": "leaf", "state": "living", "s": [], "n": 0})
        run["steps"][-1]["d"]["o"] = run["steps"][-1]["d"].get("o", []) + objects
        self.open(run)
        for selector in (".state-dying", ".state-trash", ".state-uncollectable .inner",
                         ".state-freed .cross", ".kind-weak", ".kind-leaf", ".cycle", ".edge.weak",
                         ".edge.ghost", ".edge.path", ".edge.added"):
            self.assertTrue(self.find("#legend " + selector), selector)
        # States differ in more than colour: in a pattern, a border or a symbol.
        self.assertEqual(len(set(self.js("""return [...document.querySelectorAll(
            "#legend .object:not(.kind-leaf):not(.kind-weak)")].map((o) => {
              const look = getComputedStyle(o.querySelector(".body"));
              return [look.strokeDasharray, look.fill.includes("url"), look.strokeWidth,
                o.querySelector(".inner, .cross") !== null].join();
            })"""))), 5)
        self.open(sample("lawful"))
        self.assertFalse(self.find("#legend .state-uncollectable"))  # the run has none

    def test_a_step_of_200_objects_is_quick(self):
        self.open(large(700, 200))
        self.assertEqual(len(self.find("#graph [data-id]")), 200)
        times = []
        for _ in range(5):
            self.press("ArrowLeft")
            times.append(self.js("return ouro.lastRenderMs"))
        print(f"a step of 200 objects: {statistics.median(times):.1f} ms (bound: {RENDER_MS})")
        self.assertLess(statistics.median(times), RENDER_MS)

    def test_10000_steps(self):
        self.open(large(10000, 30))
        self.assertEqual(self.step(), 9990)
        self.assertLess(len(self.find("#steps .step")), 200)
        self.press("Home")
        self.assertEqual(len(self.find("#graph [data-id]")), 1)
        self.press("End")
        self.assertEqual(self.step(), 9999)
        self.assertTrue(self.find('#steps [data-step="9999"].current'))

    def test_more_than_200_objects_are_shown_in_part(self):
        self.open(large(900, 300))
        self.assertEqual(len(self.find("#graph [data-id]")), 60)
        self.assertIn("60 of 300 objects", self.text("#shown"))
        self.find("#more")[0].click()
        self.assertEqual(len(self.find("#graph [data-id]")), 120)

    def test_a_campaign(self):
        self.open(campaign())
        self.assertIn("2 causes of unlawful runs, found 14 times", self.text("#index h1"))
        self.wait('document.querySelectorAll("#index canvas").length === 1')
        self.find("#log")[0].click()
        heads = self.find("#index td.headline")
        self.assertEqual([head.text for head in heads],
                         ["another cause", "dereference: node, weak"])
        self.find("#index th button")[2].click()
        self.assertEqual(self.find("#index td.headline")[1].text, "another cause")
        self.assertIn("It did not b.", self.text("#index"))
        self.find('#index a[href="#run=0"]')[0].click()
        self.wait('!document.getElementById("run").hidden')
        self.assertEqual(self.step(), 15)
        self.find('#steps [data-step="8"]')[0].click()
        self.assertTrue(self.driver.current_url.endswith("#run=0&step=8"))
        self.find("#back")[0].click()
        self.wait('document.getElementById("run").hidden')
        self.open(campaign(), "#run=1&step=7")
        self.assertEqual(self.step(), 7)

    def test_what_else_runs_can_be(self):
        run = sample("finding")
        run["verdict"].update(kind="broken", sentence="the process died of SIGSEGV", law="",
                              words="Segmentation fault", frames=["main", "collect"])
        self.open(run)
        self.assertIn("Segmentation fault", self.text("#verdict"))
        run = sample("finding")
        run["verdict"].update(missing=True)
        self.open(run)
        self.assertEqual(self.text("#bar .reported b"), "nothing more")
        self.open({**sample("lawful"), "steps": []})
        self.assertIn("Lawful", self.text("#verdict h1"))
        del run["explanation"], run["left_out"]
        self.open(run)

    def test_text_is_text(self):
        run = sample("finding")
        evil = "</script><script>window.evil = 1</script><!--<script>\u2028&amp;\"'"
        run["title"] = run["verdict"]["sentence"] = run["steps"][3]["text"] = evil
        run["program"][1] = run["steps"][3]["may"] = evil
        self.open(run, "#step=3")
        self.assertIsNone(self.js("return window.evil"))
        self.assertEqual(self.js("return ouro.page.data.title"), evil)
        self.assertIn(evil, self.text("#verdict h1"))
        self.assertEqual(self.text("#program [data-line='1'] code"), evil)

    def test_nothing_is_loaded(self):
        self.open(sample("finding"))
        self.open(campaign())
        self.wait('document.querySelectorAll("#index canvas").length === 1')
        urls = set()
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.add(message["params"]["request"]["url"].split(":")[0])
        # The browser's own first page is "chrome".
        self.assertLessEqual(urls, {"file", "data", "about", "chrome"})
        self.assertIn("file", urls)
        self.assertEqual(self.js("return performance.getEntriesByType('resource').map(e => e.name)"
                                 ".filter(name => !name.startsWith('data:'))"), [])
        page = make_page(sample("finding"))
        self.assertEqual(page, make_page(sample("finding")))
        self.assertLess(len(page), PAGE_BYTES)
        self.assertIn(b"Permission is hereby granted", page)

    def test_it_can_be_seen(self):
        look = functools.partial(self.driver.execute_cdp_cmd, "Emulation.setEmulatedMedia")
        pictures = []
        for scheme in ("light", "dark"):
            look({"features": [{"name": "prefers-color-scheme", "value": scheme}]})
            self.open(sample("finding"))
            pictures.append(base64.b64decode(self.driver.get_screenshot_as_base64()))
            self.assertGreater(colours(pictures[-1]), 50)
        self.assertNotEqual(*pictures)
        look({"features": []})
        # Narrow, and on paper, nothing sticks out.
        self.driver.set_window_size(600, 900)
        self.addCleanup(self.driver.set_window_size, 1400, 900)
        self.assertLessEqual(self.js("return document.documentElement.scrollWidth"),
                             self.js("return window.innerWidth"))


if __name__ == "__main__":
    unittest.main()
