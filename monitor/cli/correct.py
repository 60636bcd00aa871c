"""`kiemtin correct`: corrections from the command line, by the same rules as at the desk."""

from dataclasses import asdict
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from monitor.cli.context import application, out, show_json
from monitor.errors import UsageError
from monitor.privacy.masks.mask import mask_personal
from monitor.review.roles import Right, may
from storage.accounts import users
from storage.models import User
from storage.review import corrections, flags
from storage.review.corrections import FALSE, STATES, Content

Person = Annotated[str, typer.Option("--as", help="The account that does it.", metavar="NAME")]
Number = Annotated[int, typer.Argument(help="Number of the correction.")]


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(help="Corrections of refuted claims: list, write, release, withdraw.", no_args_is_help=True)
    group.command("list")(list_corrections)
    group.command("write")(write)
    group.command("release")(release)
    group.command("withdraw")(withdraw)
    return group


def list_corrections(
    context: typer.Context,
    state: Annotated[str, typer.Option(help=f"One of {', '.join(STATES)}; all if not given.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List corrections, the last changed first.

    Example: `kiemtin correct list --state draft`
    """
    if state and state not in STATES:
        message = f"there is no state {state!r}: choose from {', '.join(STATES)}"
        raise UsageError(message)
    app = application(context)
    with app.ready_database.work() as session:
        rows = corrections.listed(session, (state,) if state else STATES)
    if as_json:
        show_json([
            {"number": row.id, "state": row.state, "flag": row.flag_id, "replaces": row.replaces_id, **asdict(content)}
            for row, content in rows
        ])  # fmt: skip
        return
    if not rows:
        out().print("There are no corrections.", markup=False)
    for row, content in rows:
        out().print(f"{row.id} {row.state}: {content.claim}", markup=False, soft_wrap=True)


def write(
    context: typer.Context,
    person: Person,
    claim: Annotated[str, typer.Option(help="The claim, in the office's own words.")],
    text: Annotated[str, typer.Option(help="What is true.")],
    source: Annotated[str, typer.Option(help="Name of the source.")],
    link: Annotated[str, typer.Option(help="Its address.")],
    flag: Annotated[int | None, typer.Option(help="Number of the flag whose claim is refuted.")] = None,
    replaces: Annotated[int | None, typer.Option(help="Number of the released correction that is corrected.")] = None,
    verdict: Annotated[str, typer.Option(help="false, misleading or unfounded.")] = FALSE,
) -> None:
    """Write a correction of a refuted claim, or one that shall replace a released one. Somebody else releases it.

    Example: `kiemtin correct write --flag 12 --as lan --claim … --text … --source … --link https://…`
    """
    if (flag is None) == (replaces is None):
        raise UsageError("--flag or --replaces: name one of them")
    if not link.startswith(("https://", "http://")):
        raise UsageError("--link must be a web address")
    app = application(context)
    content = Content(claim=claim, verdict=verdict, text=text, source_name=source, source_url=link)
    _refuse_personal(*(claim, text, source, link))
    with app.ready_database.work() as session:
        user = _account(session, person, Right.DECIDE)
        now = app.clock.now()
        if flag is not None:
            row = corrections.write(session, flags.by_id(session, flag), content, user_id=user.id, now=now)
        else:
            old = corrections.by_id(session, replaces or 0)
            row = corrections.correct_again(session, old, content, user_id=user.id, now=now)
        session.commit()
        number = row.id
    out().print(f"Correction {number} waits for somebody else to release it.", markup=False)


def release(context: typer.Context, number: Number, person: Person) -> None:
    """Release a correction that somebody else wrote; `kiemtin publish` publishes it.

    Example: `kiemtin correct release 3 --as minh`
    """
    app = application(context)
    with app.ready_database.work() as session:
        user, row = _account(session, person, Right.RELEASE), corrections.by_id(session, number)
        newest = corrections.newest_text(session, number)
        content = corrections.content_of(newest)
        _refuse_personal(content.claim, content.text, content.source_name, content.source_url)
        corrections.release(session, row, seen=newest.id, user_id=user.id, now=app.clock.now())
        session.commit()
    out().print(f"Correction {number} is released: `kiemtin publish` publishes it.", markup=False)


def withdraw(
    context: typer.Context,
    number: Number,
    person: Person,
    why: Annotated[str, typer.Option(help="The reason, which is published.")],
) -> None:
    """Withdraw a correction; a released one leaves a notice with the reason.

    Example: `kiemtin correct withdraw 3 --as minh --why "nguồn đã gỡ thông báo"`
    """
    app = application(context)
    _refuse_personal(why)
    with app.ready_database.work() as session:
        user, row = _account(session, person, Right.RELEASE), corrections.by_id(session, number)
        corrections.withdraw(session, row, why=why, user_id=user.id, now=app.clock.now())
        session.commit()
    out().print(f"Correction {number} is withdrawn.", markup=False)


def _account(session: Session, name: str, right: Right) -> User:
    user = users.by_name(session, name)
    if not user.active or not may(user.role, right):
        raise UsageError(f"--as {name}: this account may not {right}")
    return user


def _refuse_personal(*texts: str) -> None:
    found = [masked for text in texts if (masked := mask_personal(text)) != text]
    if found:
        raise UsageError(f"this may be data of a private person, word it anew: {'; '.join(found)}")
