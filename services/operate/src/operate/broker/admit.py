"""Let a gateway in, or shut it out."""

import msgspec

from operate.broker.gateways import Asked, Gateway, check, read_registry, write_registry
from operate.broker.passwords import hash_password, make_password
from operate.broker.setup import write_users
from operate.credentials import Credentials


def add(credentials: Credentials, asked: Asked, *, now: int) -> tuple[Gateway, str]:
    """Add a gateway; its password is returned this once and kept nowhere.

    Args:
        credentials: locked by the caller.
        asked: what it is to be.
        now: epoch ms.

    Raises:
        Invalid: it cannot be added as asked.
    """
    registry = read_registry(credentials)
    check(asked, registry)
    password = make_password()
    gateway = Gateway(asked.name, asked.project, asked.house, hash_password(password), now)
    registry = msgspec.structs.replace(registry, gateways=(*registry.gateways, gateway))
    write_registry(credentials, registry)
    write_users(credentials, registry)
    return gateway, password


def revoke(credentials: Credentials, name: str) -> bool:
    """Take a gateway's right back; False where there is none of this name."""
    registry = read_registry(credentials)
    if registry.gateway(name) is None:
        return False
    left = tuple(gateway for gateway in registry.gateways if gateway.name != name)
    registry = msgspec.structs.replace(registry, gateways=left)
    write_registry(credentials, registry)
    write_users(credentials, registry)
    return True
