#!/usr/bin/env -S python3 -I -S
"""The containers' health check: does this URL answer 200? What it answers goes into the container's health log."""

import http.client
import sys


def main(url: str) -> int:
    """Ask; 0 when healthy."""
    address, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(address, timeout=9)
    try:
        connection.request("GET", f"/{path}")
        answer = connection.getresponse()
        print(answer.status, answer.read(4000).decode(errors="replace"))
    except OSError as error:
        print(f"{url}: {error}")
        return 1
    return 0 if answer.status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
