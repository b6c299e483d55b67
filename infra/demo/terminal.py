"""The terminal's Ctrl-C, for the demo alone: make, which started it, would call it an error."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_terminal() -> Iterator[None]:
    """Be the terminal's foreground for a while, if make's group is that now; otherwise leave all as it is."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        yield
        return
    before = os.getpgrp()
    if os.tcgetpgrp(terminal) != before or before == os.getpid():
        os.close(terminal)
        yield
        return
    # Both signals would stop a process that is not, or no longer, in the foreground.
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(terminal, os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(terminal, before)
        os.close(terminal)
