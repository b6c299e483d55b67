"""The stack as Docker Compose sees it: its files, its environment, its commands."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STORES = ("influxdb2", "influxdb1", "sqlite")
BASE_IMAGES = ROOT / "infra" / "base-images" / "images.env"


class Failed(Exception):
    """Something the one at the terminal can mend: the sentence says what is wrong and what to do."""


def output(*command: str, env: dict[str, str] | None = None) -> str:
    """What a command prints.

    Raises:
        subprocess.CalledProcessError: it failed; `stderr` says why.
    """
    return subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout


def works(*command: str) -> bool:
    """Whether a command ends well."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@dataclass(frozen=True)
class Stack:
    """One stack on the engine that the docker command speaks with.

    Attributes:
        project: the Compose project's name; volumes and networks begin with it.
        store: one of STORES.
        demo: with the simulator; None: whatever of it runs is meant as well.
        development: with the sources of this folder in the containers.
        base_images: with the images of infra/base-images.
    """

    project: str = "hdh"
    store: str = STORES[0]
    demo: bool | None = False
    development: bool = False
    base_images: bool = False

    def command(self, *arguments: str) -> list[str]:
        """`docker compose` with this stack's files."""
        names = ["compose", self.store, *(["development"] if self.development else [])]
        files = [word for name in names for word in ("-f", str(ROOT / "compose" / f"{name}.yaml"))]
        env_files = [BASE_IMAGES] if self.base_images else []
        env_files += [ROOT / ".env"] if (ROOT / ".env").exists() else []
        # Naming one keeps Compose from looking for others.
        env_words = [word for path in env_files or [Path(os.devnull)] for word in ("--env-file", str(path))]
        profile = [] if self.demo is False else ["--profile", "demo" if self.demo else "*"]
        return ["docker", "compose", "-p", self.project, *files, *env_words, *profile, *arguments]

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment of these commands: the caller's, and what can be told from here."""
        env = dict(os.environ)
        # Where package downloads are checked by certificates of this host's own, the build needs them as well.
        bundle = env.get("SSL_CERT_FILE", "")
        if "BUILD_CA_FILE" not in env and bundle and Path(bundle).is_file():
            env["BUILD_CA_FILE"] = bundle
        if "HDH_REVISION" not in env and shutil.which("git"):
            found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
            env["HDH_REVISION"] = found.stdout.strip()
        site = env.get("SITE_FILE")
        if site:
            env["SITE_FILE"] = str((ROOT / site).resolve())
        elif self.demo:
            env["SITE_FILE"] = str(ROOT / "infra" / "demo" / "site.yaml")
        return env

    def run(self, *arguments: str, quiet: bool = False) -> bool:
        """Run a command of Compose at the terminal; whether it ended well."""
        return (
            subprocess.run(self.command(*arguments), env=self.environment, capture_output=quiet, check=False).returncode
            == 0
        )

    def read(self, *arguments: str) -> str:
        """What a command of Compose prints.

        Raises:
            Failed: it failed, with Compose's words.
        """
        try:
            return output(*self.command(*arguments), env=self.environment)
        except subprocess.CalledProcessError as error:
            raise Failed(error.stderr.strip()) from error

    @cached_property
    def config(self) -> dict[str, Any]:
        """What Compose makes of the files and the environment."""
        try:
            config: dict[str, Any] = json.loads(self.read("config", "--format", "json"))
        except Failed as failed:
            raise Failed(f"Compose refuses a variable ({failed}): compose/README.md says what each may be.") from None
        return config

    def site(self) -> Path:
        """The site file."""
        mounts = self.config["services"]["ingest"]["volumes"]
        return Path(next(mount["source"] for mount in mounts if mount["target"] == "/config/site.yaml"))

    def tell_site(self) -> None:
        """Tell Compose by its digest what the site file says: who started under another one is made anew."""
        self.environment["SITE_DIGEST"] = hashlib.sha256(self.site().read_bytes()).hexdigest()

    def running(self) -> dict[str, str]:
        """The id of each container that runs, by service."""
        return {each["Service"]: each["ID"] for each in self.containers() if each["State"] == "running"}

    def made_tokens(self, seconds: float) -> bool:
        """Whether set-up made tokens of the store within the last so many seconds."""
        if "setup-store" not in self.config["services"]:
            return False
        said = self.read("logs", "--no-log-prefix", "--since", f"{int(seconds) + 1}s", "setup-store")
        return "store: wrote " in said

    def volumes(self) -> list[str]:
        """The names of the volumes that hold what lasts."""
        return sorted(volume["name"] for volume in self.config["volumes"].values())

    def containers(self) -> list[dict[str, Any]]:
        """Service, state, health and exit code of each container, also of those that ended."""
        lines = self.read("ps", "--all", "--format", "json").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
