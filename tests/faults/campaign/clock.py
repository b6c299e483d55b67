"""A clock that a campaign sets under a running process: `clock.c`, preloaded into it.

Not libfaketime: version 0.9.10 moves the monotonic clock too, as setting a clock never does, and without that Python's
`time.sleep` fails ("Invalid argument"). A container's time namespace does not cover the time of day.
"""

import os
import shutil
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("clock.c")


class SetClock:
    """The clock of all processes with these variables.

    Args:
        folder: for the library and the file that says how far it is moved.

    Attributes:
        variables: a process's environment.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._moved, library = folder / "moved", folder / "clock.so"
        self._moved.write_bytes(bytes(8))
        subprocess.run(["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, _SOURCE], check=True)
        self.variables = {"LD_PRELOAD": str(library), "HDH_TEST_CLOCK": str(self._moved)}

    def move(self, seconds: int) -> None:
        """Set it so far from the machine's clock, for everybody at once."""
        with self._moved.open("r+b") as file:
            os.pwrite(file.fileno(), seconds.to_bytes(8, "little", signed=True), 0)


def can_be_set() -> bool:
    """Whether there is a C compiler."""
    return shutil.which("cc") is not None
