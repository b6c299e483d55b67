"""The settings of operate."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from hdh.settings import Settings, SiteSettings, StoreSettings
from operate.broker.certificates import as_address

_LONGEST_HOST = 253


def _check_hosts(text: str) -> str:
    for host in _split(text):
        plain = host.replace("-", "").replace(".", "")
        if as_address(host) is None and not (plain.isascii() and plain.isalnum() and len(host) <= _LONGEST_HOST):
            raise ValueError(f"{host!r} is no host name and no IP address; write broker.example.org,192.0.2.7")
    return text


def _split(text: str) -> list[str]:
    return [host.strip() for host in text.split(",") if host.strip()]


class CredentialsSettings(Settings):
    """Where the credentials lie, as seen by a command that runs inside the stack."""

    operate_credentials_dir: Path | None = Field(
        default=None,
        description="The folder of the credentials: /credentials in the stack. Without it `gateway` goes by Docker.",
    )


class CardSettings(CredentialsSettings):
    """What `operate gateway add` prints, as seen by a command that runs inside the stack."""

    operate_broker_port: int = Field(
        default=8883, ge=1, le=65535, description="The port by which gateways reach the broker; found out by Docker."
    )


class SetupSettings(SiteSettings):
    """What `operate setup` needs for the broker."""

    operate_credentials_dir: Path = Field(
        default=Path("/credentials"), description="The folder where set-up keeps what it makes: /credentials."
    )
    operate_broker_hosts: Annotated[str, AfterValidator(_check_hosts)] = Field(
        default="",
        description="Names and addresses by which gateways know the broker, separated by commas; for its certificate.",
    )

    @property
    def hosts(self) -> list[str]:
        """The names and addresses, taken apart; 0.0.0.0 is where the broker listens, not where anybody finds it."""
        addresses = {host: as_address(host) for host in _split(self.operate_broker_hosts)}
        return [host for host, address in addresses.items() if address is None or not address.is_unspecified]


class StoreSetupSettings(SetupSettings, StoreSettings):
    """What `operate setup` needs for the store beside that. HDH_STORE_TOKEN is not read: set-up makes the tokens."""

    store_admin_token: SecretStr | None = Field(
        default=None,
        description="An administrator's token of a store that was set up elsewhere; else set-up makes its own.",
    )
    operate_wait_seconds: float = Field(
        default=60, ge=0, description="How long set-up waits for a store that does not answer yet."
    )

    @property
    def admin_secret(self) -> str | None:
        """The administrator's token as text."""
        return None if self.store_admin_token is None else self.store_admin_token.get_secret_value()


class EngineSettings(Settings):
    """How `operate` finds the stack on a Docker engine. The engine itself: DOCKER_HOST or the docker context."""

    operate_project: str = Field(default="hdh", description="The Compose project's name; its volumes begin with it.")
    operate_image: str = Field(
        default=f"hdh/operate:{version('hdh-operate')}", description="The image that `operate gateway` runs."
    )
