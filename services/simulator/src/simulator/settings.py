"""What the simulator reads from its environment."""

from pathlib import Path

from pydantic import Field

from hdh.settings import BrokerSettings


class SimulatorSettings(BrokerSettings):
    """The broker, and what decides what is published."""

    simulator_seed: int = Field(
        default=1, description="Decides all that is left to chance; the same seed and times give the same messages."
    )
    simulator_backfill: str = Field(
        default="0", description="How much of the past `run` publishes first: 12h, 7d; 0 for none."
    )
    simulator_state_file: Path | None = Field(
        default=None,
        description="Remembers how far `run` has published, so that a second start goes on there.",
    )
    simulator_inflight: int = Field(
        default=500, ge=1, le=65_535, description="Messages that may be unacknowledged at a time."
    )
    simulator_client_id: str = Field(
        default="simulator", min_length=1, description="The MQTT client id; two simulators on one broker need two."
    )
