"""`kiemtin doctor`: check the installation and say how to mend what is missing."""

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

import typer

from classifiers.errors import ClassifierError
from classifiers.persistence import load
from monitor.app.application import Application
from monitor.catalogues import N_
from monitor.cli.context import AsJson, answer, application
from monitor.cli.terminal import explained, translated
from monitor.clock import VIETNAM, local_time
from monitor.desk.web import accounts
from monitor.desk.web.server import exposure_warning
from monitor.errors import KiemtinError, NotReady
from monitor.operations.backup import ACTION as BACKUP_ACTION
from monitor.operations.clock_check import CLOCK_TOLERANCE, require_trusted_clock
from monitor.pictures.reading import recogniser
from monitor.privacy.known_key import known_key
from monitor.privacy.secret_key import read_key
from storage import audit
from storage.accounts import users
from storage.errors import StorageError
from storage.models import Source
from storage.outbox import deliveries
from storage.posts import clock_state, pictures, posts, sources

LEAST_FREE_BYTES = 500_000_000
MANY_FAILURES = 3
MOST_POSTS_ON_SQLITE = 1_000_000  # the most with which searching and reports were measured
OLDEST_BACKUP = timedelta(days=8)  # a week, and a day for who is late


class State(StrEnum):
    """How a check ends: well, with something to look at, or with something that must be mended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; `mend` says what to do."""

    state: State
    said: str
    mend: str = ""


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look at the installation and say what is missing and how to mend it; the status is 1 when a check fails.

    Example: `kiemtin doctor`
    """
    app = application(context)
    findings = {subject: _looked(look, app) for subject, look in _CHECKS.items()}
    width = max(len(translated(shown)) for shown in _SHOWN.values())
    lines = [
        f"{translated(_SHOWN[finding.state]):{width}}  {translated(subject)}: {translated(finding.said)}"
        + (f" → {translated(finding.mend)}" if finding.mend else "")
        for subject, finding in findings.items()
    ]
    data = [{"subject": subject, **asdict(finding)} for subject, finding in findings.items()]
    answer(data, *lines, as_json=as_json)
    if bad := [subject for subject, finding in findings.items() if finding.state is State.FAIL]:
        raise NotReady(f"{len(bad)} things to mend: {', '.join(map(translated, bad))}")


def _looked(look: Callable[[Application], Finding], app: Application) -> Finding:
    try:
        return look(app)
    except (KiemtinError, StorageError, ClassifierError, OSError) as error:  # of one check, which hides no others
        return Finding(State.FAIL, explained(error))


def _settings(app: Application) -> Finding:
    path = app.settings.config_path
    if not path.exists():
        return Finding(State.FAIL, f"{path} is missing", "run `kiemtin init`")
    if not app.settings.contact:
        return Finding(State.WARN, f"{path}; `contact` is empty", "tell sites who reads them")
    return Finding(State.OK, str(path))


def _key(app: Application) -> Finding:
    try:
        database = app.ready_database
    except (NotReady, StorageError):  # a check of its own
        read_key(app.secret_path)
    else:
        known_key(database, app.settings.home, app.clock.now())
    return Finding(State.OK, str(app.secret_path), "keep a copy of it outside this machine")


def _rights(app: Application) -> Finding:
    if not app.settings.home.is_dir():
        return Finding(State.FAIL, f"{app.settings.home} is missing", "run `kiemtin init`")
    if not os.access(app.settings.home, os.W_OK):
        return Finding(State.FAIL, f"this user may not write into {app.settings.home}", "give the right with chmod")
    if others := app.tidy_home():
        said = f"other users may read {', '.join(map(str, others))}"
        return Finding(State.FAIL, said, "give it to the user who runs kiemtin, with chown")
    return Finding(State.OK, "only this user may read the home folder")


def _database(app: Application) -> Finding:
    database = app.ready_database
    if database.differences():
        return Finding(State.FAIL, "the tables differ from the models", "restore a backup")
    said = f"{database.place} ({database.current_revision()})"
    with database.work() as session:
        stored = posts.numbers_used(session)
    if database.is_sqlite and stored > MOST_POSTS_ON_SQLITE:
        said = f"{said}; it holds about {stored:,} posts, more than SQLite was measured with"
        return Finding(State.WARN, said, "move to PostgreSQL with `kiemtin db copy`")
    return Finding(State.OK, said)


def _clock(app: Application) -> Finding:
    now = app.clock.now()
    with app.ready_database.work() as session:  # left without a commit: only `crawl` and `run` note what is found
        require_trusted_clock(session, now)
        trusted = clock_state.load(session, now).trusted_at
    if trusted - now > CLOCK_TOLERANCE:
        said = f"{local_time(now)}, which is before what was stored at {local_time(trusted)}"
        return Finding(State.FAIL, said, "set the clock")
    return Finding(State.OK, local_time(now))


def _model(app: Application) -> Finding:
    # Not by `app.models.load`: a check must not train a missing one.
    loaded = load(app.models.path(app.scoring_model()), app.segmenter)
    return Finding(State.OK, f"{loaded.version}, from {loaded.manifest['examples']} texts")


def _sources(app: Application) -> Finding:
    with app.ready_database.work() as session:
        known = sources.all_sources(session)
    monitored = [source for source in known if source.role == "monitored" and source.enabled]
    said = f"{len(known)} registered, {len(monitored)} monitored"
    if not monitored:
        return Finding(State.FAIL, said, "add one with `kiemtin sources add`, or import a file")
    if troubled := [_trouble(source) for source in known if source.failures or not source.enabled]:
        # One failure in a row is tried again soon; a source that went on failing is no longer read.
        lost = all(source.failures for source in monitored) or any(each.failures >= MANY_FAILURES for each in known)
        said = f"{said}; in trouble: {'; '.join(troubled)}"
        return Finding(State.FAIL if lost else State.WARN, said, "`kiemtin sources list`")
    if any(source.settings.get(pictures.OPTION) for source in known) and recogniser() is None:
        said = f"{said}; the words in pictures are not read: there is no recogniser"
        return Finding(State.WARN, said, "`pip install 'kiemtin[pictures]'`, and Tesseract with tesseract-ocr-vie")
    return Finding(State.OK, said)


def _trouble(source: Source) -> str:
    if not source.enabled:
        return f"{source.name} is off ({source.why_disabled})"
    again = f", next at {source.next_due_at.astimezone(VIETNAM):%d/%m %H:%M}" if source.next_due_at else ""
    return f"{source.name} failed {source.failures} × in a row{again} ({source.last_error})"


def _users(app: Application) -> Finding:
    with app.ready_database.work() as session:
        active = [user for user in users.all_users(session) if user.active]
    if not active:
        return Finding(State.FAIL, "nobody can sign in to the desk", "run `kiemtin users invite NAME`")
    if not any(user.role == "admin" for user in active):
        return Finding(State.FAIL, "nobody is an admin of the desk", "run `kiemtin users invite NAME --role admin`")
    able = [user for user in active if user.password_hash != accounts.NO_HASH]
    said = f"{len(able)} of {len(active)} have set a password"
    if not able:
        return Finding(State.WARN, said, f"open the link, or `kiemtin users invite {active[0].name}` prints another")
    return Finding(State.OK, said)


def _desk(app: Application) -> Finding:
    warning = exposure_warning(app.settings)
    return Finding(State.FAIL if warning else State.OK, app.settings.desk_address, warning or "")


def _disk(app: Application) -> Finding:
    home = app.settings.home
    free = shutil.disk_usage(next(place for place in (home, *home.parents) if place.exists())).free
    said = f"{free / 1e9:.1f} GB free"
    return Finding(State.OK, said) if free > LEAST_FREE_BYTES else Finding(State.FAIL, said, "free some space")


def _backup(app: Application) -> Finding:
    with app.ready_database.work() as session:
        at, known = audit.newest(session, BACKUP_ACTION), users.all_users(session)
    # One that was never made is as old as the installation, which is as old as its first user.
    now = app.clock.now()
    old = now - (at or min((user.created_at for user in known), default=now)) > OLDEST_BACKUP
    said = f"the last one was made on {at.astimezone(VIETNAM):%d/%m/%Y}" if at else "none was made yet"
    if at and not old:
        return Finding(State.OK, said)
    mend = f"`kiemtin backup FILE`: it should be no older than {OLDEST_BACKUP.days} days"
    return Finding(State.FAIL if old else State.WARN, said, mend)


def _outbox(app: Application) -> Finding:
    asyncio.run(app.outbox.check())  # names a secret that is missing or wrong
    with app.ready_database.work() as session:
        lost = deliveries.stuck(session)
    said = ", ".join(f"{channel.name} gets {', '.join(channel.what)}" for channel in app.settings.channels)
    mend = f"{len(lost)} deliveries failed or are unclear: `kiemtin outbox list`, `kiemtin outbox test`" if lost else ""
    return Finding(State.FAIL if lost else State.OK, said or "nothing is sent: there are no [[channels]]", mend)


_SHOWN: Final = {State.OK: N_("ok"), State.WARN: N_("warn"), State.FAIL: N_("FAIL")}
_CHECKS: Final[Mapping[str, Callable[[Application], Finding]]] = {
    N_("settings"): _settings,
    N_("key"): _key,
    N_("rights"): _rights,
    N_("database"): _database,
    N_("clock"): _clock,
    N_("model"): _model,
    N_("sources"): _sources,
    N_("users"): _users,
    N_("desk"): _desk,
    N_("disk"): _disk,
    N_("backup"): _backup,
    N_("outbox"): _outbox,
}
