"""`make migrate`: one command of `migrate` in the stack, its files in a folder of the host before and after."""

from __future__ import annotations

import io
import json
import os
import shlex
import stat
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from infra.stack.compose import ROOT, Failed, Stack, output, works

SERVICE = "migrate"
SOURCE = "/source"
OTHERS_READ = stat.S_IROTH | stat.S_IXOTH
# A foreign server's token has no place on the stack's volumes: it goes through, for this one command.
PASSED_ON = ("HDH_MIGRATE_SOURCE_TOKEN", "HDH_MIGRATE_INFLIGHT", "HDH_MIGRATE_CLIENT_ID")
EXAMPLE = "make migrate SOURCE_DIR=~/old-data DO='plan /source --project PROJECT --house HOUSE --output old.yaml'"


def migrate(stack: Stack) -> int:
    """Run the command that DO says; its exit code."""
    words = _words()
    stack.environment["SITE_FILE"] = _site_of_running(stack)
    folder = _folder(stack)
    _check_source(stack, folder, words)
    if not stack.run("build", "--quiet", SERVICE):
        raise Failed("The image of migrate could not be built; the lines above say why.")
    passed = [word for name in PASSED_ON if os.environ.get(name) for word in ("--env", name)]
    code = _run(stack, *passed, SERVICE, *words)
    planned = words if words[:1] == ["plan"] else []
    _fetch(stack, folder, planned)
    print(f"Mapping files, rejects and reports: {folder}")
    if planned and code == 0:
        print("Here `migrate run FILE` is: make migrate DO='run FILE', with the same SOURCE_DIR.")
    return code


def _words() -> list[str]:
    try:
        words = shlex.split(os.environ.get("DO", ""))
    except ValueError as error:
        raise Failed(f"DO={os.environ['DO']} is no command ({error}): {EXAMPLE}.") from None
    return words or ["--help"]


def _site_of_running(stack: Stack) -> str:
    """The site file that ingest places by: migrating by another would put readings elsewhere."""
    if not works("docker", "volume", "inspect", f"{stack.project}_{SERVICE}"):
        raise Failed(f"The stack {stack.project} has no volume {stack.project}_{SERVICE}: start it first (`make up`).")
    running = stack.running()
    if "ingest" not in running:
        raise Failed("The stack is down: `make up` starts it, and then `make migrate` moves history into it.")
    mounts: list[dict[str, Any]] = json.loads(
        output("docker", "inspect", running["ingest"], "--format", "{{json .Mounts}}")
    )
    return next(str(mount["Source"]) for mount in mounts if mount["Destination"] == "/config/site.yaml")


def _mount(stack: Stack, target: str) -> Path:
    mounts = stack.config["services"][SERVICE]["volumes"]
    return Path(next(mount["source"] for mount in mounts if mount["target"] == target))


def _folder(stack: Stack) -> Path:
    """The host's folder of mapping files, rejects and reports."""
    for name in ("SOURCE_DIR", "MIGRATIONS_DIR"):
        if given := os.environ.get(name):
            stack.environment[name] = str((ROOT / Path(given).expanduser()).resolve())
    folder = _mount(stack, "/mappings")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failed(f"MIGRATIONS_DIR={folder} cannot be made ({error.strerror}): name another folder.") from None
    return folder


def _check_source(stack: Stack, folder: Path, words: list[str]) -> None:
    """Where files are to be read, there is a folder of them that the container's user can read."""
    source = _mount(stack, SOURCE)
    if source == Path(os.devnull):
        named = [folder / word for word in words if word.endswith(".yaml") and (folder / word).is_file()]
        if any(SOURCE in text for text in (*words, *(path.read_text("utf-8", "replace") for path in named))):
            raise Failed(f"SOURCE_DIR names no folder, and {SOURCE} stands for it: {EXAMPLE}.")
    elif not source.exists():
        raise Failed(f"SOURCE_DIR={source} is not there: name the folder that the old files lie in.")
    elif source.stat().st_mode & OTHERS_READ != OTHERS_READ:
        remedy = f"chmod -R o+rX {shlex.quote(str(source))}"
        raise Failed(f"SOURCE_DIR={source} is closed to the container's user: `{remedy}` opens it.")


def _run(stack: Stack, *arguments: str) -> int:
    """One command in a container of its own. Ctrl-C reaches it by itself; this waits until it has ended well."""
    process = subprocess.Popen(stack.command("run", "--rm", "--no-deps", *arguments), env=stack.environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _fetch(stack: Stack, folder: Path, planned: list[str]) -> None:
    """Bring what stands beside the mapping files from the volume to the host: all but the ledgers.

    A mapping file on the host is never overwritten, but by the plan that was asked for: it may be under an editor.
    """
    list_all = ("--create", "--exclude=*.db*", ".")
    command = stack.command("run", "--rm", "--no-deps", "--no-TTY", "--entrypoint", "tar", SERVICE, *list_all)
    done = subprocess.run(command, env=stack.environment, capture_output=True, check=False)
    if done.returncode != 0:
        raise Failed(f"What stands on the volume could not be fetched: {done.stderr.decode(errors='replace').strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        for member in tar:
            path = folder / Path(member.name).name
            content = tar.extractfile(member) if member.isfile() else None
            kept = path.suffix == ".yaml" and path.exists() and path.name not in planned
            if content is not None and not kept:
                path.write_bytes(content.read())
