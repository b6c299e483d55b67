"""The simulator and a real broker: every message arrives, also when the broker goes away meanwhile."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.common.eventually import eventually
from tests.common.servers import Mosquitto, free_port, unique
from tests.common.subscribing import subscribed

pytestmark = pytest.mark.mosquitto

SIMULATOR = str(Path(sys.executable).with_name("simulator"))


def environment(port: int, **more: str) -> dict[str, str]:
    """The simulator's variables."""
    return os.environ | {"HDH_BROKER_URL": f"mqtt://127.0.0.1:{port}", "HDH_SIMULATOR_CLIENT_ID": unique("sim")} | more


def record(folder: Path, count: int) -> Path:
    """A file of so many readings, a second apart."""
    path = folder / "Hall_Temperature.csv"
    path.write_text("".join(f"{1_700_000_000 + n}\t{n}\n" for n in range(count)))
    return path


def test_replay_publishes_every_reading(broker: Mosquitto, tmp_path: Path) -> None:
    """It ends when all are acknowledged, and says how many."""
    house = unique("house")
    path = record(tmp_path, 3000)
    with subscribed(broker.port, f"toe/{house}/#") as heard:
        command = [SIMULATOR, "replay", str(path), "--project", "toe", "--house", house]
        done = subprocess.run(command, env=environment(broker.port), capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert re.fullmatch(r"3,000 messages published and acknowledged in [0-9.]+ s\.\n", done.stdout)
        eventually(lambda: len(heard) == 3000)
    sent = [f'{{"time":{1_700_000_000 + n},"temperature":{n}}}'.encode() for n in range(3000)]
    assert [payload for _, payload in heard] == sent


def test_a_broker_that_goes_away_loses_nothing(tmp_path: Path) -> None:
    """What was not acknowledged is published again."""
    path = record(tmp_path, 20_000)
    with Mosquitto(tmp_path / "broker") as server, subscribed(server.port, "toe/#") as heard:
        command = [SIMULATOR, "replay", str(path), "--project", "toe"]
        process = subprocess.Popen(command, env=environment(server.port), stdout=subprocess.PIPE, text=True)
        eventually(lambda: len(heard) > 1000)
        server.stop()
        server.start()
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert re.match(r"20,000 messages", output)
        eventually(lambda: len(set(heard)) == 20_000)


def test_replay_waits_for_a_broker_that_is_not_there_yet(tmp_path: Path) -> None:
    """It says so and tries again."""
    path = record(tmp_path, 10)
    port = free_port()
    with (tmp_path / "errors").open("w+") as errors:
        process = subprocess.Popen([SIMULATOR, "replay", str(path)], env=environment(port), stderr=errors)
        eventually(lambda: "cannot be reached" in (tmp_path / "errors").read_text())
        with Mosquitto(tmp_path / "broker", port):
            assert process.wait(90) == 0


def test_run_goes_on_where_it_stopped(broker: Mosquitto, tmp_path: Path) -> None:
    """The past is published once; SIGTERM ends it with 0; the second start does not repeat it."""
    state = {"HDH_SIMULATOR_STATE_FILE": str(tmp_path / "state.json")}
    for _ in range(2):
        with subscribed(broker.port, "healthy-digital-house/koivula/kitchen/meter") as heard:
            command = [SIMULATOR, "run", "--backfill", "6h"]
            process = subprocess.Popen(
                command, env=environment(broker.port, **state), stderr=subprocess.PIPE, text=True
            )
            assert process.stderr is not None
            lines = iter(process.stderr.readline, "")
            assert any("publishing live" in line for line in lines)
            process.send_signal(signal.SIGTERM)
            process.stderr.close()
            assert process.wait(60) == 0
            last = list(heard)
    assert len(last) < 5


@pytest.mark.parametrize(
    ("arguments", "variables", "sentence"),
    [
        (["run", "--speed", "fast"], {}, "--speed='fast'"),
        (["run", "--backfill", "7"], {}, "--backfill='7'"),
        (["run"], {"HDH_BROKER_URL": "http://x"}, "HDH_BROKER_URL"),
        (["run"], {"HDH_SIMULATOR_INFLIGHT": "0"}, "HDH_SIMULATOR_INFLIGHT"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(arguments: list[str], variables: dict[str, str], sentence: str) -> None:
    """Exit code 2, the name of what to change, no stack trace."""
    done = subprocess.run(
        [SIMULATOR, *arguments], env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
