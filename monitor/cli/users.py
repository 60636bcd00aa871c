"""`kiemtin users`: who may sign in to the desk."""

import sys
from typing import Annotated

import typer

from monitor.bootstrap import Application
from monitor.cli.context import application, out, show_json
from monitor.errors import UsageError
from monitor.review.passwords import hash_password, one_time_password
from storage import audit, users

LEAST_PASSWORD = 12
ROLES = ("analyst", "admin")


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(help="People who may sign in to the desk.", no_args_is_help=True)
    for name, function in (("add", add), ("list", list_users), ("password", password), ("disable", disable)):
        group.command(name)(function)
    return group


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[str, typer.Option(help="analyst or admin.")] = "analyst",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Add a user; without --password-stdin a password is made and printed once.

    Example: `kiemtin users add lan`
    """
    if role not in ROLES:
        message = f"--role {role}: choose analyst or admin"
        raise UsageError(message)
    word = _password(from_stdin=password_stdin)
    add_user(application(context), name, role, word)
    out().print(f"Added {name} ({role})." + ("" if password_stdin else f" Password, shown once: {word}"), markup=False)


def add_user(app: Application, name: str, role: str, word: str) -> None:
    """Store a new user with a hashed password."""
    with app.ready_database.work() as session:
        now = app.clock.now()
        users.add(session, name=name, password_hash=hash_password(word), role=role, now=now)
        audit.record(session, at=now, action="user.added", subject=name, detail={"role": role})
        session.commit()


def password(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The user's name.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Give a user a new password, and let a disabled one in again.

    Example: `kiemtin users password lan`
    """
    word = _password(from_stdin=password_stdin)
    set_password(application(context), name, word)
    out().print(f"{name} has a new password." + ("" if password_stdin else f" Shown once: {word}"), markup=False)


def set_password(app: Application, name: str, word: str) -> None:
    """Store a new password for a user, who becomes active."""
    with app.ready_database.work() as session:
        user = users.by_name(session, name)
        user.password_hash, user.active = hash_password(word), True
        audit.record(session, at=app.clock.now(), action="user.password", subject=name)
        session.commit()


def disable(context: typer.Context, name: Annotated[str, typer.Argument(help="The user's name.")]) -> None:
    """Keep a user out; what they decided stays.

    Example: `kiemtin users disable lan`
    """
    app = application(context)
    with app.ready_database.work() as session:
        users.by_name(session, name).active = False
        audit.record(session, at=app.clock.now(), action="user.disabled", subject=name)
        session.commit()
    out().print(f"{name} may no longer sign in.", markup=False)


def list_users(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List users.

    Example: `kiemtin users list`
    """
    with application(context).ready_database.work() as session:
        rows = [{"name": user.name, "role": user.role, "active": user.active} for user in users.all_users(session)]
    if as_json:
        show_json(rows)
        return
    for row in rows:
        out().print(f"{row['name']}  {row['role']}{'' if row['active'] else '  (disabled)'}", markup=False)
    if not rows:
        out().print("No user yet: `kiemtin users add NAME` adds one.")


def _password(*, from_stdin: bool) -> str:
    if not from_stdin:
        return one_time_password()
    word = sys.stdin.readline().rstrip("\n")
    if len(word) < LEAST_PASSWORD:
        message = f"a password needs at least {LEAST_PASSWORD} characters"
        raise UsageError(message)
    return word
