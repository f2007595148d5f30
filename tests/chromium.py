"""Drives a real Chromium by the DevTools protocol over a pipe: no port, no driver, no process left behind.

Debian's package is ``chromium``. Protocol: https://chromedevtools.github.io/devtools-protocol/, flag
``--remote-debugging-pipe``: the browser reads descriptor 3 and writes descriptor 4, messages end with a zero byte.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None or shutil.which("bash") is None, reason="no Chromium here (Debian: apt-get install chromium)"
)

#: Seconds for one answer of the browser, and for a page to become what a test waits for, on a busy machine.
PATIENCE = 60.0
_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe"),
    *("--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-default-apps", "--disable-extensions", "--no-pings", "--mute-audio"),
)
#: Runs in every page before its own script: what a policy forbids is kept for the test to read.
_WITNESS = (
    "window.violations = [];"
    "addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective + ' ' + e.blockedURI));"
)


class BrowserError(Exception):
    """The browser answered with an error, or not at all."""


class Browser:
    """One Chromium with a profile of its own. Close it when done; nothing of it is left then."""

    def __init__(self, profile: Path) -> None:
        there, ours = os.pipe()
        back, theirs = os.pipe()
        # Numbers out of the way of 3 and 4, which the shell puts the two ends onto.
        given = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (there, theirs)]
        command = f'exec 3<&{given[0]} 4>&{given[1]}; exec "$@"'
        flags = [*_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", command, "bash", str(CHROMIUM), *flags],  # noqa: S607 - bash wherever it is
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=given,
            start_new_session=True,
        )
        for fd in (there, theirs, *given):
            os.close(fd)
        self._in, self._out = back, ours
        self._buffer = b""
        self._number = 0
        self._events: dict[str, list[dict[str, Any]]] = {}

    def close(self) -> None:
        """End the browser and every process that it started."""
        with contextlib.suppress(BrowserError, OSError):
            self.call("Browser.close")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, session: str = "", **params: Any) -> Any:
        """Send a command and give its result; events that come meanwhile are kept.

        Raises:
            BrowserError: the browser refuses, is gone, or is silent for too long.
        """
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._next(deadline)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']}")
                return answer["result"]
            if "method" in answer:
                self._events.setdefault(answer.get("sessionId", ""), []).append(answer)

    def events(self, session: str, method: str) -> list[dict[str, Any]]:
        """Give the parameters of the events of one kind that a page has had."""
        return [event["params"] for event in self._events.get(session, []) if event["method"] == method]

    def open(self, address: str, *, scripts: bool = True, width: int = 1280, height: int = 900, **media: str) -> Page:
        """Open a page in a new tab and wait until it is there.

        Args:
            address: what to open.
            scripts: let the page's scripts run.
            width: of the window, in pixels.
            height: of the window.
            media: features such as ``prefers_color_scheme="dark"``, and ``media="print"``.
        """
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        page = Page(self, target, self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        features = [
            {"name": name.replace("_", "-"), "value": value} for name, value in media.items() if name != "media"
        ]
        page.call("Emulation.setEmulatedMedia", media=media.get("media", ""), features=features)
        page.call("Page.addScriptToEvaluateOnNewDocument", source=_WITNESS)
        if not scripts:
            page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.call("Page.navigate", url=address)
        page.wait("location.href !== 'about:blank' && document.readyState === 'complete'")
        return page

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise BrowserError(f"no answer from the browser in {PATIENCE:g} seconds")
            chunk = os.read(self._in, 1 << 20)
            if not chunk:
                raise BrowserError("the browser is gone")
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer


class Page:
    """A tab."""

    def __init__(self, browser: Browser, target: str, session: str) -> None:
        self._browser = browser
        self._target = target
        self._session = session

    def call(self, method: str, **params: Any) -> Any:
        """Send a command to this tab."""
        return self._browser.call(method, self._session, **params)

    def js(self, expression: str) -> Any:
        """Give the value of an expression; promises are waited for.

        Raises:
            BrowserError: the expression throws.
        """
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Ask until an expression is true.

        Raises:
            BrowserError: it does not become true.
        """
        deadline = time.monotonic() + PATIENCE
        while not self.js(f"Boolean({condition})"):
            if time.monotonic() > deadline:
                raise BrowserError(f"never became true: {condition}")

    def press(self, key: str, code: str = "", text: str = "") -> None:
        """Press a key and let it go, as a hand would."""
        numbers = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
        rest = {"key": key, "code": code or key, "windowsVirtualKeyCode": numbers.get(key, ord(key[0].upper()))}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **rest)
        self.call("Input.dispatchKeyEvent", type="keyUp", **rest)

    def type(self, text: str) -> None:
        """Type text into what has the focus."""
        self.call("Input.insertText", text=text)

    @property
    def complaints(self) -> list[str]:
        """What the console holds: exceptions, messages, log entries, and what the page's policy forbade."""
        events, session = self._browser.events, self._session
        told = [f"exception: {e['exceptionDetails']['text']}" for e in events(session, "Runtime.exceptionThrown")]
        told += [f"console: {e['args']}" for e in events(session, "Runtime.consoleAPICalled")]
        told += [f"log: {e['entry']['text']}" for e in events(session, "Log.entryAdded")]
        return told + [f"policy: {text}" for text in self.js("window.violations") or []]

    @property
    def requests(self) -> list[str]:
        """Every address that the page asked for, itself included; what lies in the page (``data:``) is none."""
        sent = self._browser.events(self._session, "Network.requestWillBeSent")
        return [url for e in sent if not (url := e["request"]["url"]).startswith("data:")]

    def close(self) -> None:
        """Close the tab."""
        self._browser.call("Target.closeTarget", targetId=self._target)
