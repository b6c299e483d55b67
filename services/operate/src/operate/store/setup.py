"""The store's part of set-up: an administrator, a database or bucket for each project, a token for each service."""

from collections.abc import Sequence

from hdh.errors import Misconfigured
from hdh.site import Project
from hdh.store import open_admin
from hdh.store.interface import Admin
from hdh.store.url import SqliteUrl, parse_store_url
from operate.credentials import Credentials
from operate.store.first import ADMIN_TOKEN, ensure_administrator
from operate.store.tokens import Wanted, ensure_tokens


def set_up_store(credentials: Credentials, url: str, projects: Sequence[Project], token: str | None) -> list[str]:
    """Make what the services need in the store and is not there.

    Args:
        credentials: where the tokens lie; locked by the caller.
        url: HDH_STORE_URL.
        projects: the listed projects.
        token: an administrator's token from elsewhere, or None.

    Returns:
        Sentences about what was made in the store, and what should be looked at.

    Raises:
        Retryable: the store does not answer.
        Misconfigured: it does not take us, or does not take a project.
    """
    parsed = parse_store_url(url)
    if isinstance(parsed, SqliteUrl):
        return ["SQLite needs no set-up: ingest makes the projects."]
    secret = token or ensure_administrator(parsed, credentials, projects[0].id)
    admin = open_admin(url, secret)
    try:
        return _fill(admin, credentials, projects)
    except Misconfigured as error:
        if "401" not in str(error):
            raise
        where = "HDH_STORE_ADMIN_TOKEN" if token else str(credentials.folder / ADMIN_TOKEN)
        raise Misconfigured(
            f"{error}. The token in {where} is not that of this store's administrator: restore the credentials and "
            "the store from the same backup, or give the administrator's token as HDH_STORE_ADMIN_TOKEN_FILE."
        ) from error
    finally:
        admin.close()


def _fill(admin: Admin, credentials: Credentials, projects: Sequence[Project]) -> list[str]:
    there = admin.projects()
    ids = tuple(project.id for project in projects)
    notes = []
    for project in projects:
        if project.id not in there:
            notes.append(f"project {project.id}: made")
        elif there[project.id] != project.retention:
            notes.append(f"project {project.id}: retention is now {_days(project.retention)}")
        else:
            continue
        admin.create_project(project.id, project.retention)
    # Verifying a migration reads what it wrote.
    wanted = [Wanted("ingest", write=ids), Wanted("api", read=ids), Wanted("migrate", read=ids, write=ids)]
    return notes + ensure_tokens(admin, credentials, wanted, fresh=set(ids) - set(there))


def _days(retention: int | None) -> str:
    return "for ever" if retention is None else f"{retention / 86_400_000:g} days"
