"""Data put straight into a store."""

from collections.abc import Iterable, Mapping

from hdh.model import Place, Point
from hdh.quantities import catalogue
from hdh.store import open_admin, open_writer


def put(url: str, projects: Mapping[str, Iterable[Point]]) -> None:
    """Create the projects and write their points; none may be refused."""
    admin, writer = open_admin(url), open_writer(url)
    try:
        for project, points in projects.items():
            admin.create_project(project)
            if written := list(points):
                assert not writer.write(project, written)
    finally:
        writer.close()
        admin.close()


def points(place: Place, quantity: str, readings: Mapping[int, float | str]) -> list[Point]:
    """A series' readings as points, by their times."""
    measurement = catalogue().measurement_of(quantity)
    return [Point(measurement, place, time, {quantity: value}) for time, value in readings.items()]
