"""What the owner of a gateway is given."""

import shlex
from dataclasses import dataclass

from operate.broker.gateways import Gateway
from operate.broker.rights import gateway_user, rights


@dataclass(frozen=True, slots=True)
class Card:
    """A new gateway's access.

    Attributes:
        gateway: who.
        password: shown this once.
        authority: the certificate (PEM) to check the broker by.
        host: the broker, as its certificate names it.
        port: where it listens for gateways.
    """

    gateway: Gateway
    password: str
    authority: str
    host: str
    port: int

    def as_json(self) -> dict[str, object]:
        """For programs."""
        user = gateway_user(self.gateway)
        return {
            "user": user.name,
            "password": self.password,
            "write": user.write,
            "read": user.read,
            "host": self.host,
            "port": self.port,
            "ca": self.authority,
        }

    def as_text(self) -> str:
        """For people: what to enter where, and a command that shows whether it works."""
        gateway = self.gateway
        topic = f"{gateway.project}/{gateway.house}/room/device"
        where = ("-h", self.host, "-p", str(self.port), "--cafile", "ca.crt", "-u", gateway.user, "-P", self.password)
        command = shlex.join(["mosquitto_pub", *where, "-q", "1", "-t", topic, "-m", '{"temperature": 21.5}'])
        lines = [
            f"broker    {self.host}, port {self.port}, TLS",
            f"user      {gateway.user}",
            "          One user is one connection: a device that connects by itself is a gateway of its own.",
            f"password  {self.password}",
            "          It is shown this once; if it is lost, revoke the gateway and add it again.",
            "rights    " + "          ".join(rights(gateway_user(gateway))).rstrip("\n"),
            "",
            "Save this as ca.crt; the gateway checks the broker by it:",
            self.authority,
            "",
            "Try it (mosquitto_pub is in the package mosquitto-clients):",
            f"  {command}",
        ]
        return "\n".join(lines)
