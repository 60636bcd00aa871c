"""`kiemtin doctor`: check the installation and say how to mend what is missing."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import typer

from classifiers.errors import ClassifierError
from classifiers.persistence import load
from monitor.app.application import Application
from monitor.cli.context import AsJson, application, out, show_json
from monitor.clock import VIETNAM
from monitor.desk.web import accounts
from monitor.desk.web.server import exposure_warning
from monitor.errors import KiemtinError, NotReady
from monitor.operations.backup import ACTION as BACKUP_ACTION
from monitor.operations.clock_check import CLOCK_TOLERANCE, require_trusted_clock
from storage import audit
from storage.accounts import users
from storage.errors import StorageError
from storage.models import Source
from storage.outbox import deliveries
from storage.posts import clock_state, posts, sources

LEAST_FREE_BYTES = 500_000_000
MANY_FAILURES = 3
MOST_POSTS_ON_SQLITE = 1_000_000  # the most with which searching and reports were measured
OLDEST_BACKUP_DAYS = 8  # a week, and a day for who is late


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; `mend` says what to do."""

    subject: str
    well: bool
    said: str
    mend: str = ""


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look at the installation and say what is missing and how to mend it.

    Example: `kiemtin doctor`
    """
    findings = list(examine(application(context)))
    if as_json:
        show_json([{"subject": f.subject, "ok": f.well, "said": f.said, "mend": f.mend} for f in findings])
    else:
        for finding in findings:
            mark = "ok  " if finding.well else "MEND"
            mend = f" → {finding.mend}" if finding.mend else ""
            out().print(f"{mark}  {finding.subject}: {finding.said}{mend}", markup=False)
    if bad := [finding for finding in findings if not finding.well]:
        raise NotReady(f"{len(bad)} things to mend: {', '.join(finding.subject for finding in bad)}")


def examine(app: Application) -> Iterator[Finding]:
    """Run all checks; a failure of one does not hide the others."""
    for subject, look in (
        ("settings", _settings),
        ("key", _key),
        ("rights", _rights),
        ("database", _database),
        ("clock", _clock),
        ("model", _model),
        ("sources", _sources),
        ("users", _users),
        ("desk", _desk),
        ("disk", _disk),
        ("backup", _backup),
        ("outbox", _outbox),
    ):
        yield _looked(subject, look, app)


def _looked(subject: str, look: Callable[[Application], Finding], app: Application) -> Finding:
    try:
        return look(app)
    except (KiemtinError, StorageError, ClassifierError) as error:
        return Finding(subject, well=False, said=str(error))


def _settings(app: Application) -> Finding:
    path = app.settings.config_path
    if not path.exists():
        return Finding("settings", well=False, said=f"{path} is missing", mend="run `kiemtin init`")
    if not app.settings.contact:
        return Finding("settings", well=True, said=f"{path}; `contact` is empty", mend="tell sites who reads them")
    return Finding("settings", well=True, said=str(path))


def _key(app: Application) -> Finding:
    return Finding(
        "key", well=bool(app.secret), said=str(app.secret_path), mend="keep a copy of it outside this machine"
    )


def _rights(app: Application) -> Finding:
    if not app.settings.home.is_dir():
        return Finding("rights", well=False, said=f"{app.settings.home} is missing", mend="run `kiemtin init`")
    if others := app.tidy_home():
        said = f"other users may read {', '.join(map(str, others))}"
        return Finding("rights", well=False, said=said, mend="give it to the user who runs kiemtin, with chown")
    return Finding("rights", well=True, said="only this user may read the home folder")


def _database(app: Application) -> Finding:
    database = app.ready_database
    if database.differences():
        return Finding("database", well=False, said="the tables differ from the models", mend="restore a backup")
    said = f"{database.place} ({database.current_revision()})"
    with database.work() as session:
        stored = posts.numbers_used(session)
    if database.is_sqlite and stored > MOST_POSTS_ON_SQLITE:
        said = f"{said}; it holds about {stored:,} posts, more than SQLite was measured with"
        return Finding("database", well=True, said=said, mend="move to PostgreSQL with `kiemtin db copy`")
    return Finding("database", well=True, said=said)


def _clock(app: Application) -> Finding:
    now = app.clock.now()
    with app.ready_database.work() as session:  # left without a commit: only `crawl` and `run` note what is found
        require_trusted_clock(session, now)
        trusted = clock_state.load(session, now).trusted_at
    said = f"{now.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    if trusted - now > CLOCK_TOLERANCE:
        earlier = f"{said}, which is before what was stored at {trusted.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        return Finding("clock", well=False, said=earlier, mend="set the clock")
    return Finding("clock", well=True, said=said)


def _model(app: Application) -> Finding:
    loaded = load(
        app.models.path(app.scoring_model()), app.segmenter
    )  # not `load_model`: a check must not train a missing one
    return Finding("model", well=True, said=f"{loaded.version}, from {loaded.manifest['examples']} texts")


def _sources(app: Application) -> Finding:
    with app.ready_database.work() as session:
        known = sources.all_sources(session)
    monitored = [source for source in known if source.role == "monitored" and source.enabled]
    troubled = [_trouble(source) for source in known if source.failures or not source.enabled]
    said = f"{len(known)} registered, {len(monitored)} monitored"
    if not monitored:
        return Finding("sources", well=False, said=said, mend="add one with `kiemtin sources add`, or import a file")
    if troubled:
        # One failure in a row is tried again soon; a source that went on failing is no longer read.
        lost = [source for source in known if source.failures >= MANY_FAILURES]
        return Finding(
            "sources", well=not lost, said=f"{said}; in trouble: {'; '.join(troubled)}", mend="`kiemtin sources list`"
        )
    return Finding("sources", well=True, said=said)


def _trouble(source: Source) -> str:
    if not source.enabled:
        return f"{source.name} is off ({source.why_disabled})"
    again = f", next at {source.next_due_at.astimezone(VIETNAM):%d/%m %H:%M}" if source.next_due_at else ""
    return f"{source.name} failed {source.failures} × in a row{again} ({source.last_error})"


def _users(app: Application) -> Finding:
    with app.ready_database.work() as session:
        active = [user for user in users.all_users(session) if user.active]
    if not active:
        return Finding(
            "users", well=False, said="nobody can sign in to the desk", mend="run `kiemtin users invite NAME`"
        )
    able = [user for user in active if user.password_hash != accounts.NO_HASH]
    mend = "" if able else f"open the link, or `kiemtin users invite {active[0].name}` prints another"
    return Finding("users", well=True, said=f"{len(able)} of {len(active)} have set a password", mend=mend)


def _desk(app: Application) -> Finding:
    settings = app.settings
    warning = exposure_warning(settings)
    return Finding("desk", well=warning is None, said=settings.desk_address, mend=warning or "")


def _backup(app: Application) -> Finding:
    with app.ready_database.work() as session:
        at = audit.newest(session, BACKUP_ACTION)
    if at is None:
        return Finding("backup", well=True, said="none was made yet", mend="`kiemtin backup FILE`")
    days = (app.clock.now() - at).days
    old = days > OLDEST_BACKUP_DAYS
    said = f"the last one was made on {at.astimezone(VIETNAM):%d/%m/%Y}"
    return Finding(
        "backup", well=not old, said=said, mend=f"it is {days} days old: `kiemtin backup FILE`" if old else ""
    )


def _outbox(app: Application) -> Finding:
    asyncio.run(app.outbox.check())  # names a secret that is missing or wrong
    with app.ready_database.work() as session:
        lost = deliveries.stuck(session)
    said = ", ".join(f"{channel.name} gets {', '.join(channel.what)}" for channel in app.settings.channels)
    mend = f"{len(lost)} deliveries failed or are unclear: `kiemtin outbox list`, `kiemtin outbox test`" if lost else ""
    return Finding("outbox", well=not lost, said=said or "nothing is sent: there are no [[channels]]", mend=mend)


def _disk(app: Application) -> Finding:
    home = app.settings.home
    folder = next(place for place in (home, *home.parents) if place.exists())
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free"
    mend = "" if free > LEAST_FREE_BYTES else "free some space"
    return Finding("disk", well=free > LEAST_FREE_BYTES, said=said, mend=mend)
