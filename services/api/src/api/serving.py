"""Wire the api together and serve it until it is told to end."""

import gc
import signal
import sys
import time
from contextlib import closing

import structlog

from api.access import Openness, check_binding
from api.ahead import Ahead
from api.app import create_app
from api.directory import Directories
from api.ingest import Ingest
from api.keys import Keys
from api.live.audience import Audiences
from api.live.hub import Hub
from api.permits import Permits
from api.services import Services
from api.settings import ApiSettings
from hdh.serve import listen, server
from hdh.site import SiteFile
from hdh.store import open_reader

log = structlog.get_logger()

_SWITCH_SECONDS = 0.0005


def serve(settings: ApiSettings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        Misconfigured: something cannot be opened, or must not be served there; the sentence names its variable.
    """
    with closing(open_services(settings)) as services:
        site = services.site_file.fresh()
        check_binding(settings.listen, services.keys, site)
        sock = listen(settings.listen, "HDH_API_LISTEN")
        # The server ends cleanly on these signals and then raises them again for whoever set handlers before it.
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: None)
        _favour_short_answers()
        is_open = services.openness.holds(services.keys, site)
        log.info("listening", address=str(settings.listen), everyone_sees_everything=is_open)
        server(create_app(services), on_end=services.hub.close).run(sockets=[sock])
        log.info("ended")


def _favour_short_answers() -> None:
    """Let an answer that is quickly made not wait for what takes long."""
    # A thread that computes hands over after this; an answer changes threads several times.
    sys.setswitchinterval(_SWITCH_SECONDS)
    # What was imported stays: to look through it for garbage takes a tenth of a second each time.
    gc.collect()
    gc.freeze()


def open_services(settings: ApiSettings) -> Services:
    """Open all that the routes share.

    Raises:
        Misconfigured: something cannot be opened; the sentence names its variable.
    """
    site_file = SiteFile(settings.site_file)
    keys = Keys(settings.api_data_dir)
    reader = open_reader(settings.store_url, settings.store_secret)
    directories = Directories(reader, keys.secret("pseudonyms"), time.monotonic)
    return Services(
        reader=reader,
        keys=keys,
        site_file=site_file,
        directories=directories,
        ingest=Ingest(settings.slots),
        openness=Openness(settings.listen),
        now=lambda: time.time_ns() // 1_000_000,
        json_readings=settings.api_json_readings,
        permits=Permits(settings.api_streams),
        wide_readings=settings.api_wide_readings,
        folder=settings.api_data_dir,
        answer_seconds=settings.api_answer_seconds,
        key_rate=settings.api_key_rate,
        public_rate=settings.api_public_rate,
        hub=Hub(settings.slots, settings.api_listeners),
        audiences=Audiences(directories),
        latest=Ahead(time.monotonic),
    )
