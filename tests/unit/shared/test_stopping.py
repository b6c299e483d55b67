"""Work ends when nobody waits for it."""

import threading
from contextlib import closing
from contextvars import copy_context
from pathlib import Path

import pytest

from hdh.errors import Retryable
from hdh.stopping import begin, is_stopped, stoppable
from hdh.store import open_admin
from hdh.store.sqlite.database import ReaderPool
from hdh.store.url import SqliteUrl

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_a_query_of_sqlite_is_interrupted(tmp_path: Path) -> None:
    """It would run for ever; the pool serves others afterwards."""
    with closing(open_admin(f"sqlite:///{tmp_path}/store.db")) as admin:
        admin.create_project("toe")
    pool = ReaderPool(SqliteUrl(tmp_path / "store.db"))
    running = threading.Event()
    found: list[Exception] = []

    def work() -> None:
        try:
            with pool.connection() as connection:
                running.set()
                connection.execute(ENDLESS).fetchall()
        except Retryable as error:
            found.append(error)

    context = copy_context()
    stop = context.run(begin)
    thread = threading.Thread(target=context.run, args=(work,))
    thread.start()
    assert running.wait(20)
    # The statement may not have begun yet when the thread says that it does.
    while thread.is_alive():
        stop.now()
        thread.join(0.05)

    assert "nobody waits" in str(found[0])
    assert context.run(is_stopped)
    with pool.connection() as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
    pool.close()


def test_what_is_over_is_not_ended() -> None:
    """Whoever has left the block is not called, and nothing new begins."""
    called: list[str] = []

    def work() -> None:
        stop = begin()
        with stoppable(lambda: called.append("over")):
            pass
        with stoppable(lambda: called.append("running")):
            stop.now()
        with pytest.raises(Retryable), stoppable(lambda: called.append("late")):
            called.append("begun")

    copy_context().run(work)
    assert called == ["running"]


def test_without_a_stop_all_runs() -> None:
    """Programs that serve nobody need none."""
    with stoppable(lambda: None):
        assert not is_stopped()
