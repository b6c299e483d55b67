"""The broker's part of set-up: users, rights and certificates, made where they are missing and else left alone."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from hdh.errors import Misconfigured
from operate.broker import certificates
from operate.broker.certificates import Issued
from operate.broker.gateways import Registry, read_registry, write_registry
from operate.broker.passwords import PASSWD, fits, hash_password, make_password, read_passwd, render_passwd
from operate.broker.rights import User, gateway_user, render_acl, service_users
from operate.credentials import Credentials

CA, CA_KEY = "broker/ca.crt", "admin/ca.key"
SERVER, SERVER_KEY = "broker/server.crt", "broker/server.key"
ACL = "broker/acl"

ALWAYS_HOSTS = ("localhost", "127.0.0.1", "::1", "broker")
"""By these the machine itself and the services know the broker."""


def set_up_broker(credentials: Credentials, projects: Sequence[str], hosts: Sequence[str], now: datetime) -> None:
    """Make what the broker needs and does not have.

    Args:
        credentials: where it lies; locked by the caller.
        projects: the ids of the listed projects.
        hosts: the names and addresses by which gateways know the broker.
        now: for the certificates' dates.

    Raises:
        Misconfigured: a project's id cannot stand in an access list, or a certificate cannot be made.
    """
    for project in projects:
        if not project.isprintable():
            raise Misconfigured(f"The project id {project!r} has a character that does not print: take it out.")
    credentials.make_folders()
    all_hosts = tuple(dict.fromkeys((*hosts, *ALWAYS_HOSTS)))
    _certify(credentials, all_hosts, now)
    registry = msgspec.structs.replace(read_registry(credentials), projects=tuple(projects), hosts=all_hosts)
    write_registry(credentials, registry)
    write_users(credentials, registry)


def write_users(credentials: Credentials, registry: Registry) -> None:
    """Write the broker's password file and access list for our services and the gateways."""
    services = service_users(registry.projects)
    hashes = _service_hashes(credentials, services) | {g.user: g.hashed for g in registry.gateways}
    users = (*services, *(gateway_user(gateway) for gateway in registry.gateways))
    # Rights first: a user who can connect and may do nothing is safe, the other way round is not.
    credentials.write(ACL, render_acl(users))
    credentials.write(PASSWD, render_passwd(hashes))


def _service_hashes(credentials: Credentials, users: Sequence[User]) -> dict[str, str]:
    known = read_passwd(credentials.read(PASSWD) or "")
    hashes = {}
    for user in users:
        password = credentials.ensure(user.file, make_password)
        hashed = known.get(user.name, "")
        hashes[user.name] = hashed if fits(password, hashed) else hash_password(password)
    return hashes


def _certify(credentials: Credentials, hosts: Sequence[str], now: datetime) -> None:
    server, key = credentials.read(SERVER), credentials.read(SERVER_KEY)
    authority = credentials.read(CA)
    if server is not None and key is not None and authority is not None and _serves(server, key, authority, hosts, now):
        return
    issuer = _authority(credentials, now)
    issued = certificates.make_server(issuer, hosts, now)
    # A crash between the two leaves a key that is not the certificate's; the next run sees it and makes both anew.
    credentials.write(SERVER_KEY, issued.key)
    credentials.write(SERVER, issued.certificate)


def _serves(server: str, key: str, authority: str, hosts: Sequence[str], now: datetime) -> bool:
    """Whether the server's certificate may stay: somebody else's always, ours while it fits and lasts."""
    try:
        if not certificates.belongs(server, key):
            return False
        if not certificates.issued_by(server, authority):
            return True
        lasts = certificates.expires(server) - now > certificates.RENEW_BEFORE
        return lasts and certificates.hosts_of(server) >= set(hosts)
    except ValueError:
        return False


def _authority(credentials: Credentials, now: datetime) -> Issued:
    certificate, key = credentials.read(CA), credentials.read(CA_KEY)
    if certificate is not None and key is not None:
        return Issued(certificate, key)
    if certificate is not None:
        raise Misconfigured(
            f"The broker's certificate must be made anew, and {CA_KEY} is not in {credentials.folder}. Put it back for "
            f"this run; or delete {CA} to start a new authority, whose certificate every gateway then needs."
        )
    if certificate is None and credentials.read(SERVER) is not None:
        raise Misconfigured(
            f"{CA}, by which gateways know the broker, is not in {credentials.folder}. Put it back: from a backup, or "
            f"from any gateway, which has it; or delete {SERVER} to start a new authority, whose certificate every "
            "gateway then needs."
        )
    issued = certificates.make_authority(now)
    credentials.write(CA_KEY, issued.key)
    credentials.write(CA, issued.certificate)
    return issued
