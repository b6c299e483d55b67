"""The site file gains a project, or credentials are lost, while the stack runs."""

import json
from pathlib import Path

import pytest

from tests.common.eventually import eventually
from tests.stack.gateway import Gateway
from tests.stack.stack import Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


def test_a_project_that_the_site_file_gained_is_written_and_read(stack: Stack, tmp_path: Path) -> None:
    """`make up` is all it takes: rights, tokens, who holds them; the others keep their data and their gateways."""
    old = stack.card("before", "storm", "before")
    with Gateway(old, stack.broker_port) as gateway:
        gateway.publish([(1, "storm/before/room/device", json.dumps({"time": 1_700_000_000, "temperature": 20.5}))])
    eventually(lambda: "before,room,device,temperature,20.5" in stack.readings("storm"))
    before = stack.checksum("storm")
    site = tmp_path / "site.yaml"
    site.write_text(Path(stack.env["SITE_FILE"]).read_text() + "  - {id: grown, timezone: Europe/Helsinki}\n")
    stack.env["SITE_FILE"] = str(site)

    stack.make("up")

    new = stack.card("grown", "grown", "house")
    assert new["port"] == stack.broker_port
    with Gateway(new, stack.broker_port) as gateway, Gateway(old, stack.broker_port) as known:
        gateway.publish([(1, "grown/house/room/device", json.dumps({"time": 1_700_000_000, "temperature": 21.5}))])
        assert known.connected
    row = "2023-11-15T00:13:20+02:00,grown,house,room,device,temperature,21.5,Cel"
    eventually(lambda: row in stack.readings("grown"))
    assert stack.readings("grown").splitlines() == ["time,project,house,room,device,quantity,value,unit", row]
    assert stack.checksum("storm") == before


def test_what_was_lost_is_made_anew_and_taken_up(stack: Stack) -> None:
    """`make up` starts who held the lost token again; the lost API key is replaced, and is worth nothing."""
    lost = stack.key()
    stack.credentials("rm ingest/store.token api/first.key")
    stack.make("up")

    with Gateway(stack.card("later", "storm", "later"), stack.broker_port) as gateway:
        gateway.publish([(1, "storm/later/room/device", json.dumps({"time": 1_700_000_000, "temperature": 22.5}))])

    eventually(lambda: "later,room,device,temperature,22.5,Cel" in stack.readings("storm"))
    assert stack.get("/v1/projects", key=lost).status_code == 401
