"""A browser driven over HTTP by the WebDriver protocol (W3C, 2018), with Python's standard library alone."""

import base64
import json
import subprocess
import time
import tomllib
import urllib.error
import urllib.request


class Browser:
    """Chromium without a screen, drawn by software, in a window of a given size."""

    def __init__(self, width, height, touch=False):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        port = None
        for line in self.driver.stdout:
            if "successfully on port" in line:
                port = int(line.split("on port")[1].strip(" .\n"))
                break
        self.address = f"http://127.0.0.1:{port}"
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
            f"--window-size={width},{height}",
            "--force-device-scale-factor=1",
        ]
        options = {"args": arguments, "prefs": {"download.default_directory": "/tmp"}}
        if touch:
            options["mobileEmulation"] = {
                "deviceMetrics": {"width": width, "height": height, "pixelRatio": 1.0, "touch": True}
            }
        capabilities = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.session = f"/session/{made['sessionId']}"
        if not touch:
            # The size of the page rather than of the window.
            inner = self.run("return [window.innerWidth, window.innerHeight]")
            self.post(
                "/window/rect", {"width": 2 * width - inner[0], "height": 2 * height - inner[1]}
            )

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()[:500]) from None

    def post(self, path, body=None):
        return self.call("POST", self.session + path, body or {})

    def close(self):
        try:
            self.call("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()

    def open(self, address):
        self.post("/url", {"url": address})

    def run(self, script, *arguments):
        return self.post("/execute/sync", {"script": script, "args": list(arguments)})

    def state(self):
        """What the page says of itself, once it does."""
        text = self.run("return window.saddlescope")
        return tomllib.loads(text) if isinstance(text, str) else {}

    def wait(self, condition, what, seconds=60.0):
        """Waits until the state is as it must be, and gives it."""
        until = time.monotonic() + seconds
        while True:
            trouble = self.run("return window.saddlescope_trouble ?? null")
            state = self.state()
            if trouble is None and state and condition(state):
                return state
            if trouble is not None or time.monotonic() > until:
                raise AssertionError(f"not within {seconds:.0f} s: {what}; trouble {trouble}; state {state}")
            time.sleep(0.05)

    def drag(self, start, end):
        """Drags the mouse."""
        moves = [{"type": "pointerMove", "duration": 100, "x": start[0], "y": start[1]}]
        moves += [{"type": "pause", "duration": 200}, {"type": "pointerDown", "button": 0}, {"type": "pause", "duration": 200}]
        for i in range(1, 6):
            x = start[0] + (end[0] - start[0]) * i / 5
            y = start[1] + (end[1] - start[1]) * i / 5
            moves.append({"type": "pointerMove", "duration": 100, "x": round(x), "y": round(y)})
        moves += [{"type": "pause", "duration": 200}, {"type": "pointerUp", "button": 0}]
        pointer = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves}
        self.post("/actions", {"actions": [pointer]})

    def click(self, x, y):
        moves = [
            {"type": "pointerMove", "duration": 50, "x": x, "y": y},
            {"type": "pause", "duration": 150},
            {"type": "pointerDown", "button": 0},
            {"type": "pause", "duration": 100},
            {"type": "pointerUp", "button": 0},
        ]
        pointer = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves}
        self.post("/actions", {"actions": [pointer]})

    def keys(self, *names):
        """Presses keys at once, in order, and lets them go in the opposite one."""
        codes = {"Control": "\ue009", "Shift": "\ue008", "Escape": "\ue00c", "Enter": "\ue007"}
        keys = [codes.get(name, name) for name in names]
        actions = [{"type": "keyDown", "value": key} for key in keys]
        actions += [{"type": "pause", "duration": 100}]
        actions += [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self.post("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def shot(self, path):
        image = self.call("GET", self.session + "/screenshot")
        with open(path, "wb") as file:
            file.write(base64.b64decode(image))

    def complaints(self):
        """Errors and warnings on the console since the last look, but those of drawing by software."""
        entries = self.post("/se/log", {"type": "browser"})
        return [
            entry["message"]
            for entry in entries
            if entry["level"] in ("SEVERE", "WARNING")
            and "swiftshader" not in entry["message"].lower()
            and "GPU stall" not in entry["message"]
        ]
