"""The stack's own certificate authority."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hdh.errors import Misconfigured
from operate.broker import certificates
from operate.broker.setup import CA, CA_KEY, SERVER, SERVER_KEY, set_up_broker
from operate.credentials import Credentials

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def set_up(folder: Path, *hosts: str, now: datetime = NOW) -> list[str]:
    """Run set-up; the certificates and keys that it wrote."""
    credentials = Credentials(folder)
    with credentials.lock():
        set_up_broker(credentials, ["toe"], hosts, now)
    return [name for name in credentials.made if name in {CA, CA_KEY, SERVER, SERVER_KEY}]


def test_the_authority_signs_the_broker(tmp_path: Path) -> None:
    """The certificate is for the names that were asked and those that the stack always uses."""
    made = set_up(tmp_path, "iot.example.org", "192.0.2.7")

    server = (tmp_path / SERVER).read_text()
    assert made == [CA_KEY, CA, SERVER_KEY, SERVER]
    assert certificates.issued_by(server, (tmp_path / CA).read_text())
    assert certificates.belongs(server, (tmp_path / SERVER_KEY).read_text())
    assert certificates.hosts_of(server) == {
        "iot.example.org", "192.0.2.7", "broker", "localhost", "127.0.0.1", "::1",
    }  # fmt: skip
    assert certificates.expires(server) == NOW + certificates.SERVER_LIFE


def test_nothing_changes_while_it_lasts(tmp_path: Path) -> None:
    """Also with a name less: a gateway may still use it."""
    set_up(tmp_path, "iot.example.org")

    assert set_up(tmp_path) == []


@pytest.mark.parametrize("gone", [SERVER, SERVER_KEY])
def test_what_is_missing_is_made_anew(tmp_path: Path, gone: str) -> None:
    """Certificate and key together, under the same authority, so gateways notice nothing."""
    set_up(tmp_path)
    (tmp_path / gone).unlink()

    assert set_up(tmp_path) == [SERVER_KEY, SERVER]


def test_a_new_name_gets_a_new_certificate(tmp_path: Path) -> None:
    """Under the same authority."""
    set_up(tmp_path)

    assert set_up(tmp_path, "iot.example.org") == [SERVER_KEY, SERVER]


def test_the_certificate_is_renewed_before_it_ends(tmp_path: Path) -> None:
    """While the authority stays, as every gateway holds its certificate."""
    set_up(tmp_path)
    late = NOW + certificates.SERVER_LIFE - timedelta(days=59)

    assert set_up(tmp_path, now=NOW + certificates.SERVER_LIFE - timedelta(days=61)) == []
    assert set_up(tmp_path, now=late) == [SERVER_KEY, SERVER]
    assert certificates.expires((tmp_path / SERVER).read_text()) == late + certificates.SERVER_LIFE


def test_an_authority_whose_key_was_taken_away_is_not_replaced(tmp_path: Path) -> None:
    """Keeping the key elsewhere is good practice: only when it is needed does set-up ask for it."""
    set_up(tmp_path)
    (tmp_path / CA_KEY).unlink()

    assert set_up(tmp_path) == []
    with pytest.raises(Misconfigured, match=r"admin/ca\.key is not in .* Put it back for this run"):
        set_up(tmp_path, "iot.example.org")


def test_an_authority_that_was_lost_is_not_replaced(tmp_path: Path) -> None:
    """Every gateway knows the broker by it, and has it; a new one starts where nothing is left of the old."""
    set_up(tmp_path)
    authority = (tmp_path / CA).read_text()
    (tmp_path / CA).unlink()

    with pytest.raises(Misconfigured, match=r"broker/ca\.crt, by which gateways know the broker, is not in"):
        set_up(tmp_path)

    (tmp_path / CA).write_text(authority)
    assert set_up(tmp_path) == []
    (tmp_path / CA).unlink()
    (tmp_path / SERVER).unlink()
    assert set_up(tmp_path) == [CA_KEY, CA, SERVER_KEY, SERVER]


def test_a_certificate_from_elsewhere_is_left_alone(tmp_path: Path) -> None:
    """One that a public authority signed, put in the place of ours."""
    set_up(tmp_path)
    other = certificates.make_authority(NOW)
    own = certificates.make_server(other, ["iot.example.org"], NOW - timedelta(days=820))
    (tmp_path / SERVER).write_text(own.certificate)
    (tmp_path / SERVER_KEY).write_text(own.key)

    assert set_up(tmp_path) == []


def test_half_a_pair_is_made_whole(tmp_path: Path) -> None:
    """A crash between the two files leaves a key that is not the certificate's."""
    set_up(tmp_path)
    other = certificates.make_server(certificates.make_authority(NOW), ["broker"], NOW)
    (tmp_path / SERVER_KEY).write_text(other.key)

    assert set_up(tmp_path) == [SERVER_KEY, SERVER]


def test_a_project_that_would_break_the_access_list_is_refused(tmp_path: Path) -> None:
    """A line break in an id would be a line of its own, a right of somebody's choosing."""
    credentials = Credentials(tmp_path)

    with credentials.lock(), pytest.raises(Misconfigured, match="does not print"):
        set_up_broker(credentials, ["toe/#\nuser evil"], [], NOW)
