"""The gateways of a campaign as it sees them: processes that take orders, and an account of each."""

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Self


@dataclass(slots=True)
class Account:
    """What one gateway did. It takes no more room than its connections were many.

    Attributes:
        acknowledged: so many of its messages, from the first on.
        again: messages that it sent once more, as ranges: the broker may have taken each of them every time.
    """

    acknowledged: int = 0
    again: list[tuple[int, int]] = field(default_factory=list)


class Gateways:
    """All gateways.

    Args:
        port: the broker's, or that of a proxy before it.
        count: how many.
        start: the time (epoch ms) of the first message of each.

    Attributes:
        accounts: by gateway, as of the last time that all was acknowledged, or of their end.
    """

    def __init__(self, port: int, count: int, start: int) -> None:
        self.accounts = [Account() for _ in range(count)]
        self._asked: set[int] = set()
        self._commands = [
            [sys.executable, "-m", "tests.faults.campaign.gateway", *map(str, (port, number, start))]
            for number in range(count)
        ]

    def __enter__(self) -> Self:
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for command in self._commands
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()

    @property
    def acknowledged(self) -> int:
        """Messages of all."""
        return sum(account.acknowledged for account in self.accounts)

    def send(self, rate: float, more: int = 0) -> None:
        """Order them to send from now on so many messages a second, all together, and some more at once.

        Where the rate is 0, they still send what was due until now; `are_done` tells when all of it is acknowledged.
        """
        since, count = time.monotonic(), len(self._processes)
        for process in self._processes:
            assert process.stdin
            process.stdin.write(f"{since!r} {rate / count} {more // count}\n".encode())
            process.stdin.flush()
        self._asked = set(range(count)) if rate == 0 else set()

    def are_done(self) -> bool:
        """Whether all is acknowledged that was due when they were ordered to send nothing more.

        Raises:
            AssertionError: a gateway ended by itself.
        """
        for number in list(self._asked):
            pipe = self._processes[number].stdout
            assert pipe
            if select.select([pipe], [], [], 0)[0]:
                line = os.read(pipe.fileno(), 1 << 20)
                while line and not line.endswith(b"\n"):
                    line += os.read(pipe.fileno(), 1 << 20)
                assert line, f"gateway {number} ended"
                self._note(number, line)
                self._asked.discard(number)
        return not self._asked

    def end(self) -> None:
        """End them now, whatever is under way: accounts are of this moment."""
        for number, process in enumerate(self._processes):
            self._note(number, process.communicate(timeout=60)[0])

    def _note(self, number: int, line: bytes) -> None:
        told, account = json.loads(line), self.accounts[number]
        account.acknowledged = told["acknowledged"]
        account.again += [(first, stop) for first, stop in told["again"]]
