"""What is written down fits what is there: variables, links, and the rules for files."""

import importlib
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from hdh.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent for path in (ROOT / "services").glob("*/pyproject.toml"))
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DEMO = {"HDH_DEMO_DIR", "HDH_DEMO_BROKER"}
LONGEST = 400


def tracked(*patterns: str) -> list[Path]:
    """The files of the project, also those not yet committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for line in listed.splitlines() if (path := ROOT / line).is_file()]


def variables(service: Path) -> set[str]:
    """All that a service reads from its environment."""
    return read_by(f"{service.name}.settings")


def read_by(name: str) -> set[str]:
    """All that the settings of a module read."""
    module = importlib.import_module(name)
    found = [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, Settings)]
    return {f"{PREFIX}{name.upper()}" for settings in found for name in settings.model_fields}


def readme(service: Path) -> str:
    """Its README."""
    return (service / "README.md").read_text(encoding="utf-8")


EVERY = sorted(
    {variable for service in SERVICES for variable in variables(service)} | read_by("hdh.client.connection") | DEMO
)


@pytest.mark.parametrize("variable", EVERY)
def test_every_variable_stands_in_the_example_once(variable: str) -> None:
    """`.env.example` is the list of all that can be set."""
    assert len(re.findall(rf"^#?{variable}=", EXAMPLE, re.MULTILINE)) == 1


def test_the_example_names_nothing_that_is_not_read() -> None:
    """A variable that was renamed does not stay behind."""
    assert sorted(re.findall(r"^#?(HDH_\w+)=", EXAMPLE, re.MULTILINE)) == EVERY


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_every_variable_stands_in_its_services_table(service: Path) -> None:
    """A service's README tells all that it reads, and nothing that it does not."""
    documented = set(re.findall(r"^\|.*?`(HDH_\w+)`", readme(service), re.MULTILINE))
    assert variables(service) == {name for name in documented if not name.endswith("_FILE") or name in EVERY}


@pytest.mark.parametrize("service", ["ingest", "api"])
def test_every_limit_can_be_set_in_the_stack(service: str) -> None:
    """What is a number is no matter of the stack's own wiring: Compose passes it on as the operator gives it."""
    module = importlib.import_module(f"{service}.settings")
    fields = vars(module)[f"{service.capitalize()}Settings"].model_fields
    limits = {f"{PREFIX}{name.upper()}" for name, field in fields.items() if field.annotation in {int, float}}
    stack = yaml.safe_load((ROOT / "compose" / "compose.yaml").read_text(encoding="utf-8"))
    given = stack["services"][service]["environment"]
    assert {name: given.get(name, "missing") for name in limits} == dict.fromkeys(limits)


@pytest.mark.parametrize("path", tracked("*.md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """A relative link names a file or folder that is there."""
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_no_file_names_a_place_of_one_machine() -> None:
    """What holds on one machine only has no place in the project."""
    place = re.compile(r"(?<![\w.~-])/(?:root|work|home/\w+)/")
    texts = {path: path.read_text(encoding="utf-8", errors="ignore") for path in tracked() if path.name != "uv.lock"}
    assert [str(path.relative_to(ROOT)) for path, text in texts.items() if place.search(text)] == []


def test_no_module_is_too_long() -> None:
    """A module that outgrows this wants two names."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in tracked("*.py")}
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LONGEST} == {}
