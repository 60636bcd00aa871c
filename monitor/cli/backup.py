"""Write all of an installation into one file, while it runs, and put it back."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.app.application import Application
from monitor.cli.context import AsJson, State, answer, application, listed_deletions, say
from monitor.clock import SystemClock, local_time
from monitor.operations.backup import ACTION, write_backup
from monitor.operations.restore import restore as put_back
from monitor.operations.retain import retain
from monitor.settings.settings import home_folder, load_settings
from storage import audit


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write; an older one is replaced.")],
    as_json: AsJson = False,
) -> None:
    """Write database, key, settings, captures, models and summaries into one file, while everything runs on.

    Example: `kiemtin backup /media/usb/kiemtin.backup`
    """
    app = application(context)
    passphrase = app.settings.passphrase
    written = write_backup(app.ready_database, app.settings.home, file, now=app.clock.now(), passphrase=passphrase)
    with app.ready_database.work() as session:
        detail = {"files": written.files, "sealed": bool(passphrase)}
        audit.record(session, at=app.clock.now(), action=ACTION, subject=file.name, detail=detail)
        session.commit()
    sealed = "sealed with your passphrase" if passphrase else "not sealed: whoever has it can read all, the key too"
    data = {"files": written.files, "bytes": written.size, "sealed": bool(passphrase)}
    line = f"Wrote {file}: {written.files} files, {written.size / 1e6:.1f} MB, {sealed}."
    answer(data, line, as_json=as_json)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `kiemtin backup` wrote.", exists=True, dir_okay=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Move what is in the home folder aside. Stop all programs on it first.")
    ] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="Do not ask, and delete nothing when the clock is a week or more ahead of the backup."
        ),
    ] = False,
) -> None:
    """Put a backup back into the home folder, then delete what has passed its retention since.

    Example: `kiemtin restore /media/usb/kiemtin.backup --replace`
    """
    state: State = context.obj
    clock = SystemClock()
    home = home_folder(state.home)
    now = local_time(clock.now())
    if not yes:
        question = f"It is {now}, and posts past their retention at that time are deleted. Put {file} back into {home}?"
        typer.confirm(question, abort=True)
    passphrase = load_settings(state.home).passphrase
    done = put_back(file, home, clock, passphrase=passphrase, replace=replace, clock_is_right=not yes)
    say(f"Put back {done.files} files of {local_time(done.made_at)} into {home}.")
    if not done.knew_erased:
        say("The database that was replaced could not be read: erase again who asked for it since the backup.")
    if done.erased_again:
        say(f"Erased again: {done.erased_again} posts of authors who asked for it since.")
    if done.replaced:
        say(f"What was there before lies in {done.replaced}: delete it when all is well.")
    with Application(load_settings(state.home), clock) as app:
        app.tidy_home()
        if deleted := retain(app.ready_database, clock, app.captures):
            say(f"Past their retention: {listed_deletions(deleted)}")
