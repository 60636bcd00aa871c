"""`kiemtin init`: set up an installation; running it again adds what is missing."""

import sys
from dataclasses import replace
from importlib import resources
from typing import Annotated

import typer

from monitor.app.application import Application
from monitor.cli.context import State, application, progress_bar, say
from monitor.cli.run import keep_going
from monitor.cli.terminal import translated
from monitor.cli.users import invitation
from monitor.crawl.sources import source_draft
from monitor.errors import KiemtinError, UsageError
from monitor.files import write_whole
from monitor.privacy.known_key import make_first_key
from monitor.scoring.relevance import current_provinces
from monitor.settings.settings import Settings, load_settings
from storage.accounts import users
from storage.posts import sources
from storage.scoring import focus

TEMPLATE = "kiemtin.toml.template"
FIRST_USER = "admin"
_WHICH = "The office's province (Enter: later, at the desk)"


def init(
    context: typer.Context,
    own_posts_only: Annotated[
        bool,
        typer.Option(
            "--own-posts-only",
            help="Train the default model on the project's own posts alone, without figures of others.",
        ),
    ] = False,
    province: Annotated[str, typer.Option(help="The office's province, which comes first in the queue.")] = "",
    run: Annotated[bool, typer.Option("--run", help="Then go on as `kiemtin run` does.")] = False,
) -> None:
    """Write kiemtin.toml, make the key and the database, register the sources, and put the default model in place.

    The default model of the distribution has learned figures from real posts; its card names their sets and terms.

    Example: `kiemtin init --province "Thái Nguyên" --run`
    """
    _require_known(province)
    link = _set_up(context.obj, province, own_posts_only=own_posts_only)
    invited = [f"{FIRST_USER} sets a password at this address, once, within three days: {link}"] if link else []
    if invited:
        invited.append("A second factor, an authenticator app on a telephone, may be set up within three days.")
    if run:
        keep_going(application(context), once_open=invited)
    else:
        say(*invited, "Next: `kiemtin run`, which reads, scores and serves the desk.")


def _set_up(state: State, province: str, *, own_posts_only: bool) -> str | None:
    """Make what is missing, and say so; returns the link with which the first user sets a password, if it is new."""
    app = state.application
    if _write_config(app.settings):
        say(f"Wrote {app.settings.config_path}")
        state.application = app = Application(load_settings(state.home))
    app.upgrade()  # first, since it tells whether a key is needed already
    if make_first_key(app.database, app.settings.home, app.clock.now()):
        say(f"Made the key {app.secret_path}. Keep a copy: erasure requests need it.")
    say(f"The database is {app.database.place}")
    name_province(app, province)
    added = register_sources(app)
    say(f"Sources: {added} added; `kiemtin sources list` shows all.")
    if own_posts_only:
        with progress_bar() as bar:
            folder = app.models.train_default(bar.update)
        say(f"Trained the default model in {folder}")
    elif app.models.ensure(app.settings.model):
        say(f"The default model is in {app.models.path(app.settings.model)}")
    return first_user(app)  # last: where one of the steps fails, nobody would see the link


def _write_config(settings: Settings) -> bool:
    path = settings.config_path
    if path.exists():
        return False
    text = (resources.files("monitor.cli") / TEMPLATE).read_text(encoding="utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except OSError as error:
        raise KiemtinError(f"cannot write {path}: {error.strerror}: choose another folder with KIEMTIN_HOME") from error
    return True


def name_province(app: Application, province: str) -> None:
    """Store the office's province; where none was named yet, a person at a terminal is asked for it."""
    with app.database.work() as session:
        named = focus.stored(session)
        if not province and not named.province and sys.stdin.isatty():
            province = typer.prompt(translated(_WHICH), default="")
            _require_known(province)
        if province:
            draft = replace(named, province=" ".join(province.split()))
            focus.put(session, draft, app.clock.now())
            session.commit()


def _require_known(province: str) -> None:
    if province and not current_provinces([province]):
        raise UsageError(f"there is no province {province!r}: write its name as on maps")


def register_sources(app: Application) -> int:
    """Register the sources that kiemtin.toml declares; returns how many are new."""
    added = 0
    now = app.clock.now()
    with app.database.changes() as session:
        for declared in app.settings.sources:
            draft = source_draft(declared, app.settings)
            _, created = sources.register(session, draft, now)
            added += created
    return added


def first_user(app: Application) -> str | None:
    """Add the first user of the desk where there is none; returns the link with which that person sets a password."""
    with app.database.work() as session:
        if users.all_users(session):
            return None
    return invitation(app, FIRST_USER, "admin")[1]
