"""Wire the dashboard together and serve it until it is told to end."""

import signal
from pathlib import Path

import structlog

from dashboard.app import create_app
from dashboard.bundle import Bundle
from dashboard.settings import DashboardSettings
from hdh.serve import listen, server

BUNDLE = Path(__file__).with_name("dist")

log = structlog.get_logger()


def serve(settings: DashboardSettings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        Misconfigured: the pages were not built, or the address is taken.
    """
    bundle = Bundle.read(BUNDLE)
    sock = listen(settings.listen, "HDH_DASHBOARD_LISTEN")
    # The server ends cleanly on these signals and then raises them again for whoever set handlers before it.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    log.info("listening", address=str(settings.listen), api=settings.api_url)
    server(create_app(settings.api_url, bundle)).run(sockets=[sock])
    log.info("ended")
