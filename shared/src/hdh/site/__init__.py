"""The site file: what is listed, where it stands, and how topics are read."""

from hdh.site.load import load_site, parse_site
from hdh.site.model import Assignment, Device, House, Project, Room, Route, Site, TimeSource
from hdh.site.schema import json_schema
from hdh.site.template import Template, parse_template

__all__ = [
    "Assignment",
    "Device",
    "House",
    "Project",
    "Room",
    "Route",
    "Site",
    "Template",
    "TimeSource",
    "json_schema",
    "load_site",
    "parse_site",
    "parse_template",
]
