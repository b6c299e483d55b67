"""Settings that several services share: read from the environment, every error named by its variable.

A secret or any other setting may come from a file: HDH_STORE_TOKEN_FILE=/run/token gives HDH_STORE_TOKEN.
Services compose their settings from these classes and build them in `main`, never at import.
"""

import os
import ssl
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hdh.errors import Misconfigured
from hdh.store.url import parse_store_url

PREFIX = "HDH_"


class Address(BaseModel, frozen=True):
    """Where a service listens."""

    host: str
    port: Annotated[int, Field(ge=0, le=65535)]

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Read `127.0.0.1:9100` or `[::1]:9100`.

    Raises:
        ValueError: it is no such address.
    """
    parts = urlsplit(f"//{text}")
    if parts.hostname is None or parts.port is None or parts.path:
        raise ValueError("an address is host:port, for example 127.0.0.1:8000")
    return Address(host=parts.hostname, port=parts.port)


def _check_address(text: str) -> str:
    parse_address(text)
    return text


ListenText = Annotated[str, AfterValidator(_check_address)]
"""`host:port` as text, checked; `parse_address` takes it apart."""


class Broker(BaseModel, frozen=True):
    """The broker's address taken apart."""

    host: str
    port: int
    user: str | None
    tls: bool


def parse_broker_url(url: str) -> Broker:
    """Read `mqtt://ingest@broker:1883` or `mqtts://…` (port 8883).

    Raises:
        ValueError: it is no such URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("a broker's URL is mqtt://user@host:1883 or mqtts://user@host:8883")
    if parts.password is not None:
        raise ValueError("a password does not belong in the URL; give it as HDH_BROKER_PASSWORD or _FILE")
    tls = parts.scheme == "mqtts"
    user = unquote(parts.username) if parts.username else None
    return Broker(host=parts.hostname, port=parts.port or (8883 if tls else 1883), user=user, tls=tls)


class _FileSource(PydanticBaseSettingsSource):
    """HDH_<NAME>_FILE: the setting is that file's text, without the newline at its end."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        del field
        variable = f"{PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(variable)
        if not path:
            return None, field_name, False
        if os.environ.get(f"{PREFIX}{field_name.upper()}"):
            raise Misconfigured(f"{variable} and {variable.removesuffix('_FILE')} are both set: give one of them.")
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except OSError as error:
            raise Misconfigured(f"{variable}={path}: {error.strerror}. Name a file that this user can read.") from error
        except UnicodeDecodeError as error:
            raise Misconfigured(f"{variable}={path} is not UTF-8 text. Name a text file.") from error

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


class Settings(BaseSettings):
    """The base of every service's settings: variables HDH_<NAME>, or files HDH_<NAME>_FILE."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first (tests), then the environment, then files."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, _FileSource(settings_cls)


def check_store_url(url: str) -> str:
    """A store's URL as it was given.

    Raises:
        ValueError: it is none; without the variable's name and the full stop, which an error of settings brings.
    """
    try:
        parse_store_url(url)
    except Misconfigured as error:
        raise ValueError(str(error).removeprefix("HDH_STORE_URL=").rstrip(".")) from error
    return url


def _check_broker_url(url: str) -> str:
    parse_broker_url(url)
    return url


def _check_certificates(path: Path) -> Path:
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        what = "is no certificate in PEM" if isinstance(error, ssl.SSLError) else error.strerror
        raise ValueError(f"{path}: {what}") from error
    return path


class StoreSettings(Settings):
    """Where the store is."""

    store_url: Annotated[str, AfterValidator(check_store_url)] = Field(
        description="The store: sqlite:////data/store.db or influxdb://influxdb:8086?generation=2&org=hdh.",
    )
    store_token: SecretStr | None = Field(
        default=None, description="The store's token; user:password for generation 1 of InfluxDB."
    )

    @property
    def store_secret(self) -> str | None:
        """The token as text."""
        return None if self.store_token is None else self.store_token.get_secret_value()


class BrokerSettings(Settings):
    """Where the broker is."""

    broker_url: Annotated[str, AfterValidator(_check_broker_url)] = Field(
        default="mqtt://127.0.0.1:1883",
        description="The broker: mqtt://user@host:1883 or mqtts://user@host:8883.",
    )
    broker_password: SecretStr | None = Field(default=None, description="The password of the user in HDH_BROKER_URL.")
    broker_ca_file: Annotated[Path, AfterValidator(_check_certificates)] | None = Field(
        default=None, description="The CA certificate (PEM) to check an mqtts broker by; without it the system's."
    )

    @property
    def broker(self) -> Broker:
        """The URL taken apart."""
        return parse_broker_url(self.broker_url)


class SiteSettings(Settings):
    """Where the site file is."""

    site_file: Path | None = Field(
        default=None,
        description="The site file (YAML); without it projects healthy-digital-house and toe, nothing else listed.",
    )


SettingsT = TypeVar("SettingsT", bound=Settings)


def load(cls: type[SettingsT]) -> SettingsT:
    """Read settings from the environment.

    Raises:
        Misconfigured: a variable is missing or wrong; the text has a line for each, with its name and the remedy.
    """
    try:
        return cls()
    except ValidationError as error:
        raise Misconfigured("\n".join(_sentence(cls, e["loc"], e["type"], e["msg"]) for e in error.errors())) from None


def _sentence(cls: type[Settings], loc: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(loc[0])
    variable = f"{PREFIX}{name.upper()}"
    description = cls.model_fields[name].description if name in cls.model_fields else ""
    if kind == "missing":
        return f"{variable} is not set. {description}"
    return f"{variable}: {message.removeprefix('Value error, ')}. {description}"
