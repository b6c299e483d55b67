"""From a topic to what reads it: the site file's routes first, then the built-in ones; the first that matches wins."""

from dataclasses import dataclass

from hdh.errors import Misconfigured
from hdh.site import Route, Site, Template, parse_template
from ingest.decoders import DECODERS, Address, Decoder
from ingest.message import Fault, Ignored, Reason

ERROR_LEVEL = "error"
"""The last level of the topics on which errors are reported back."""

_COMMAND = "command"
_BUILT_IN = (
    Route("{project}/{house}/zigbee2mqtt/{device...}", "zigbee2mqtt"),
    Route("{project}/{house}/tele/{device}/{kind}", "tasmota"),
    Route("{project}/{house}/stat/{device}/{kind...}", _COMMAND),
    Route("{project}/{house}/cmnd/{device}/{kind...}", _COMMAND),
    Route("{project}/{house}/{room}/{device}/{quantity}", "value"),
    Route("{project}/{house}/{room}/{device}", "native"),
)
_TAGS = ("project", "house", "room", "device")


@dataclass(frozen=True, slots=True)
class Routed:
    """Where messages on a topic go: to this decoder, with what the topic says."""

    decoder: Decoder
    address: Address


class Router:
    """Finds a topic's decoder and address.

    Raises:
        Misconfigured: a route of the site file names a decoder that is not there; names the line.
    """

    def __init__(self, site: Site) -> None:
        self._projects = frozenset(project.id for project in site.projects)
        self._listed = ", ".join(project.id for project in site.projects)
        if problems := [text for i, route in enumerate(site.routes) if (text := _unknown_decoder(i, route))]:
            raise Misconfigured("\n".join(problems))
        routes = (*site.routes, *_BUILT_IN)
        self._routes: tuple[tuple[Template, Route], ...] = tuple((parse_template(r.topic), r) for r in routes)

    def find(self, topic: str) -> tuple[str | None, Routed | Fault | Ignored]:
        """The listed project that a topic belongs to, if any, and where its messages go."""
        levels = topic.split("/")
        if levels[-1] == ERROR_LEVEL:
            return self._listed_or_none(levels[0]), Ignored.ERROR_TOPIC
        for template, route in self._routes:
            captures = template.match(levels)
            if captures is not None:
                return self._follow(route, captures, levels)
        text = f"no route takes a topic of {len(levels)} levels such as this one."
        remedy = "Publish on <project>/<house>/<room>/<device>, or add a route to the site file."
        return self._listed_or_none(levels[0]), Fault(Reason.TOPIC, f"{text} {remedy}")

    def _follow(
        self, route: Route, captures: dict[str, str], levels: list[str]
    ) -> tuple[str | None, Routed | Fault | Ignored]:
        if empty := next((name for name, value in captures.items() if not value), None):
            text = f"the topic's level for the {empty} is empty. Publish on <project>/<house>/<room>/<device>."
            return self._listed_or_none(captures.get("project")), Fault(Reason.TOPIC, text)
        tags = {name: getattr(route, name) or captures.get(name, "") for name in _TAGS}
        project = tags["project"]
        if project not in self._projects:
            text = f"project {project[:80]!r} is not listed; listed are {self._listed}."
            return None, Fault(Reason.PROJECT, f"{text} Add it to the site file, or mend the topic.")
        if route.decoder == _COMMAND:
            return project, Ignored.COMMAND
        last = levels[-1]
        address = Address(**tags, quantity=captures.get("quantity", last), kind=captures.get("kind", last))
        decoder = DECODERS[route.decoder]
        directed = decoder.direct(address)
        return project, directed if isinstance(directed, Ignored) else Routed(decoder, directed)

    def _listed_or_none(self, project: str | None) -> str | None:
        return project if project in self._projects else None


def _unknown_decoder(index: int, route: Route) -> str | None:
    if route.decoder in DECODERS:
        return None
    known = ", ".join(sorted(DECODERS))
    return (
        f"site file:{route.line}: routes[{index}].decoder: there is no decoder {route.decoder!r}. Known are: {known}."
    )
