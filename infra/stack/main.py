"""`make up`, `down`, `ps`, `logs`, `migrate` and `purge`: Docker Compose, with a look before and a word after."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

from infra.stack import preflight
from infra.stack.compose import BASE_IMAGES, STORES, Failed, Stack, output, works
from infra.stack.migrate import migrate
from infra.stack.report import show_failure, show_urls

WAIT_SECONDS = "300"
TOKEN_HOLDERS = ("ingest", "api")
# Volumes tell which kind of store they belong to; the other kinds would begin anew beside what is there.
STORE_LABEL = "hdh.store"


def up(stack: Stack) -> None:
    """Start everything and wait until all of it is healthy."""
    preflight.check(stack)
    stack.tell_site()
    start = time.monotonic()
    for volume in stack.volumes():
        if not works("docker", "volume", "inspect", volume):
            output("docker", "volume", "create", "--label", f"{STORE_LABEL}={stack.store}", volume)
    print("Building the images; the first time this takes a few minutes …", flush=True)
    built = time.monotonic()
    if not stack.run("build", *(() if sys.stdout.isatty() else ("--quiet",))):
        raise Failed(
            "An image could not be built; the lines above say why. Packages come from the internet: where a proxy"
            " has certificates of its own, name their bundle by BUILD_CA_FILE."
        )
    print(f"Built in {time.monotonic() - built:.0f} s. Starting; this ends when every service is healthy …", flush=True)
    before = stack.running()
    _start(stack)
    # Set-up may have made tokens anew that were lost: who still holds the old ones reads the new ones when it starts.
    holders = [name for name in TOKEN_HOLDERS if name in before and stack.running().get(name) == before[name]]
    if holders and stack.made_tokens(time.monotonic() - start):
        stack.run("restart", *holders)
        _start(stack)
    # It may have changed the broker's users and rights, too, which the broker reads again when it is told.
    stack.run("exec", "-T", "broker", "sh", "-c", "kill -HUP 1", quiet=True)
    print(f"All services are healthy after {time.monotonic() - start:.0f} s.\n")
    show_urls(stack)


def _start(stack: Stack) -> None:
    words = ("up", "--detach", "--wait", "--wait-timeout", WAIT_SECONDS, "--remove-orphans")
    # Off a terminal Compose writes a line for every step, on a terminal it draws them: only the latter is worth seeing.
    if not stack.run(*words, quiet=not sys.stdout.isatty()):
        show_failure(stack)
        raise Failed("The stack did not become healthy. `make logs` shows all; mend it and run `make up` again.")


def down(stack: Stack) -> None:
    """Remove the containers and networks; what lasts stays on its volumes."""
    _take_down(stack)
    print("Stopped. The data stays on its volumes; `make up` goes on with it, `make purge` deletes it.")


def _take_down(stack: Stack) -> None:
    if not stack.run("down", "--remove-orphans"):
        raise Failed("The stack could not be stopped; the lines above say why.")


def logs(stack: Stack) -> None:
    """Follow what the services say, until Ctrl-C."""
    stack.run("logs", "--follow", "--tail", "100", *filter(None, [os.environ.get("SERVICE")]))


def ps(stack: Stack) -> None:
    """List the services with their state."""
    stack.run("ps", "--all")


def purge(stack: Stack) -> None:
    """Delete everything, data included, after asking."""
    listed = output("docker", "volume", "ls", "--format", "{{.Name}}").split()
    volumes = [volume for volume in stack.volumes() if volume in listed]
    print("This deletes for good:", *(f"  {volume}" for volume in volumes), sep="\n")
    if _confirmed(stack) != stack.project:
        raise Failed(f"Nothing was deleted. Where nobody can be asked: make purge CONFIRM={stack.project}.")
    _take_down(stack)
    for volume in volumes:
        output("docker", "volume", "rm", volume)
    print(f"Deleted {len(volumes)} volumes.")


def _confirmed(stack: Stack) -> str:
    try:
        return (os.environ.get("CONFIRM") or input(f"Type {stack.project} to delete it: ")).strip()
    except EOFError:
        return ""


COMMANDS: dict[str, Callable[[Stack], int | None]] = {
    "up": up,
    "down": down,
    "logs": logs,
    "ps": ps,
    "migrate": migrate,
    "purge": purge,
}


def choose(arguments: list[str]) -> tuple[str, Stack]:
    """The command and the stack, from the words and the environment that make passes on."""
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    command: str = parser.parse_args(arguments).command
    project = os.environ.get("COMPOSE_PROJECT_NAME") or "hdh"
    store = _store(project, asked=os.environ.get("STORE", "") if command == "up" else "")
    demo = _is_on("DEMO") if command == "up" else None
    return command, Stack(project, store, demo, _is_on("DEV"), _base_images())


def _store(project: str, asked: str) -> str:
    """The kind of store: what the volumes hold, else what was asked for."""
    if asked and asked not in STORES:
        raise Failed(f"STORE={asked}: there is no such store; choose one of {', '.join(STORES)}.")
    kept = ""
    shown = ("docker", "volume", "inspect", f"{project}_store", "--format", f'{{{{index .Labels "{STORE_LABEL}"}}}}')
    if shutil.which("docker") and works(*shown):
        kept = output(*shown).strip()
    if kept and asked not in {"", kept}:
        raise Failed(
            f"STORE={asked}: the volumes of {project} belong to {kept}; `make up` goes on with it."
            " To change the store, take a backup, `make purge`, and start anew."
        )
    return kept or asked or STORES[0]


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "") not in {"", "0", "no", "false"}


def _base_images() -> bool:
    """Whether to use the images of infra/base-images: where they were built, unless IMAGES=registry."""
    choice = os.environ.get("IMAGES", "")
    if choice not in {"", "base", "registry"}:
        raise Failed(f"IMAGES={choice}: choose base (of infra/base-images) or registry.")
    if choice:
        return choice == "base"
    lines = BASE_IMAGES.read_text(encoding="utf-8").splitlines()
    names = [line.partition("=")[2] for line in lines if line and not line.startswith("#")]
    return all(works("docker", "image", "inspect", name) for name in names)


def main(arguments: list[str]) -> int:
    """Do what make asks; the exit code."""
    try:
        command, stack = choose(arguments)
        if command != "up":
            preflight.check_commands()
            preflight.check_engine()
        elif stack.base_images:
            print("Images: those of `make base-images` (IMAGES=registry takes the published ones).")
        return COMMANDS[command](stack) or 0
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"{' '.join(error.cmd)}: {error.stderr.strip()}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
