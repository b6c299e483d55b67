"""A store that does not take us is told by `/health/ready` from the start, before any message comes."""

from pathlib import Path

import pytest

from hdh.store import open_admin, open_reader
from hdh.store.influxdb.http import Http
from hdh.store.influxdb.query import ask
from hdh.store.interface import Selection
from hdh.store.url import InfluxUrl, parse_store_url
from tests.common.eventually import eventually
from tests.common.ingest import Ingest
from tests.common.servers import Influxd, Mosquitto, unique
from tests.integration.test_ingest_session import publish

pytestmark = [pytest.mark.mosquitto, pytest.mark.influxdb1]


def test_wrong_credentials_and_a_missing_project_are_told_at_once(broker: Mosquitto, tmp_path: Path) -> None:
    """A token that may only write is enough where its project exists, and ready as soon as it does."""
    project = unique("p")
    site = tmp_path / "site.yaml"
    site.write_text(f"projects:\n  - {{id: {project}, title: P, timezone: UTC}}\n")
    with Influxd(tmp_path / "influxd", INFLUXDB_HTTP_AUTH_ENABLED="true") as store:
        url = parse_store_url(store.url)
        assert isinstance(url, InfluxUrl)
        ask(Http(url, None), None, "CREATE USER admin WITH PASSWORD 'secret' WITH ALL PRIVILEGES")
        variables = {"HDH_SITE_FILE": str(site), "HDH_INGEST_TOPICS": f"{project}/#"}
        ingest = Ingest(tmp_path / "a", broker.url, store.url, **variables)
        ingest.start_anyhow()
        try:
            eventually(lambda: _reasons(ingest, project, "401", "HDH_STORE_TOKEN"))
        finally:
            ingest.stop()
        admin = open_admin(store.url, "admin:secret")
        token = admin.create_token(unique("writer")).secret
        with_token = Ingest(tmp_path / "b", broker.url, store.url, HDH_STORE_TOKEN=token, **variables)
        with_token.start_anyhow()
        try:
            eventually(lambda: _reasons(with_token, project, "404", "database not found"))
            admin.create_project(project)
            ask(Http(url, "Basic YWRtaW46c2VjcmV0"), None, f'GRANT WRITE ON "{project}" TO "{token.partition(":")[0]}"')
            publish(broker, (f"{project}/h/r/d/temperature", "1"))
            with_token.wait_done(1)
            eventually(with_token.ready, seconds=60)
        finally:
            with_token.stop()
        admin.close()
        reader = open_reader(store.url, "admin:secret")
        assert [series.value for series in reader.latest(Selection(project))] == [1.0]
        reader.close()


def _reasons(ingest: Ingest, *words: str) -> bool:
    reasons = ingest.get("/health/ready").get("reasons", [])
    return len(reasons) == 1 and all(word in reasons[0] for word in words)
