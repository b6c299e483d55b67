"""Minutes since 1970, the grid that everything steps on, and the local days that people live by."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Helsinki")
MINUTE_MS = 60_000
HOUR = 60
DAY = 24 * HOUR
_EPOCH = date(1970, 1, 1)


@lru_cache(maxsize=4096)
def _offset(hour: int) -> int:
    # The rules change at full hours only.
    moment = datetime.fromtimestamp(hour * 3600, UTC).astimezone(ZONE).utcoffset()
    return 0 if moment is None else int(moment.total_seconds()) // 60


def local(minute: int) -> tuple[date, int]:
    """The local date and the minute of that day by the clock on the wall."""
    days, of_day = divmod(minute + _offset(minute // HOUR), DAY)
    return day_of(days), of_day


@lru_cache(maxsize=512)
def day_of(days: int) -> date:
    """The date so many days after 1 January 1970."""
    return _EPOCH + timedelta(days=days)


@lru_cache(maxsize=512)
def midnight(day: date) -> int:
    """The minute at which a local day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp()) // 60


def week_of(minute: int) -> tuple[int, int]:
    """The first minute of the local week (Monday) around a minute, and that of the next one."""
    day, _ = local(minute)
    monday = day - timedelta(days=day.weekday())
    return midnight(monday), midnight(monday + timedelta(days=7))


def local_text(minute: int, seconds: int) -> str:
    """The local time without offset, as Tasmota writes it."""
    moment = datetime.fromtimestamp(minute * 60 + seconds, UTC).astimezone(ZONE)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")
