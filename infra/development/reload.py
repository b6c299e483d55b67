"""Run a command, and again whenever a source has changed: `reload.py FOLDER… -- COMMAND…`. Runs inside containers."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

EVERY_SECONDS = 1.0


def state(folders: list[str]) -> dict[Path, int]:
    """When each source was changed."""
    files = (path for folder in folders for path in Path(folder).rglob("*") if path.suffix in {".py", ".yaml"})
    return {path: path.stat().st_mtime_ns for path in files}


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask it to end, and wait."""
    if process.poll() is None:
        process.terminate()
    return process.wait()


def main(words: list[str]) -> int:
    """Until SIGTERM or SIGINT; an ending of the command by itself waits for the next change."""
    split = words.index("--")
    folders, command = words[:split], words[split + 1 :]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    while True:
        seen = state(folders)
        process = subprocess.Popen(command)
        try:
            while state(folders) == seen:
                time.sleep(EVERY_SECONDS)
        except KeyboardInterrupt:
            return stop(process)
        print("sources changed, starting again:", *command, flush=True)
        stop(process)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
