"""Keys: of programs that use the API, and of the installation."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.catalogues import N_
from monitor.cli.context import AsJson, answer, application, confirm, minute, say
from monitor.cli.terminal import translated
from monitor.desk.api.keys import SCOPES, make_key, revoke_key
from monitor.operations.lost_key import forget_keys, give_up_lost_key, require_lost, restore_keys
from monitor.privacy.secret_key import read_former, write_former
from storage.accounts import api_keys
from storage.models import ApiKey
from storage.posts import posts

DEFAULT_DAYS, MOST_DAYS = 90, 3650


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the key is called, after the program that uses it.")],
    scope: Annotated[list[str], typer.Option("--scope", help=f"{', '.join(SCOPES)}; more than once for several.")],
    user: Annotated[str, typer.Option(help="The account in whose name it decides; needed for decisions:write.")] = "",
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="After so many days it ends.")] = DEFAULT_DAYS,
) -> None:
    """Make a key for a program that uses the API. It is printed once and stored only as a hash.

    Example: `kiemtin keys add dashboard --scope flags:read --scope figures:read`
    """
    app = application(context)
    now = app.clock.now()
    with app.ready_database.changes() as session:
        key, row = make_key(session, name, scope, user=user, now=now, expires_at=now + timedelta(days=days))
    say(f"Added the key {name} ({', '.join(row.scopes)}), until {minute(row.expires_at)}. Shown once:")
    say(key)


def list_keys(context: typer.Context, as_json: AsJson = False) -> None:
    """List the keys of the API with their scopes, end and last use; a key itself is not stored.

    Example: `kiemtin keys list`
    """
    app = application(context)
    now = app.clock.now()
    with app.ready_database.work() as session:
        rows = [_as_data(row, now) for row in api_keys.all_keys(session)]
    lines = [
        f"{row['name']}: {translated(row['state'])}, {', '.join(row['scopes'])}, decides as {row['user'] or '–'}, "
        f"until {row['expires_at']}, last used {row['last_used_at'] or translated('never')}"
        for row in rows
    ]
    answer(rows, *(lines or ["There are no keys of the API: `kiemtin keys add` makes one."]), as_json=as_json)


def revoke(context: typer.Context, name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """Make a key of the API useless from the next request on. This cannot be undone.

    Example: `kiemtin keys revoke dashboard`
    """
    app = application(context)
    with app.ready_database.changes() as session:
        now = app.clock.now()
        revoke_key(session, name, now)
    say(f"The key {name} is revoked.")


def _as_data(row: ApiKey, now: datetime) -> dict[str, Any]:
    state = N_("revoked") if row.revoked_at else N_("expired") if row.expires_at <= now else N_("in use")
    if state == "in use" and row.user is not None and not row.user.active:
        state = N_("account disabled")
    return {
        "name": row.name,
        "state": state,
        "scopes": row.scopes,
        "user": row.user.name if row.user else None,
        "created_at": minute(row.created_at),
        "expires_at": minute(row.expires_at),
        "last_used_at": minute(row.last_used_at) if row.last_used_at else None,
    }


def rotate(context: typer.Context, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Make a new key. Stop the other programs first: they go on with the old one until they are started again.

    Pseudonyms are made anew where the handle is still known; the rest stays under the old key until its retention ends.
    Everybody signs in anew and sets up another second factor.

    Example: `kiemtin keys rotate`
    """
    app = application(context)
    if not yes:
        confirm("Replace the key? Everybody signs in anew.")
    done = app.rotate_key()
    say(
        f"Made a new key {app.secret_path}; the old one lies in {app.former_path}. {done.renewed} posts have a new "
        f"pseudonym, {done.left} keep the old one until they are read again or deleted. Make a backup now."
    )


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `kiemtin backup` wrote.", exists=True, dir_okay=False)],
) -> None:
    """Take a key that is missing, damaged or another one from a backup; all else stays. Stop the other programs first.

    Example: `kiemtin keys restore /media/usb/kiemtin.backup`
    """
    app = application(context)
    database = app.ready_database
    with app.alone():
        made_at = restore_keys(database, app.settings, file, app.clock.now())
    say(f"The key {app.secret_path} is the one of the backup of {minute(made_at)}.")


def give_up(context: typer.Context, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Make a new key where the lost one is in no backup. It says first what that costs. Stop the other programs first.

    Example: `kiemtin keys give-up`
    """
    app = application(context)
    require_lost(app.ready_database, app.settings.home)
    with app.ready_database.work() as session:
        stored = len(posts.authored(session))
    say(
        f"Without the lost key nobody can be found or erased by name among the {stored} posts with an author, until "
        "their retention ends; authors who were erased may come back; everybody signs in anew."
    )
    if not yes:
        confirm("Is the key in no backup, and shall a new one be made?")
    with app.alone():
        give_up_lost_key(app.ready_database, app.settings.home, app.clock.now())
    say(f"Made a new key {app.secret_path}. Make a backup now.")


def forget(context: typer.Context) -> None:
    """Forget former keys from whose time no post and no erased author is left.

    Example: `kiemtin keys forget`
    """
    app = application(context)
    key, former = app.secret, read_former(app.former_path)
    with app.ready_database.work() as session:
        kept = [each for each in former if posts.has_pseudonyms_of(session, each.until)]
    if len(kept) < len(former):
        # The database first: a key that lies there unneeded does no harm, and one that is missing does.
        forget_keys(app.ready_database, key, kept)
        write_former(app.former_path, kept)
    say(f"Former keys: {len(former) - len(kept)} forgotten, {len(kept)} still needed.")


COMMANDS = {
    "add": add,
    "list": list_keys,
    "revoke": revoke,
    "rotate": rotate,
    "forget": forget,
    "restore": restore,
    "give-up": give_up,
}
