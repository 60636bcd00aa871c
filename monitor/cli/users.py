"""People who may sign in to the desk."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from monitor.app.application import Application
from monitor.cli.context import AsJson, answer, application, say
from monitor.cli.terminal import translated
from monitor.desk.web import accounts
from monitor.errors import UsageError
from monitor.review.roles import ROLES
from storage.accounts import invitations, users
from storage.models import User

NameArgument = Annotated[str, typer.Argument(help="The user's name.")]


def invite(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[str | None, typer.Option(help=f"Of a new user: {', '.join(ROLES)}.")] = None,
) -> None:
    """Print a link with which somebody, new or known, sets a password: it works once and for three days.

    Example: `kiemtin users invite lan --role lead`
    """
    if role not in (None, *ROLES):
        raise UsageError(f"--role {role}: choose one of {', '.join(ROLES)}")
    held, link = invitation(application(context), name, role)
    say(f"{name} ({held}) may set a password within {invitations.VALID_FOR.days} days, once: {link}")


def invitation(app: Application, name: str, role: str | None) -> tuple[str, str]:
    """Invite a user, who is added if there is none of that name; returns the role and the link.

    Raises:
        DataRejected: When there is a user of that name with another role.

    """
    with app.ready_database.changes() as session:
        token = accounts.invite(session, name, role, app.clock.now())
        held = users.by_name(session, name).role
    return held, accounts.invitation_link(app.settings.desk_address, token)


def disable(context: typer.Context, name: NameArgument) -> None:
    """Keep a user out; what they decided stays.

    Example: `kiemtin users disable lan`
    """
    _change(context, name, accounts.disable)
    say(f"{name} may no longer sign in.")


def reset_second_factor(context: typer.Context, name: NameArgument) -> None:
    """Take a lost second factor away; leads and admins set up another when they sign in.

    Example: `kiemtin users reset-second-factor lan`
    """
    _change(context, name, accounts.reset_second_factor)
    say(f"{name} has no second factor now.")


def _change(context: typer.Context, name: str, change: Callable[[Session, User, datetime], object]) -> None:
    app = application(context)
    with app.ready_database.changes() as session:
        change(session, users.by_name(session, name), app.clock.now())


def list_users(context: typer.Context, as_json: AsJson = False) -> None:
    """List users.

    Example: `kiemtin users list`
    """
    with application(context).ready_database.work() as session:
        rows = [
            {"name": one.name, "role": one.role, "active": one.active, "second_factor": one.totp_since is not None}
            for one in users.all_users(session)
        ]
    lines = [
        f"{row['name']}  {row['role']}{'  ' + translated('second factor') if row['second_factor'] else ''}"
        + ("" if row["active"] else f"  ({translated('disabled')})")
        for row in rows
    ]
    answer(rows, *(lines or ["No user yet: `kiemtin users invite NAME` adds one."]), as_json=as_json)


COMMANDS = {"invite": invite, "list": list_users, "disable": disable, "reset-second-factor": reset_second_factor}
