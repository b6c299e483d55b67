"""What is said after a start: where to look, or what went wrong."""

from __future__ import annotations

import json
import sys
from typing import Any

from infra.stack.compose import Stack, output

LINES = 5
# Compose draws its logs for a terminal, also where there is none.
ERASE_LINE = "\x1b[2K"


def show_urls(stack: Stack) -> None:
    """What to open and try."""
    services = stack.config["services"]
    api, broker = _address(services["api"]), _address(services["broker"])
    container = next(c["Name"] for c in stack.containers() if c["Service"] == "api")
    print(f"Dashboard   http://{_address(services['dashboard'])}")
    print(f"API         http://{api}/docs")
    print(f"API key     docker exec {container} cat /credentials/first.key")
    print(f"Broker      {broker}, MQTT over TLS")
    print("Gateway     make operate DO='gateway add NAME --project PROJECT --house HOUSE' lets one in")
    print(f'Try         curl -H "Authorization: Bearer KEY" http://{api}/v1/projects')
    print("Then        make ps, make logs, make operate, make down (the data stays)")


def _address(service: dict[str, Any]) -> str:
    port = service["ports"][0]
    host = port.get("host_ip", "0.0.0.0")  # noqa: S104 (Docker's default)
    return f"{'127.0.0.1' if host == '0.0.0.0' else host}:{port['published']}"  # noqa: S104


def show_failure(stack: Stack) -> None:
    """The services that are not well, each with its last words."""
    for container in stack.containers():
        ended_well = container["State"] == "exited" and container["ExitCode"] == 0
        well = container["State"] == "running" and container["Health"] in {"healthy", ""}
        if ended_well or well or container["State"] == "created":
            continue
        state = container["Health"] or f"{container['State']}, exit code {container['ExitCode']}"
        print(f"\n{container['Service']} is {state}:", file=sys.stderr)
        for line in _last_words(stack, container):
            print(f"  {line}", file=sys.stderr)


def _last_words(stack: Stack, container: dict[str, Any]) -> list[str]:
    health = json.loads(output("docker", "inspect", container["Name"], "--format", "{{json .State.Health}}")) or {}
    checks = [check["Output"].strip() for check in health.get("Log") or [] if check["ExitCode"]]
    text = stack.read("logs", "--no-color", "--no-log-prefix", "--tail", str(LINES), container["Service"])
    log = text.replace(ERASE_LINE, "").splitlines()
    return [*log, *(f"health check: {check}" for check in checks[-1:])]
