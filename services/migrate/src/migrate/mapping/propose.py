"""A mapping file for what was found in a source: run as it is where nothing is in doubt."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from hdh.site import Site
from hdh.site.values import check_level
from hdh.times import iso
from migrate.batch import FIELD, Found, SeriesFound
from migrate.mapping.guess import Meaning, meaning_of, place_keys
from migrate.mapping.rules import escaped

_MOST_RENAMED = 500


@dataclass(slots=True)
class Wishes:
    """What the one who plans has said already; None where nothing."""

    project: str | None = None
    house: str | None = None
    device: str | None = None


@dataclass(slots=True)
class _Rule:
    match: dict[str, str]
    meaning: Meaning
    series: list[SeriesFound] = field(default_factory=list)


def propose(source: dict[str, Any], found: Found, site: Site, wishes: Wishes, store: str | None) -> str:
    """The text of a mapping file.

    Args:
        source: the entry `source`.
        found: what is in it.
        site: for the names of projects and places.
        wishes: what is decided.
        store: the destination, or None to leave it to HDH_STORE_URL.
    """
    place, doubts = _place(found, site, wishes)
    rules = _rules(found.series)
    _keep_apart(place, rules, found.series)
    content: dict[str, Any] = {"source": source}
    if store:
        content["destination"] = {"store": store}
    content["place"] = place
    if renamed := _renamed(place, found.series, site):
        content["rename"] = renamed
    if doubts := [*found.doubts, *doubts]:
        content["doubts"] = doubts
    parts = [_dump({key: value}) for key, value in content.items()]
    parts.append("series:\n" + "".join(_entry(rule) for rule in rules))
    return "\n".join(parts)


def _place(found: Found, site: Site, wishes: Wishes) -> tuple[dict[str, str], list[str]]:
    """Where readings belong, with what is in doubt about it."""
    doubts: list[str] = []
    labels = {key: text for series in found.series for key, text in series.labels}
    ids = [project.id for project in site.projects]
    if wishes.project is None and "project" in labels:
        project = "{project}"
    elif wishes.project is None and {text for s in found.series for k, text in s.labels if k == "database"} <= set(ids):
        project = "{database}" if "database" in labels else ids[0]
    else:
        project = wishes.project or ids[0]
    if project == ids[0] and wishes.project is None and len(ids) > 1:
        doubts.append(f"The project is {project}, the first of those that are listed ({', '.join(ids)}).")
    keys = place_keys(labels)
    place = {"project": project}
    for part in ("house", "room", "device"):
        if key := keys.get(part):
            place[part] = f"{{{key}}}"
    if "file.first" in labels and "room" not in place and any(_has_room(series) for series in found.series):
        place["room"] = "{file.first}"
    place["house"] = wishes.house or place.get("house", "")
    if not place["house"]:
        place["house"] = "unassigned"
    place["device"] = wishes.device or place.get("device", "recorder" if "file" in labels else "unassigned")
    if any("file.middle" in dict(series.labels) for series in found.series) and "{" not in place["device"]:
        place["device"] += ".{file.middle}"
    return {key: text for key, text in place.items() if text}, doubts


def _has_room(series: SeriesFound) -> bool:
    labels = dict(series.labels)
    return labels.get("file.first") != labels.get("file.last")


def _rules(found: Iterable[SeriesFound]) -> list[_Rule]:
    rules: dict[tuple[tuple[str, str], ...], _Rule] = {}
    for series in found:
        meaning = meaning_of(series)
        labels = dict(series.labels)
        match = {meaning.key: escaped(labels[meaning.key])} if meaning.key in labels else {}
        if "measurement" in labels:
            match = {"measurement": escaped(labels["measurement"]), **match}
        if meaning.key != FIELD and "measurement" in labels:
            match[FIELD] = escaped(labels[FIELD])
        rule = rules.setdefault(tuple(sorted(match.items())), _Rule(match, meaning))
        rule.series.append(series)
        if meaning.doubt and not rule.meaning.doubt:
            rule.meaning = meaning
    return list(rules.values())


def _keep_apart(place: dict[str, str], rules: list[_Rule], found: list[SeriesFound]) -> None:
    """Let the device's name hold what else tells series apart, so that no two become one."""
    used = set(re.findall(r"\{([^{}]+)\}", " ".join(place.values())))
    goes: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for rule in rules:
        for series in rule.series:
            labels = dict(series.labels)
            key = (*(labels.get(name, "") for name in sorted(used)), rule.meaning.rest, rule.meaning.quantity)
            if labels not in goes.setdefault(key, []):
                goes[key].append(labels)
    differing: set[str] = set()
    for same in goes.values():
        for name in {name for labels in same for name in labels} - used - {"file", "file.last", "file.middle"}:
            if len({labels.get(name) for labels in same}) > 1:
                differing.add(name)
    order = [name for name in ("policy", "measurement", FIELD) if name in differing]
    tags = sorted(differing - set(order))
    chosen = tags or order
    if not chosen:
        return
    extra = ".".join(f"{{{name}}}" for name in chosen)
    known = place.get("device", "")
    place["device"] = extra if known in {"unassigned", ""} else f"{known}.{extra}"
    del found


def _renamed(place: dict[str, str], found: list[SeriesFound], site: Site) -> dict[str, dict[str, str]]:
    """Names that cannot stand in the destination, or that the site file spells otherwise."""
    houses = {house.id.casefold(): house.id for project in site.projects for house in project.houses}
    rooms = {r.id.casefold(): r.id for p in site.projects for house in p.houses for r in house.rooms}
    renamed: dict[str, dict[str, str]] = {}
    for part, listed in (("house", houses), ("room", rooms)):
        match = re.fullmatch(r"\{([^{}]+)\}", place.get(part, ""))
        texts = sorted({text for s in found for key, text in s.labels if match and key == match[1]})[:_MOST_RENAMED]
        for text in texts:
            other = listed.get(text.casefold()) or (
                _slug(text) if match and match[1].startswith("file") else _allowed(text)
            )
            if other != text:
                renamed.setdefault(part, {})[text] = other
    return renamed


def _allowed(text: str) -> str:
    try:
        return check_level(text)
    except ValueError:
        return _slug(text)


def _slug(text: str) -> str:
    return re.sub(r"[\s/+#\0$]+", "-", text.strip().lower()).strip("-")[:128] or "unnamed"


def _entry(rule: _Rule) -> str:
    meaning = rule.meaning
    entry: dict[str, Any] = {"match": rule.match, "quantity": meaning.quantity}
    if meaning.rest:
        entry["room"] = _slug(meaning.rest)
    if meaning.unit is not None:
        entry["unit"] = meaning.unit
    if meaning.doubt and meaning.known is not None:
        entry["doubt"] = meaning.doubt
    count = sum(series.count for series in rule.series)
    first, last = min(s.first for s in rule.series), max(s.last for s in rule.series)
    lows = [series.low for series in rule.series if series.low is not None]
    highs = [series.high for series in rule.series if series.high is not None]
    told = f"{len(rule.series):,} series, {count:,} readings seen, {_time(first)} to {_time(last)}"
    told += f", values {min(lows):g} to {max(highs):g}" if lows else ""
    lines = [f"  # {told}"]
    if meaning.known is None:
        lines.append(f"  # Unknown quantity: {meaning.doubt}")
    text = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=1000)
    return "\n".join(lines) + "\n" + "".join(f"  {line}\n" for line in text.splitlines())


def _time(ns: int) -> str:
    try:
        return iso(ns // 1_000_000)
    except OverflowError:
        return f"{ns} ns"


def _dump(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
