"""Set-up of a real store that was just started, and again."""

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hdh.errors import Misconfigured
from hdh.model import ALL_TIME, Place, Point
from hdh.store import open_admin, open_reader, open_writer
from hdh.store.interface import Selection
from hdh.times import now_ms
from operate.main import app
from tests.common.servers import Influxd, Influxd2, Server

NOW = now_ms()
"""No retention of these projects may have passed."""


class FreshInfluxd2(Influxd2):
    """One that nobody has set up."""

    def ready(self) -> bool:
        """It is up."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2) as answer:
            return bool(json.load(answer)["status"] == "pass")


class Stack:
    """A store without an administrator, a site file and an empty folder for credentials."""

    def __init__(self, folder: Path, server: Influxd | FreshInfluxd2) -> None:
        self.server = server
        self.credentials = folder / "credentials"
        self.credentials.mkdir()
        self.site = folder / "site.yaml"

    def list_projects(self, **retentions: str) -> None:
        """Write a site file of these projects."""
        projects = [{"id": name, "timezone": "UTC", "retention": kept} for name, kept in retentions.items()]
        self.site.write_text(json.dumps({"projects": projects}))

    def set_up(self, **env: str) -> Result:
        """Run `operate setup --store`."""
        return CliRunner().invoke(
            app,
            ["setup", "--store"],
            env={
                "HDH_STORE_URL": self.server.url,
                "HDH_SITE_FILE": str(self.site),
                "HDH_OPERATE_CREDENTIALS_DIR": str(self.credentials),
                "HDH_OPERATE_WAIT_SECONDS": "0",
                **env,
            },
        )

    def token(self, name: str) -> str:
        """A token that set-up made."""
        return (self.credentials / name / "store.token").read_text().strip()

    def files(self) -> dict[str, str]:
        """All credentials."""
        return {str(path): path.read_text() for path in self.credentials.rglob("*") if path.is_file()}

    def write(self, project: str, token: str) -> None:
        """Write a point."""
        writer = open_writer(self.server.url, token)
        try:
            point = Point("climate", Place("h", "r", "d"), NOW, {"temperature": 21.5})
            assert writer.write(project, [point]) == []
        finally:
            writer.close()

    def read(self, project: str, token: str) -> list[float]:
        """Read all values."""
        reader = open_reader(self.server.url, token)
        try:
            return [value for chunk in reader.read(Selection(project), ALL_TIME) for value in chunk.value.tolist()]
        finally:
            reader.close()

    def retentions(self) -> dict[str, int | None]:
        """The projects as the store has them."""
        admin = open_admin(self.server.url, self.token("admin"))
        try:
            return admin.projects()
        finally:
            admin.close()


def _server(generation: int, folder: Path) -> Server:
    if generation == 2:
        return FreshInfluxd2(folder)
    return Influxd(folder, INFLUXDB_HTTP_AUTH_ENABLED="true")


@pytest.fixture(
    params=[pytest.param(1, marks=pytest.mark.influxdb1), pytest.param(2, marks=pytest.mark.influxdb2)],
    ids=["generation 1", "generation 2"],
)
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    """A fresh server of each generation, and two projects."""
    with _server(request.param, tmp_path / "store") as server:
        assert isinstance(server, Influxd | FreshInfluxd2)
        stack = Stack(tmp_path, server)
        stack.list_projects(one="forever", two="90d")
        yield stack


def test_a_fresh_store_gets_projects_and_tokens(stack: Stack) -> None:
    """Ingest may only write, the api may only read, each project is there with its retention."""
    result = stack.set_up()

    assert result.exit_code == 0, result.output
    assert stack.retentions() == {"one": None, "two": 90 * 86_400_000}
    stack.write("one", stack.token("ingest"))
    assert stack.read("one", stack.token("api")) == [21.5]
    with pytest.raises(Misconfigured):
        stack.write("two", stack.token("api"))
    with pytest.raises(Misconfigured):
        stack.read("one", stack.token("ingest"))


def test_only_the_owner_can_read_the_credentials(stack: Stack) -> None:
    """Files are 0600 and folders 0700."""
    stack.set_up()

    modes = {oct(path.stat().st_mode & 0o777) for path in stack.credentials.rglob("*") if path.is_file()}
    assert {"0o600"} == modes
    assert {oct(path.stat().st_mode & 0o777) for path in stack.credentials.rglob("*") if path.is_dir()} == {"0o700"}


def test_run_again_changes_nothing(stack: Stack) -> None:
    """A second run says so, and leaves every file and every token."""
    stack.set_up()
    before = stack.files()

    result = stack.set_up()

    assert result.output == "store: everything is there\n"
    assert before == stack.files()
    stack.write("one", stack.token("ingest"))


@pytest.mark.parametrize("missing", ["ingest/store.token", "api/store.token", "admin/tokens.json"])
def test_what_is_missing_is_made_anew(stack: Stack, missing: str) -> None:
    """A token whose file is gone is replaced; with the record gone the tokens still hold and are left alone."""
    stack.set_up()
    (stack.credentials / missing).unlink()

    result = stack.set_up()

    assert result.exit_code == 0, result.output
    stack.write("one", stack.token("ingest"))
    assert stack.read("one", stack.token("api")) == [21.5]


def test_a_token_that_the_store_lost_is_made_anew(stack: Stack) -> None:
    """The file alone is not believed."""
    stack.set_up()
    admin = open_admin(stack.server.url, stack.token("admin"))
    admin.revoke_token("ingest")
    admin.close()

    stack.set_up()

    stack.write("one", stack.token("ingest"))


def test_a_project_that_the_site_file_gained_is_added(stack: Stack) -> None:
    """It can be written and read, the others still can, and their data is there."""
    stack.set_up()
    stack.write("one", stack.token("ingest"))
    stack.list_projects(one="forever", two="90d", three="1y")

    result = stack.set_up()

    assert "store: project three: made" in result.output
    stack.write("three", stack.token("ingest"))
    assert stack.read("three", stack.token("api")) == [21.5]
    assert stack.read("one", stack.token("api")) == [21.5]


def test_a_project_that_the_site_file_lost_keeps_its_data(stack: Stack) -> None:
    """Nothing is dropped and no token changes: a slip in the site file must not cost anything."""
    stack.set_up()
    stack.write("two", stack.token("ingest"))
    before = stack.files()
    stack.list_projects(one="forever")

    stack.set_up()

    assert before == stack.files()
    assert stack.read("two", stack.token("api")) == [21.5]


def test_a_changed_retention_is_brought_to_the_store(stack: Stack) -> None:
    """The site file decides how long readings are kept."""
    stack.set_up()
    stack.list_projects(one="30d", two="90d")

    result = stack.set_up()

    assert result.output == "store: project one: retention is now 30 days\n"
    assert stack.retentions()["one"] == 30 * 86_400_000


def test_a_token_of_the_operators_own_is_left_alone(stack: Stack) -> None:
    """Set-up never replaces a right that it did not give, nor widens it."""
    stack.set_up()
    (stack.credentials / "ingest" / "store.token").write_text("narrower:token\n")
    stack.list_projects(one="forever", two="90d", three="1y")

    result = stack.set_up()

    assert stack.token("ingest") == "narrower:token"
    assert "store: ingest/store.token was not made by set-up and is left as it is" in result.output


def test_a_crash_after_the_first_file_is_continued(stack: Stack) -> None:
    """The administrator's token is on disk before the server knows it, so the next run goes on with it."""
    folder = stack.credentials / "admin"
    folder.mkdir()
    token = "admin:half-way-there-and-long-enough" if isinstance(stack.server, Influxd) else "half-way-there"
    (folder / "store.token").write_text(token)

    result = stack.set_up()

    assert result.exit_code == 0, result.output
    assert token == stack.token("admin")
    stack.write("one", stack.token("ingest"))


def test_a_store_of_another_administrator_is_told(stack: Stack) -> None:
    """Credentials that are lost while the store is not: one sentence with the remedy, and nothing made up."""
    stack.set_up()
    for path in stack.credentials.iterdir():
        if path.is_dir():
            shutil.rmtree(path)

    result = stack.set_up()

    assert result.exit_code == 2
    assert "restore the credentials" in result.output
    assert re.search(r"admin/store\.token", result.output)


def test_an_administrator_from_elsewhere_can_be_given(stack: Stack) -> None:
    """HDH_STORE_ADMIN_TOKEN_FILE stands in for the token that set-up would make."""
    stack.set_up()
    elsewhere = stack.credentials.parent / "elsewhere"
    elsewhere.write_text(stack.token("admin"))
    for path in stack.credentials.iterdir():
        if path.is_dir():
            shutil.rmtree(path)

    result = stack.set_up(HDH_STORE_ADMIN_TOKEN_FILE=str(elsewhere))

    assert result.exit_code == 0, result.output
    stack.write("one", stack.token("ingest"))
    assert not (stack.credentials / "admin" / "store.token").exists()


@pytest.mark.influxdb1
def test_a_store_that_lets_everybody_in_is_refused(tmp_path: Path) -> None:
    """Generation 1 comes without authentication; tokens would be a show there."""
    with Influxd(tmp_path / "store") as server:
        stack = Stack(tmp_path, server)
        stack.list_projects(one="forever")

        result = stack.set_up()

    assert result.exit_code == 2
    assert "INFLUXDB_HTTP_AUTH_ENABLED=true" in result.output
    assert [path.name for path in stack.credentials.iterdir() if path.name != ".lock"] == []


def test_a_store_that_is_away_is_told(tmp_path: Path) -> None:
    """Set-up waits as long as it is told to, then says who does not answer."""
    stack = Stack(tmp_path, Influxd(tmp_path / "never-started"))
    stack.list_projects(one="forever")

    result = stack.set_up()

    assert result.exit_code == 2
    assert f"The store at http://127.0.0.1:{stack.server.port} does not answer" in result.output


def test_sqlite_needs_no_set_up(tmp_path: Path) -> None:
    """One sentence, and success, so that every choice of store can have the same steps."""
    env = {"HDH_STORE_URL": f"sqlite:///{tmp_path}/store.db", "HDH_OPERATE_CREDENTIALS_DIR": str(tmp_path)}

    result = CliRunner().invoke(app, ["setup", "--store"], env=env)

    assert result.exit_code == 0
    assert result.output == "store: SQLite needs no set-up: ingest makes the projects.\n"
