"""Drives the page in a real Chromium: tests/browser builds it and calls this with the folder and a place for photographs."""

import functools
import glob
import http.server
import os
import re
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
from webdriver import Browser  # noqa: E402

HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STARTED = time.monotonic()


def say(text):
    print(f"== {text} (after {time.monotonic() - STARTED:.0f} s)", flush=True)


def serve(folder):
    """A static host on the loopback address; gives its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}/"


def fresh(browser, address):
    """Loads an address as if for the first time, whatever stands after #."""
    browser.open("about:blank")
    browser.open(address)


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def first_point(browser, address, shots):
    begin = time.monotonic()
    browser.open(address)
    state = browser.wait(lambda s: s["n_rows"] >= 2, "first point")
    took = time.monotonic() - begin
    after_files = browser.run("return performance.now() - window.saddlescope_initialised")
    say(f"first point after {took:.1f} s, {after_files / 1000:.2f} s at most after the program was compiled")
    state = browser.wait(lambda s: s["step"] > 400, "four hundred steps")
    check(state["state"] == "running", state)
    time.sleep(2)
    state = browser.state()
    say(f"{state['frames_per_second']:.0f} frames/s drawn by software, {state['steps_per_second']:.0f} steps/s asked 150")
    browser.shot(f"{shots}/page-wide.png")
    complaints = browser.complaints()
    check(not complaints, f"on the console: {complaints}")


def slider(browser):
    before = browser.state()
    # The label noise is the third slider of the rail; its knob starts at the left end.
    browser.drag((14, 244), (90, 244))
    state = browser.wait(lambda s: s["label_noise_std"] != before["label_noise_std"], "a slider is heard", 20)
    check(state["run"] == before["run"] and state["step"] > before["step"], "the run went on")
    say(f"label noise {before['label_noise_std']} -> {state['label_noise_std']:.3g}")


def copied(browser):
    """What was put on the clipboard since the page was loaded."""
    return browser.run("return window.copied ?? null")


CATCH_COPIES = """
window.copied = null;
const clipboard = navigator.clipboard;
clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); };
clipboard.write = async (items) => {
  const blob = await items[0].getType("text/plain");
  window.copied = await blob.text();
};
"""


def copy_link(browser):
    """Copies a link by the command palette."""
    browser.run(CATCH_COPIES)
    browser.keys("Control", "k")
    time.sleep(0.5)
    for letter in "copy link":
        browser.keys(letter)
    time.sleep(0.3)
    browser.keys("Enter")
    until = time.monotonic() + 15
    while copied(browser) is None:
        check(time.monotonic() < until, f"no link was copied: {browser.state()}")
        time.sleep(0.1)
    return copied(browser)


def session_link(browser, address):
    browser.click(700, 300)
    browser.keys(" ")
    browser.wait(lambda s: s["state"] == "paused", "space halts", 20)
    before = browser.state()
    link = copy_link(browser)
    check(link.startswith(address + "#s="), link[:80])
    say(f"session of {before['step']} steps in a link of {len(link)} characters")
    check(len(link) - len(address) <= 2000, "the link is too long")
    fresh(browser, link)
    state = browser.wait(lambda s: "bit for bit" in s.get("notice", ""), "the session replays", 60)
    check(state["step"] == before["step"] and not state["is_trouble"], state)
    check(state["label_noise_std"] == before["label_noise_std"], state)
    say(f"replayed: {state['notice']}")
    return link


def hostile_links(browser, address, link):
    code = link.split("#s=")[1]
    cases = [
        (code[:-40], "damaged"),
        (code[:100] + ("A" if code[100] != "A" else "B") + code[101:], "damaged"),
        ("A" * 70000, "bytes long"),
        ("AgAAAAAA", "format 2"),
    ]
    for case, words in cases:
        fresh(browser, f"{address}#s={case}")
        state = browser.wait(lambda s: s.get("is_trouble", False), "a hostile link is told", 30)
        check("the link" in state["notice"] and words in state["notice"], state)
        state = browser.wait(lambda s: s["step"] > 5, "the default experiment runs", 30)
        check("lesson" not in state, state)
    fresh(browser, f"{address}#lesson=../../etc/passwd")
    state = browser.wait(lambda s: s.get("is_trouble", False), "a lesson that cannot be", 30)
    check("the link: no lesson can be called so" in state["notice"], state)
    fresh(browser, f"{address}#lesson=no-such-lesson")
    state = browser.wait(lambda s: s.get("is_trouble", False), "a lesson that is not", 30)
    check("the link: there is no lesson no-such-lesson" in state["notice"], state)
    say("hostile links are refused")


def lessons(browser, address, shots):
    files = sorted(glob.glob(f"{HERE}/assets/lessons/*.toml"))
    for file in files:
        name = re.search(r'^id = "([^"]*)"', open(file, encoding="utf-8").read(), re.M)
        name = name.group(1) if name else re.sub(r"^\d+-", "", os.path.basename(file)[:-5])
        begin = time.monotonic()
        browser.open(f"{address}#lesson={name}&check")
        state = browser.wait(
            lambda s, name=name: s.get("lesson") == name and "checks" in s.get("notice", ""), f"lesson {name}", 240
        )
        check(not state["is_trouble"] and "hold" in state["notice"], state["notice"])
        say(f"{name}: {state['notice']} ({time.monotonic() - begin:.1f} s)")
        if name in ("noise-peaks-first", "depth"):
            time.sleep(3)
            browser.shot(f"{shots}/page-lesson-{name}.png")
    check(len(files) > 10, "few lessons")


# Drops a file of a name and a text on the window.
DROP = """
const data = new DataTransfer();
data.items.add(new File([arguments[1]], arguments[0]));
const canvas = document.getElementById("saddlescope");
for (const type of ["dragenter", "dragover", "drop"]) {
  canvas.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}
"""


def speed(browser, address):
    """Row W1 of benches/README.md in the page, best of five."""
    fresh(browser, address)
    browser.wait(lambda s: s["step"] > 5, "a start", 30)
    best = max(browser.run("return window.saddlescope_steps_per_second(2e5)") for _ in range(5))
    check(best > 0, "W1 was not measured")
    say(f"W1: {best:.3g} steps/s")


def files(browser, address):
    fresh(browser, address)
    browser.wait(lambda s: s["step"] > 5, "a start", 30)
    text = "seed = 4711\n[live]\nlearning_rate = 0.004\nbatch_size = 8\nlabel_noise_std = 0.0\n"
    browser.run(DROP, "mine.toml", text)
    browser.wait(lambda s: s["seed"] == 4711, "a dropped experiment runs", 30)
    browser.run(DROP, "bad.toml", "seed = \"x\"\n")
    browser.wait(lambda s: s["is_trouble"] and "bad.toml" in s["notice"], "a bad file is told", 30)
    # A session that is saved is handed out as a download.
    browser.run(
        """
        window.handed_out = null;
        let blob = null;
        const make = URL.createObjectURL;
        URL.createObjectURL = (object) => { blob = object; return make(object); };
        const click = HTMLAnchorElement.prototype.click;
        HTMLAnchorElement.prototype.click = function () {
          if (!this.download) return click.call(this);
          const name = this.download;
          blob.text().then((text) => { window.handed_out = [name, text]; });
        };
        """
    )
    browser.click(700, 300)
    browser.keys("Control", "s")
    until = time.monotonic() + 15
    while browser.run("return window.handed_out") is None:
        check(time.monotonic() < until, f"no session was handed out: {browser.state()}")
        time.sleep(0.1)
    name, text = browser.run("return window.handed_out")
    check(name.endswith(".toml") and "seed = 4711" in text and "digest" in text, (name, text[:200]))
    say(f"dropped, refused, and handed out as {name}")


def kept(browser, address):
    """Settings and the last session outlive a visit."""
    browser.wait(lambda s: s["step"] > 50, "some steps", 30)
    time.sleep(12)
    keys = browser.run("return Object.keys(localStorage)")
    check("/saddlescope/settings.toml" in keys, keys)
    sessions = [key for key in keys if key.startswith("/saddlescope/sessions/autosave-")]
    check(sessions and not [key for key in keys if key.endswith(".part")], keys)
    fresh(browser, address)
    state = browser.wait(lambda s: s["step"] > 5, "a second visit", 30)
    check(state["is_offered"], f"the last session is not offered: {state}")
    say(f"kept: {len(keys)} texts in the browser's storage")


def offline(browser, address, server):
    ready = browser.run(
        "return navigator.serviceWorker.getRegistration().then((r) => r?.active?.state ?? null)"
    )
    until = time.monotonic() + 30
    while ready != "activated":
        check(time.monotonic() < until, f"the files are not kept: {ready}")
        time.sleep(0.3)
        ready = browser.run(
            "return navigator.serviceWorker.getRegistration().then((r) => r?.active?.state ?? null)"
        )
    server.shutdown()
    server.server_close()
    try:
        urllib.request.urlopen(address, timeout=2)
        raise AssertionError("the server is still there")
    except OSError:
        pass
    fresh(browser, address)
    browser.wait(lambda s: s["step"] > 5, "the page works without a network", 60)
    say("works without a network")


def maps(browser, address, shots):
    """The map is computed between frames, from coarse to fine, while the run goes on."""
    fresh(browser, address)
    browser.wait(lambda s: s["step"] > 20, "a start", 30)
    before = browser.state()
    browser.keys("m")
    begin = time.monotonic()
    browser.wait(lambda s: s["map_cells"][0] >= 64, "the coarse map", 300)
    coarse = time.monotonic() - begin
    state = browser.wait(lambda s: s["map_cells"][0] == s["map_cells"][1], "the whole map", 600)
    check(state["map_cells"][1] >= 200, f"a map of {state['map_cells'][1]} cells")
    whole = time.monotonic() - begin
    check(state["step"] > before["step"] + 20, "the run went on")
    time.sleep(1)
    browser.shot(f"{shots}/page-map.png")
    complaints = browser.complaints()
    check(not complaints, f"on the console: {complaints}")
    say(f"a map of 64 cells after {coarse:.1f} s, of {state['map_cells'][1]} after {whole:.1f} s, while the run went on")


def small(address, shots):
    browser = Browser(390, 844, touch=True)
    try:
        browser.open(address)
        browser.wait(lambda s: s["step"] > 300, "runs on a small screen", 60)
        time.sleep(2)
        browser.shot(f"{shots}/page-small.png")
        complaints = browser.complaints()
        check(not complaints, f"on the console: {complaints}")
        fresh(browser, f"{address}#lesson=edges&embed")
        browser.wait(lambda s: s.get("lesson") == "edges" and s["step"] > 300, "embedded", 60)
        browser.shot(f"{shots}/page-small-embed.png")
    finally:
        browser.close()
    say("drawn at 390 by 844")


def main(folder, shots):
    os.makedirs(shots, exist_ok=True)
    server, address = serve(folder)
    browser = Browser(1280, 800)
    try:
        first_point(browser, address, shots)
        slider(browser)
        link = session_link(browser, address)
        hostile_links(browser, address, link)
        speed(browser, address)
        files(browser, address)
        kept(browser, address)
        lessons(browser, address, shots)
        maps(browser, address, shots)
        small(address, shots)
        offline(browser, address, server)
    except BaseException:
        browser.shot(f"{shots}/failed.png")
        print(browser.complaints(), file=sys.stderr)
        raise
    finally:
        browser.close()
    say("the page holds")


if __name__ == "__main__":
    main(*sys.argv[1:])
