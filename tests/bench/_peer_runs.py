"""One run of what ingest is compared with: the same broker, the same gateway, all that was stored counted."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from hdh.store import open_admin
from tests.bench._ingest_run import Outcome, program, publishing, stored
from tests.bench._messages import PROJECT, start_of_times
from tests.common.servers import Influxd, Influxd2, Mosquitto, unique

_PATIENCE_SECONDS = 120
_EVERY_SECONDS = 0.1
_TELEGRAF = """
[agent]
  interval = "1s"
  flush_interval = "200ms"
  metric_batch_size = 5000
  metric_buffer_limit = 100000
  omit_hostname = true
  quiet = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:{port}"]
  topics = ["#"]
  qos = 1
  persistent_session = true
  client_id = "telegraf"
  max_undelivered_messages = 20000
  topic_tag = ""
  data_format = "json"
  json_time_key = "time"
  json_time_format = "unix_ms"
  name_override = "climate"
  [[inputs.mqtt_consumer.topic_parsing]]
    topic = "+/+/+/+"
    tags = "_/house/room/device"
[[outputs.influxdb]]
  urls = ["http://127.0.0.1:{store}"]
  database = "{project}"
  skip_database_creation = true
"""


def stock_paho(folder: Path, kind: str, count: int) -> float:
    """Microseconds of CPU a message of stock paho-mqtt that only receives."""
    with (
        Mosquitto(folder / unique("paho")) as broker,
        program("tests.bench._peers", broker.port, count) as peer,
        _gateway(broker, kind, count),
    ):
        assert peer.stdout is not None
        return float(peer.stdout.readline().split()[0]) / count * 1e6


def influxdb_client(folder: Path, count: int) -> Outcome:
    """Stock paho-mqtt with the batching API of influxdb-client, to the server of generation 2 that INFLUXD2 names."""
    folder = folder / unique("client")
    with Mosquitto(folder / "broker") as broker, Influxd2(folder / "influxd") as store, ExitStack() as stack:
        _create(store.url, store.token)
        options = ["--write", f"http://127.0.0.1:{store.port}", store.token, store.org]
        peer = stack.enter_context(program("tests.bench._peers", broker.port, count, *options))
        assert peer.stdout is not None
        with _gateway(broker, "native", count) as began:
            cpu, memory = map(float, peer.stdout.readline().split())
            seconds = time.monotonic() - began
        return Outcome(count, stored(store.url, store.token), cpu, seconds, int(memory))


def telegraf(folder: Path, count: int) -> Outcome:
    """The Telegraf that TELEGRAF names, with the settings at which it was found to be fastest."""
    folder = folder / unique("telegraf")
    window = "max_inflight_messages 20000"
    with Mosquitto(folder / "broker", extra=window) as broker, Influxd(folder / "influxd") as store:
        _create(store.url, None)
        config = folder / "telegraf.conf"
        config.write_text(_TELEGRAF.format(port=broker.port, store=store.port, project=PROJECT))
        with _telegraf(config, broker) as process:
            before = process.cpu_times()
            with _gateway(broker, "native", count) as began:
                found = _wait_until_stored(store.url, count)
                seconds, used = time.monotonic() - began, process.cpu_times()
            memory = process.memory_info().rss
        return Outcome(count, found, used.user + used.system - before.user - before.system, seconds, memory)


@contextmanager
def _telegraf(config: Path, broker: Mosquitto) -> Iterator[psutil.Process]:
    command = shutil.which(os.environ["TELEGRAF"])
    assert command, "TELEGRAF names no program"
    with (
        config.with_suffix(".log").open("wb") as log,
        subprocess.Popen([command, "--config", str(config)], stderr=log) as process,
    ):
        try:
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while "telegraf" not in broker.log.read_text():
                assert time.monotonic() < deadline, config.with_suffix(".log").read_text()
                time.sleep(_EVERY_SECONDS)
            time.sleep(1)
            yield psutil.Process(process.pid)
        finally:
            process.kill()


@contextmanager
def _gateway(broker: Mosquitto, kind: str, count: int) -> Iterator[float]:
    """A gateway that publishes from here on, and when it began; at the end the broker has acknowledged all."""
    with publishing(broker.port, kind, 0, count, start_of_times()) as output:
        yield time.monotonic()
        assert int(output.readline()) == count


def _create(url: str, token: str | None) -> None:
    admin = open_admin(url, token)
    try:
        admin.create_project(PROJECT, None)
    finally:
        admin.close()


def _wait_until_stored(url: str, count: int) -> int:
    """How many are stored, as soon as it is all of them or no more come."""
    seen, changed = 0, time.monotonic()
    while seen < count and time.monotonic() < changed + 10:
        time.sleep(_EVERY_SECONDS)
        if (found := stored(url)) != seen:
            seen, changed = found, time.monotonic()
    return seen
