"""Migrations in tests: mapping files, and `migrate` run as a process of its own or within the test's."""

import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from threading import Event
from typing import Any

import yaml

from migrate.job import Job, open_job
from migrate.progress import Quiet
from migrate.report import Report
from migrate.settings import MigrateSettings
from tests.common.servers import Influxd, Influxd2

PROGRAM = Path(sys.executable).with_name("migrate")


def command(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `migrate` as one would at the keyboard."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("HDH_")} | variables
    return subprocess.run([PROGRAM, *arguments], env=env, capture_output=True, text=True, timeout=120, check=False)


def write_mapping(path: Path, **content: Any) -> Path:
    """Write a mapping file."""
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def opened(mapping: Path, **settings: Any) -> Job:
    """The job of a mapping file; the caller closes it."""
    return open_job(mapping, MigrateSettings(**settings), Event())


def move(mapping: Path, **settings: Any) -> str:
    """Run a migration; its sentence."""
    job = opened(mapping, **settings)
    try:
        return job.run(Quiet("move"), None).sentence
    finally:
        job.close()


def verified(mapping: Path, **settings: Any) -> Report:
    """Verify a migration."""
    job = opened(mapping, **settings)
    try:
        return job.verify(Quiet("verify"))
    finally:
        job.close()


def rejected(mapping: Path) -> str:
    """The reject file of a mapping, empty without one."""
    path = mapping.with_name(f"{mapping.stem}.rejected.csv")
    return path.read_text(encoding="utf-8") if path.exists() else ""


def undoubted(mapping: Path) -> None:
    """Take the doubts out of a mapping file, as a person does who has decided them."""
    text = re.sub(r"^doubts:\n(- .*\n(  .*\n)*)+", "", mapping.read_text(encoding="utf-8"), flags=re.MULTILINE)
    mapping.write_text(re.sub(r"^ *doubt: .*\n", "", text, flags=re.MULTILINE), encoding="utf-8")


def ask(server: Influxd, statement: str) -> Any:
    """What an InfluxDB answers to a statement."""
    body = urllib.parse.urlencode({"q": statement}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/query", body, timeout=60) as answer:
        return json.load(answer)


def post(server: Influxd, database: str, lines: str, policy: str = "autogen") -> None:
    """Write lines of line protocol, with times in nanoseconds."""
    query = urllib.parse.urlencode({"db": database, "rp": policy})
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/write?{query}", lines.encode())
    with urllib.request.urlopen(request, timeout=120) as answer:
        assert answer.status == 204


def post_bucket(server: Influxd2, bucket: str, lines: str) -> None:
    """Write lines to a bucket of generation 2, with times in nanoseconds."""
    query = urllib.parse.urlencode({"org": server.org, "bucket": bucket})
    _api(server, f"write?{query}", lines.encode())


def create_bucket(server: Influxd2, bucket: str) -> None:
    """Create a bucket that keeps everything."""
    (org,) = json.loads(_api(server, f"orgs?org={server.org}"))["orgs"]
    _api(server, "buckets", json.dumps({"orgID": org["id"], "name": bucket, "retentionRules": []}).encode())


def _api(server: Influxd2, path: str, body: bytes | None = None) -> bytes:
    headers = {"Authorization": f"Token {server.token}", "Content-Type": "text/plain"}
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/api/v2/{path}", body, headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        content: bytes = answer.read()
        return content
