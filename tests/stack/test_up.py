"""`make up` from nothing: healthy, hardened, and set up once."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.stack.stack import ALWAYS, Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

CREDENTIALS = "find . -type f ! -name .lock | sort | xargs sha256sum"


def test_everything_is_healthy(stack: Stack) -> None:
    """What runs for good is healthy, and each step of set-up has ended well."""
    states = {name: container.attrs["State"] for name, container in stack.containers().items()}

    healthy = {name for name, state in states.items() if state.get("Health", {}).get("Status") == "healthy"}
    ended = {name: state["ExitCode"] for name, state in states.items() if state["Status"] == "exited"}
    assert healthy == ALWAYS
    assert ended == {"setup-broker": 0, "setup-store": 0, "setup-api": 0}


def test_a_second_up_changes_nothing(stack: Stack) -> None:
    """Set-up leaves alone what is there: no credential, no container is made anew."""
    before = stack.credentials(CREDENTIALS), {n: stack.container(n).id for n in ALWAYS}
    said = stack.make("up", STORE="")

    assert "All services are healthy" in said
    assert before == (stack.credentials(CREDENTIALS), {n: stack.container(n).id for n in ALWAYS})


def test_volumes_belong_to_one_kind_of_store(stack: Stack) -> None:
    """Another kind would start empty beside what is there: it is refused, and nothing is changed."""
    before = {name: stack.container(name).id for name in ALWAYS}

    with pytest.raises(AssertionError, match=r"STORE=sqlite: the volumes of .* belong to influxdb1; `make up` goes on"):
        stack.make("up", STORE="sqlite")

    assert before == {name: stack.container(name).id for name in ALWAYS}


@pytest.mark.parametrize("service", sorted(ALWAYS))
def test_a_container_is_hardened(stack: Stack, service: str) -> None:
    """Uid, root file system, capabilities, limits, log rotation: as the engine and the kernel have them."""
    container = stack.container(service)
    host: dict[str, Any] = container.attrs["HostConfig"]
    status = dict(line.split(":\t", 1) for line in stack.inside(service, "cat", "/proc/1/status").splitlines())

    assert status["Uid"].split() == status["Gid"].split() == ["10001"] * 4
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert host["ReadonlyRootfs"]
    assert container.exec_run(["sh", "-c", "echo x > /probe"]).exit_code != 0
    assert not host["Privileged"]
    assert host["Memory"] > 0
    assert host["NanoCpus"] > 0
    assert 0 < host["PidsLimit"] <= 256
    assert host["LogConfig"]["Config"]["max-size"] == "10m"
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    assert "/tmp" in host["Tmpfs"]
    assert not [mount for mount in container.attrs["Mounts"] if "docker.sock" in mount["Source"]]


def test_only_broker_api_and_dashboard_are_published_on_loopback(stack: Stack) -> None:
    """Nothing is published unless asked, and not beyond this machine."""
    published = {
        (name, port, binding["HostIp"])
        for name, container in stack.containers().items()
        for port, bindings in (container.attrs["NetworkSettings"]["Ports"] or {}).items()
        for binding in bindings or ()
    }

    assert published == {
        ("broker", "8883/tcp", "127.0.0.1"),
        ("api", "8000/tcp", "127.0.0.1"),
        ("dashboard", "8080/tcp", "127.0.0.1"),
    }


def test_a_container_sees_its_own_credentials_only(stack: Stack) -> None:
    """Whoever took one over would not find the store's administrator, another's password, the authority's key."""
    seen = {name: stack.inside(name, "sh", "-c", "ls /credentials 2> /dev/null; true").split() for name in ALWAYS}

    assert seen == {
        "broker": ["acl", "ca.crt", "health.password", "passwd", "server.crt", "server.key"],
        "ingest": ["broker.password", "store.token"],
        "api": ["first.key", "store.token"],
        "dashboard": [],
        "influxdb": [],
    }


def test_the_dashboard_serves_its_page_and_the_api(stack: Stack) -> None:
    """The page that Node built, and behind it what the API answers to those without a key and with one."""
    with httpx.Client(base_url=f"http://127.0.0.1:{stack.dashboard_port}", trust_env=False) as browser:
        page = browser.get("/")
        script = re.findall(r'src="(/assets/[^"]+\.js)"', page.text)[0]

        assert browser.get(script).headers["Content-Type"].startswith("text/javascript")
        assert browser.get("/api/v1/projects").json()["projects"] == []
        assert browser.post("/session", json={"key": stack.key()}).is_success
        listed = [project["id"] for project in browser.get("/api/v1/projects").json()["projects"]]
    assert {"flat", "other", "storm"} <= set(listed)


def test_secrets_are_not_in_the_environment(stack: Stack) -> None:
    """`docker inspect` shows the names of files, no password, token or key."""
    secrets = stack.credentials("cat */*.token */*.password").split()
    shown = json.dumps([container.attrs for container in stack.containers().values()])

    assert [secret for secret in secrets if secret in shown] == []


def test_the_store_cannot_be_reached_from_edge(stack: Stack) -> None:
    """From the network of the broker the store has neither a name nor a way."""
    address = stack.container("influxdb").attrs["NetworkSettings"]["Networks"][f"{stack.project}_data"]["IPAddress"]
    probe = (
        "import socket, sys\n"
        "for host in sys.argv[1:]:\n"
        "    try:\n"
        "        socket.create_connection((host, 8086), timeout=2); print('reached')\n"
        "    except OSError: print('no')\n"
    )
    command = ["python3", "-c", probe, "influxdb", address]

    def reach(network: str) -> list[str]:
        output = stack.client.containers.run(
            "hdh/operate:test", command, network=f"{stack.project}_{network}", remove=True
        )
        return str(output.decode()).split()

    assert reach("edge") == ["no", "no"]
    assert reach("data") == ["reached", "reached"]


def test_images_hold_only_what_runs(stack: Stack, figures: list[str]) -> None:
    """Neither uv nor a compiler; ingest carries no data frames, and at most 40 MB more than its Python."""
    base = stack.client.images.get("hdh-base/python:3.13").attrs["Size"]
    services = ("ingest", "api", "operate", "dashboard")
    added = {name: (stack.client.images.get(f"hdh/{name}:test").attrs["Size"] - base) / 1e6 for name in services}
    figures.append(
        f"Images above Python's {base / 1e6:.0f} MB: " + ", ".join(f"{n} {s:.1f} MB" for n, s in added.items())
    )
    programs = "for program in uv gcc cc pip node npm; do command -v $program; done; true"

    assert [stack.inside(name, "sh", "-c", programs) for name in ("ingest", "api", "dashboard")] == ["", "", ""]
    assert (
        stack.inside("ingest", "sh", "-c", "ls /app/lib/python3*/site-packages | grep -E '^(pandas|pyarrow)$'; true")
        == ""
    )
    assert added["ingest"] <= 40
