"""Mosquitto's password file: `user:$7$iterations$salt$hash`, PBKDF2 with SHA-512."""

import base64
import binascii
import hashlib
import hmac
import secrets

PASSWD = "broker/passwd"  # noqa: S105 (a file's name)

_SCHEME = "7"
# What mosquitto_passwd takes. Our passwords are 256 random bits, which no number of guesses finds;
# more rounds would only slow the broker down when many gateways connect at once.
_ITERATIONS = 101
_SALT_BYTES = 12


def make_password() -> str:
    """A random password of 256 bits, without characters that a shell or a URL minds."""
    return secrets.token_urlsafe(32)


def hash_password(password: str) -> str:
    """The hash that stands in the password file, with a random salt."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"${_SCHEME}${_ITERATIONS}${_encode(salt)}${_encode(_derive(password, salt, _ITERATIONS))}"


def fits(password: str, hashed: str) -> bool:
    """Whether a hash of the password file is this password's."""
    try:
        _, scheme, iterations, salt, expected = hashed.split("$")
        derived = _derive(password, base64.b64decode(salt, validate=True), int(iterations))
        return scheme == _SCHEME and hmac.compare_digest(derived, base64.b64decode(expected, validate=True))
    except (ValueError, binascii.Error):
        return False


def read_passwd(text: str) -> dict[str, str]:
    """The users of a password file and their hashes."""
    return {user: hashed for user, _, hashed in (line.partition(":") for line in text.splitlines()) if hashed}


def render_passwd(hashes: dict[str, str]) -> str:
    """The password file of these users and hashes, sorted by user."""
    return "".join(f"{user}:{hashed}\n" for user, hashed in sorted(hashes.items()))


def _derive(password: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations)


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
