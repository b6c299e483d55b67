"""Replay's own publisher against a real broker: all is acknowledged, over lost connections too; refusals are told."""

import threading
from pathlib import Path
from threading import Event

import pytest

from hdh.errors import Misconfigured
from migrate.bulk import Publisher, publishing
from migrate.settings import MigrateSettings
from tests.common.eventually import eventually
from tests.common.servers import Mosquitto, unique
from tests.common.subscribing import subscribed

pytestmark = pytest.mark.mosquitto

MESSAGES = 60_000


def test_every_message_arrives_in_order(broker: Mosquitto) -> None:
    """Also those whose lengths take two and three bytes to spell."""
    topic = unique("bulk")
    sent = [b"x" * 300, b"y" * 70_000, *(b"%d" % number for number in range(2_000))]
    with subscribed(broker.port, f"{topic}/#") as messages:
        with publishing(MigrateSettings(broker_url=broker.url), unique("bulk"), 1_000, Event()) as publisher:
            for payload in sent:
                publisher.publish(f"{topic}/ä", payload)
            assert publisher.drain()
        eventually(lambda: len(messages) == len(sent))
    assert [payload for _, payload in messages] == sent


def test_more_messages_than_packets_have_numbers(broker: Mosquitto) -> None:
    """Numbers are used again once they are acknowledged."""
    topic, count = unique("bulk"), 70_000
    with publishing(MigrateSettings(broker_url=broker.url), unique("bulk"), 1_000, Event()) as publisher:
        for _ in range(count):
            publisher.publish(topic, b"1")
        assert publisher.drain()
    assert publisher.published == count


def test_a_broker_that_goes_away_costs_only_time(tmp_path: Path) -> None:
    """It is killed on the way and comes back: what it had not acknowledged is published again, and all is."""
    stop = Event()
    with Mosquitto(tmp_path / "mosquitto") as broker:
        settings = MigrateSettings(broker_url=broker.url)
        with publishing(settings, unique("bulk"), 100, stop) as publisher:
            publishing_all = threading.Thread(target=_publish_all, args=(publisher,), daemon=True)
            publishing_all.start()
            eventually(lambda: publisher.published > 500, every=0.005)
            broker.kill()
            assert publishing_all.is_alive()
            broker.start()
            publishing_all.join(60)
            assert not publishing_all.is_alive()
            assert publisher.published == MESSAGES


def test_a_refusal_is_told_with_the_remedy(tmp_path: Path) -> None:
    """A broker that lets nobody in without a password."""
    with Mosquitto(tmp_path / "mosquitto", extra="allow_anonymous false") as broker:
        settings = MigrateSettings(broker_url=broker.url)
        with publishing(settings, unique("bulk"), 10, Event()) as publisher:
            publisher.publish("a/b", b"1")
            with pytest.raises(Misconfigured, match=r"client: Not authorized\. Set the user in HDH_BROKER_URL"):
                publisher.drain()


def test_what_mqtt_cannot_carry_is_told_with_the_remedy(broker: Mosquitto) -> None:
    """The mapping file is where names are made shorter; a client's own name is a setting."""
    with publishing(MigrateSettings(broker_url=broker.url), unique("bulk"), 10, Event()) as publisher:
        with pytest.raises(Misconfigured, match=r"70,000 bytes; MQTT takes 65,535\. Give it shorter names under"):
            publisher.publish("a" * 70_000, b"1")
        publisher.publish(unique("bulk"), b"1")
        assert publisher.drain()
    with publishing(MigrateSettings(broker_url=broker.url), "c" * 70_000, 10, Event()) as publisher:
        publisher.publish("a", b"1")
        with pytest.raises(Misconfigured, match="Shorten HDH_MIGRATE_CLIENT_ID"):
            publisher.drain()


def _publish_all(publisher: Publisher) -> None:
    for number in range(MESSAGES):
        publisher.publish("toe/h/r/d", b"%d" % number)
    assert publisher.drain()
