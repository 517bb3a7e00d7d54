"""The binary, started and stopped by the checks in this folder."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import product

# A debug build compiles the guest, when no test has done so before.
START_SECONDS = 180
STOP_SECONDS = 20


class Unexpected(Exception):
    """Something is not as it should be."""


def check(what, holds, seen=None):
    if not holds:
        raise Unexpected(what if seen is None else f"{what}; seen: {seen!r}")
    print(f"  ok  {what}", flush=True)


class Server:
    """The binary, running on a free port with data of its own."""

    def __init__(self, binary, folder, log_format="json"):
        self.binary = Path(binary).resolve()
        self.product = product.of(self.binary)
        self.data = folder / "data"
        self.log_format = log_format
        self.log = folder / "log.txt"
        self.ready_file = folder / "ready.json"
        # Nothing of the caller's configures it.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("LATCHSTRING_")}

    def start(self):
        self.ready_file.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self.binary,
                    *("--listen", "127.0.0.1:0"),
                    *("--data-dir", self.data),
                    *("--cache-dir", self.binary.parent / "latchstring-guest"),
                    *("--ready-file", self.ready_file),
                    *("--log-format", self.log_format),
                ],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # the banner shows the keys
                stderr=log,
            )
        give_up_at = time.monotonic() + START_SECONDS
        while not self.ready_file.exists():
            if self.process.poll() is not None:
                raise Unexpected(f"the server ended with {self.process.returncode}: {self.log.read_text()}")
            if time.monotonic() > give_up_at:
                raise Unexpected(f"the server was not ready after {START_SECONDS} seconds: {self.log.read_text()}")
            time.sleep(0.05)
        self.ready = json.loads(self.ready_file.read_text())
        self.url = self.ready["mcpUrl"]

    def stop(self):
        """Asks it to stop, and gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def command(self, *arguments):
        """Runs another command of the binary on the same data, as an operator would while it serves."""
        done = subprocess.run(
            [self.binary, "--data-dir", self.data, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode != 0:
            raise Unexpected(f"`{' '.join(map(str, arguments))}` failed: {done.stderr}")
        return json.loads(done.stdout)

    def code(self, store, scope):
        """A new connection code."""
        return self.command("code", "create", "--store", store["name"], "--scope", scope, "--json")["code"]

    def end(self):
        if getattr(self, "process", None) and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
