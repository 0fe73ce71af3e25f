# SPDX-License-Identifier: Apache-2.0
"""A real carnet serve on a throwaway home, and a real browser that looks at it."""
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SKIPPED = 77  # to ctest


def skip(why):
    print(f"skipped: {why} (script/setup installs it)")
    sys.exit(SKIPPED)


CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
if not CHROMIUM or not DRIVER:
    skip("no chromium, or no chromedriver")
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
except ImportError:
    skip("no python3-selenium")


def until(what, condition, seconds=10):
    """Waits until the condition is true and gives its value; says what it waited for when it never is."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"never seen: {what}")
        time.sleep(0.03)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, carnet):
        self.carnet = carnet
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="carnet-board-"))
        self.directory.chmod(0o711)  # as root the database runs as another user, who passes through here
        self.home = self.directory / "home"
        self.token = secrets.token_hex(16)
        self.token_file = self.directory / "token"
        self.token_file.touch(0o600)
        self.token_file.write_text(self.token + "\n")
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.log = open(self.directory / "log", "w+")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [self.carnet, "serve", "--home", self.home, "--listen", f"127.0.0.1:{self.port}",
             "--token-file", self.token_file],
            env={k: v for k, v in os.environ.items() if not k.startswith("CARNET_")}, stdout=self.log, stderr=self.log)
        until("the server is ready", self.ready, 30)

    def ready(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise AssertionError(f"carnet serve ended with {self.process.returncode}: {self.log.read()}")
        try:
            return self.ask("/status")
        except (urllib.error.URLError, ConnectionError):
            return None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def end(self):
        if self.process and self.process.poll() is None:
            self.stop()
        subprocess.run([self.carnet, "stop", "--home", self.home], stderr=subprocess.DEVNULL, check=False)
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def ask(self, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/x-ndjson"}
        request = urllib.request.Request(self.origin + path, body, headers)
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.read().decode()

    def append(self, *events):
        """Gives the receipts; every event is expected to be accepted."""
        body = "".join(json.dumps(event) + "\n" for event in events).encode()
        receipts = [json.loads(line) for line in self.ask("/events", body).splitlines()]
        refused = [receipt for receipt in receipts if "code" in receipt]
        assert not refused and len(receipts) == len(events), refused
        return receipts


def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,1000",
                     "--disable-background-networking", "--no-first-run"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.add_experimental_option("prefs", {"intl.accept_languages": "fr"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service(DRIVER), options=options)
