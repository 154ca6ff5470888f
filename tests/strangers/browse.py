"""Looks at a page in a headless Chromium, over the pipe of its DevTools protocol: the standard library is enough.

argv: Chromium. stdin: {"page": PATH, "folder": PATH, "looks": [{"name", "width", "scheme", "media"?}], "ask": {NAME: JAVASCRIPT}, "paper": bool}.
stdout: {"looks": {NAME: {NAME: ANSWER}}, "requests": [URL], "said": [TEXT], "paper": BYTES}.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys

PATIENCE = 300


class Browser:
    def __init__(self, chromium, folder):
        ours, theirs = os.pipe(), os.pipe()
        command = [
            chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank",
        ]

        def hand_over():
            os.dup2(ours[0], 3)
            os.dup2(theirs[1], 4)

        # Chromium reads from 3 and writes to 4. Ours are moved out of the way first.
        ours = tuple(move(end) for end in ours)
        theirs = tuple(move(end) for end in theirs)
        self.process = subprocess.Popen(
            command, preexec_fn=hand_over, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(ours[0])
        os.close(theirs[1])
        self.to, self.back = os.fdopen(ours[1], "wb"), os.fdopen(theirs[0], "rb")
        self.number, self.session, self.events, self.rest = 0, None, [], b""

    def send(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.to.write(json.dumps(message).encode() + b"\0")
        self.to.flush()
        while True:
            answer = self.hear()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def hear(self):
        while b"\0" not in self.rest:
            more = self.back.read1(1 << 20)
            if not more:
                raise RuntimeError("Chromium ended")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def until(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.hear())

    def open(self):
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Network", "Log"]:
            self.send(f"{domain}.enable")

    def ask(self, script):
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")


def move(end):
    high = os.dup(end) if end < 5 else end
    while high < 5:
        high = os.dup(high)
    os.set_inheritable(high, True)
    return high


def said(event):
    parameters = event.get("params", {})
    match event.get("method"):
        case "Runtime.consoleAPICalled":
            return " ".join(str(argument.get("value")) for argument in parameters["args"])
        case "Runtime.exceptionThrown":
            return parameters["exceptionDetails"]["text"]
        case "Log.entryAdded":
            return f"{parameters['entry']['level']}: {parameters['entry']['text']}"
    return None


def main():
    what = json.load(sys.stdin)
    folder = pathlib.Path(what["folder"])
    browser = Browser(sys.argv[1], folder / "profile")
    try:
        browser.open()
        browser.send("Page.navigate", url=pathlib.Path(what["page"]).absolute().as_uri())
        browser.until("Page.loadEventFired")
        looks = {}
        for look in what["looks"]:
            browser.send(
                "Emulation.setDeviceMetricsOverride", width=look["width"], height=900, deviceScaleFactor=1, mobile=False
            )
            browser.send(
                "Emulation.setEmulatedMedia", media=look.get("media", "screen"),
                features=[{"name": "prefers-color-scheme", "value": look["scheme"]}],
            )
            looks[look["name"]] = {name: browser.ask(script) for name, script in what["ask"].items()}
            if os.environ.get("SHOTS"):
                shot = browser.send("Page.captureScreenshot", captureBeyondViewport=look.get("whole", True))
                pathlib.Path(os.environ["SHOTS"], f"{look['name']}.png").write_bytes(base64.b64decode(shot["data"]))
        paper = None
        if what.get("paper"):
            browser.send("Emulation.setEmulatedMedia", media="", features=[])
            printed = base64.b64decode(browser.send("Page.printToPDF", printBackground=False)["data"])
            paper = {"bytes": len(printed), "pages": printed.count(b"/Type /Page\n") or printed.count(b"/Type /Page ")}
            if os.environ.get("SHOTS"):
                pathlib.Path(os.environ["SHOTS"], "paper.pdf").write_bytes(printed)
        requests = [
            event["params"]["request"]["url"] for event in browser.events
            if event.get("method") == "Network.requestWillBeSent"
        ]
        heard = [text for text in map(said, browser.events) if text is not None]
        json.dump({"looks": looks, "requests": requests, "said": heard, "paper": paper}, sys.stdout)
    finally:
        browser.process.kill()
        browser.process.wait()


main()
