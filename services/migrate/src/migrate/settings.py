"""What migrate is told by its environment; all else stands in the mapping file."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from hdh.settings import BrokerSettings, SiteSettings, check_store_url


class MigrateSettings(BrokerSettings, SiteSettings):
    """The settings of all commands of `migrate`."""

    store_url: Annotated[str, AfterValidator(check_store_url)] | None = Field(
        default=None, description="The destination, where the mapping file names none."
    )
    store_token: SecretStr | None = Field(
        default=None, description="The destination's token; user:password for generation 1 of InfluxDB."
    )
    migrate_source_token: SecretStr | None = Field(
        default=None, description="The token of a server that is the source; user:password for generation 1."
    )
    migrate_client_id: str = Field(
        default="hdh-migrate", min_length=1, description="The MQTT client id of `migrate replay`."
    )
    migrate_inflight: int = Field(
        default=2_000, ge=1, le=65_535, description="Messages of `migrate replay` that may be unacknowledged at a time."
    )

    @property
    def store_secret(self) -> str | None:
        """The destination's token as text."""
        return None if self.store_token is None else self.store_token.get_secret_value()

    @property
    def source_secret(self) -> str | None:
        """The source's token as text."""
        return None if self.migrate_source_token is None else self.migrate_source_token.get_secret_value()
