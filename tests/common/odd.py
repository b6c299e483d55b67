"""A database of odd shapes, as years of different gateways leave it: names, types, policies, gaps, nanoseconds."""

import random
import urllib.error
from collections import Counter
from collections.abc import Callable, Iterator
from http import HTTPStatus

from tests.common.migrate import ask, create_bucket, post, post_bucket
from tests.common.servers import Influxd, Influxd2

POLICIES = ("autogen", "two years", "hours")
MAPPING = [
    {"match": {"measurement": "Wärme und mehr", "field": "Temp °C"}, "quantity": "temperature"},
    {"match": {"measurement": "Wärme und mehr", "field": "pulses"}, "quantity": "energy_total"},
    {"match": {"measurement": "Wärme und mehr", "field": "door open"}, "quantity": "contact"},
    {"match": {"measurement": "Wärme und mehr", "field": "said"}, "quantity": "note_text"},
    {"match": {"measurement": "internal*"}, "skip": "the server's own"},
]
PLACE = {"project": "toe", "house": "{tag.the house}", "room": "{tag.room}", "device": "{tag.dev}.{policy}"}
_LINES_AT_ONCE = 10_000
_TRIES = 10
_HOUSES = ("Talo 1", "House, the=second", "häuschen")
_YEARS = (1_350_000_000, 1_500_000_000, 1_500_300_000, 1_700_000_000)


def fill(server: Influxd, database: str, points: int) -> Counter[str]:
    """Make the database and write so many points to each policy; what a migration must count."""
    ask(server, f'CREATE DATABASE "{database}"')
    for policy in POLICIES[1:]:
        ask(server, f'CREATE RETENTION POLICY "{policy}" ON "{database}" DURATION INF REPLICATION 1')
    return _fill(points, lambda lines, policy: post(server, database, lines, policy))


def fill_buckets(server: Influxd2, database: str, points: int) -> Counter[str]:
    """The same in generation 2, whose buckets are called `database/policy`."""
    for policy in POLICIES:
        create_bucket(server, f"{database}/{policy}")
    return _fill(points, lambda lines, policy: post_bucket(server, f"{database}/{policy}", lines))


def _patiently(put: Callable[[str, str], None]) -> Callable[[str, str], None]:
    """A busy server answers 500 when a write takes it too long; the same points again do no harm."""

    def put_again(lines: str, policy: str) -> None:
        for _ in range(_TRIES):
            try:
                return put(lines, policy)
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
        return put(lines, policy)

    return put_again


def _fill(points: int, put: Callable[[str, str], None]) -> Counter[str]:
    put = _patiently(put)
    counts: Counter[str] = Counter()
    for policy in POLICIES:
        batch: list[str] = []
        for line in _lines(policy, points, counts):
            batch.append(line)
            if len(batch) == _LINES_AT_ONCE:
                put("\n".join(batch), policy)
                batch = []
        if batch:
            put("\n".join(batch), policy)
    put("internal\\ stuff x=1i 1500000000000000000", POLICIES[0])
    counts["skipped"] += 1
    return counts


def _lines(policy: str, points: int, counts: Counter[str]) -> Iterator[str]:
    drawn = random.Random(policy)
    for number in range(points):
        # Some years, with gaps of years between them.
        begin = _YEARS[number * len(_YEARS) // points]
        milliseconds = begin * 1000 + (number // 9) * 977
        nanoseconds = drawn.choice((0, 0, 1, 999_998))
        house, device = _HOUSES[number % 3], f"sensor {number // 3 % 3}"
        fields = [f"Temp\\ °C={drawn.uniform(-20, 30)!r}"]
        counts["written"] += 1
        if number % 4 == 0:
            large = number % 400 == 0
            fields.append(f"pulses={2**53 + 1 + number if large else number}i")
            counts["integers"] += 1
            counts["integers_rounded"] += large and number % 2 == 0
            counts["written"] += 1
        if number % 5 == 0:
            fields.append(f"door\\ open={drawn.choice(('t', 'F', 'true'))}")
            counts["booleans"] += 1
            counts["written"] += 1
        if number % 50 == 0:
            fields.append(f'said="ä, \\"{number}\\" = x"')
            counts["written"] += 1
        counts["times_cut"] += len(fields) if nanoseconds else 0
        place = "the\\ house=" + house.replace(",", "\\,").replace(" ", "\\ ").replace("=", "\\=")
        tags = f"{place},room=Küche\\ {number % 2},dev={device.replace(' ', chr(92) + ' ')}"
        yield f"Wärme\\ und\\ mehr,{tags} {','.join(fields)} {milliseconds * 1_000_000 + nanoseconds}"
        if number % 1000 == 0:
            # A second point of the series in the same millisecond.
            yield f"Wärme\\ und\\ mehr,{tags} Temp\\ °C=99 {milliseconds * 1_000_000 + nanoseconds + 1}"
            counts["rejected"] += 1
            counts["times_cut"] += 1
