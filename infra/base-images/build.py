"""Build the base images from Debian packages, for hosts that reach no image registry.

Each is what mmdebstrap makes of a recipe in images.toml, imported into the engine.
An image whose recipe has not changed since is kept; `--again` builds it all the same, with Debian's newest packages.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
LABEL = "hdh.base.recipe"
# Nobody reads manuals in a container, and set-uid programs are of no use without capabilities.
LEAVE_OUT = ("/usr/share/doc/*", "/usr/share/info/*", "/usr/share/lintian/*", "/usr/share/locale/*", "/usr/share/man/*")
HOOKS = (
    'find "$1" -xdev -perm /6000 -type f -exec chmod a-s {} +',
    'rm -rf "$1"/var/cache/* "$1"/var/lib/apt "$1"/var/log/* "$1"/etc/hostname "$1"/etc/resolv.conf',
)


@dataclass(frozen=True)
class Recipe:
    """One image: its name, what is installed in it, what it runs."""

    name: str
    suite: str
    packages: tuple[str, ...]
    command: tuple[str, ...]

    def digest(self) -> str:
        """What the image is made of, this program included."""
        text = repr(self) + Path(__file__).read_text(encoding="utf-8")
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Failed(Exception):
    """The sentence that says what is wrong and what to do."""


def recipes(path: Path) -> list[Recipe]:
    """Read images.toml."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    suite = data.pop("suite")
    return [Recipe(r["name"], suite, tuple(r["packages"]), tuple(r["command"])) for r in data.values()]


def mirrors(suite: str) -> list[str]:
    """Debian's archives as this host knows them; none on another system, where mmdebstrap's own choice holds."""
    if not shutil.which("apt-get"):
        return []
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found: dict[str, str] = {}
    for line in listed.splitlines():
        origin, label, uri = line.split("|")
        if origin == "Debian":
            found.setdefault(label, uri)
    if "Debian" not in found:
        return []
    lines = [f"deb {found['Debian']} {name} main" for name in (suite, f"{suite}-updates")]
    security = found.get("Debian-Security")
    return [*lines, f"deb {security} {suite}-security main"] if security else lines


def built(recipe: Recipe) -> bool:
    """Whether the engine has the image, made from this recipe."""
    shown = subprocess.run(
        ["docker", "image", "inspect", recipe.name, "--format", "{{json .Config.Labels}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.returncode == 0 and (json.loads(shown.stdout) or {}).get(LABEL) == recipe.digest()


def build(recipe: Recipe) -> None:
    """Make the file system and import it, without a file in between."""
    exclude = [f"--dpkgopt=path-exclude={path}" for path in LEAVE_OUT]
    hooks = [f"--customize-hook={hook}" for hook in HOOKS]
    make = ["mmdebstrap", "--quiet", "--variant=essential", f"--include={','.join(recipe.packages)}"]
    changes = [f"CMD {json.dumps(recipe.command)}", f"LABEL {LABEL}={recipe.digest()}", "ENV LANG=C.UTF-8"]
    take = ["docker", "import", *(f"--change={change}" for change in changes), "-", recipe.name]
    with subprocess.Popen(
        [*make, *exclude, *hooks, recipe.suite, "-", *mirrors(recipe.suite)], stdout=subprocess.PIPE
    ) as made:
        # An archive that ends early would still be imported: only one that mmdebstrap ended well gets the name.
        taken = subprocess.run([*take[:-1]], stdin=made.stdout, capture_output=True, text=True, check=False)
        if made.wait():
            raise Failed(f"mmdebstrap could not make {recipe.name}; its lines above say why.")
    if taken.returncode:
        raise Failed(f"docker could not import {recipe.name}: {taken.stderr.strip()}")
    subprocess.run(["docker", "tag", taken.stdout.strip(), recipe.name], check=True)


def main(arguments: list[str]) -> int:
    """Build what is missing; the exit code."""
    if not shutil.which("mmdebstrap"):
        print("mmdebstrap is not installed. On Debian: apt-get install mmdebstrap", file=sys.stderr)
        return 1
    if subprocess.run(["docker", "version"], capture_output=True, check=False).returncode:
        print("The Docker engine does not answer; `docker version` says why.", file=sys.stderr)
        return 1
    for recipe in recipes(FOLDER / "images.toml"):
        if "--again" not in arguments and built(recipe):
            print(f"{recipe.name}: there already")
            continue
        start = time.monotonic()
        try:
            build(recipe)
        except Failed as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{recipe.name}: built in {time.monotonic() - start:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
