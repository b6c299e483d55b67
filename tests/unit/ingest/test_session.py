"""The adapter to paho-mqtt, without a broker."""

import paho.mqtt
import pytest

from hdh.errors import Misconfigured
from ingest.session import KNOWN_VERSION, check_library


def test_another_paho_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is private may differ in it: the sentence names both versions and what to install."""
    check_library()
    monkeypatch.setattr(paho.mqtt, "__version__", "2.3.0")
    with pytest.raises(Misconfigured, match=rf"2\.3\.0 is installed.*Install paho-mqtt=={KNOWN_VERSION}"):
        check_library()
