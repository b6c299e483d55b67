"""The services' tokens: made with the rights that they need, recorded, and made anew only when that must be."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hdh.errors import Misconfigured
from hdh.store.interface import Admin
from operate.credentials import Credentials

RECORD = "admin/tokens.json"


class Made(msgspec.Struct, frozen=True):
    """A token as it was made.

    Attributes:
        read: the projects that it may read.
        write: the projects that it may write to.
        digests: SHA-256 of the secret, the newest first; and of the one before, which lies in the token's file
            if a run broke off between the record and the file.
    """

    read: tuple[str, ...]
    write: tuple[str, ...]
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token as a service needs it."""

    name: str
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Where its secret lies."""
        return f"{self.name}/store.token"


def ensure_tokens(admin: Admin, credentials: Credentials, wanted: list[Wanted], fresh: set[str]) -> list[str]:
    """Make the tokens that are missing or lack a right.

    Args:
        admin: the store.
        credentials: where the secrets lie; locked by the caller.
        wanted: what the services need.
        fresh: projects that were made in this run; a right on an earlier one of the same name does not hold for them.

    Returns:
        Sentences about what was left alone and should be looked at.
    """
    records = _read(credentials)
    known = set(admin.tokens())
    notes = []
    for token in wanted:
        record, secret = records.get(token.name), credentials.read(token.file)
        if secret is not None and (record is None or _digest(secret) not in record.digests):
            notes.append(f"{token.file} was not made by set-up and is left as it is; it needs {_rights(token)}.")
            continue
        if token.name in known and record is not None and secret is not None and _holds(record, secret, token, fresh):
            continue
        made = admin.create_token(token.name, read=token.read, write=token.write).secret
        before = record.digests[:1] if record else ()
        records[token.name] = Made(token.read, token.write, (_digest(made), *before))
        credentials.write(RECORD, msgspec.json.format(msgspec.json.encode(records), indent=2).decode())
        credentials.write(token.file, made)
    return notes


def _holds(record: Made, secret: str, token: Wanted, fresh: set[str]) -> bool:
    """Whether the token that is there may do what is needed; one of a project no longer listed may do more."""
    if _digest(secret) != record.digests[0]:
        return False
    wanted = {*token.read, *token.write}
    return set(token.read) <= set(record.read) and set(token.write) <= set(record.write) and not (wanted & fresh)


def _read(credentials: Credentials) -> dict[str, Made]:
    text = credentials.read(RECORD)
    if text is None:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, Made])
    except msgspec.DecodeError as error:
        path = Path(credentials.folder) / RECORD
        raise Misconfigured(
            f"{path} cannot be read ({error}). Take it from a backup, or delete it and the tokens beside it, "
            "and set-up makes them anew."
        ) from error


def _rights(token: Wanted) -> str:
    rights = [("to read ", token.read), ("to write ", token.write)]
    return " and ".join(verb + ", ".join(projects) for verb, projects in rights if projects)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
