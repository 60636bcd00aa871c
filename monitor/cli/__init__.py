"""The command `kiemtin`. Errors become one line and an exit status; the commands are listed in `commands.py`.

Exit status: 0 done, 1 it failed (one line says what and what to do), 2 used wrongly.
"""

import errno
import logging
import os
import signal
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from classifiers.errors import ClassifierError
from monitor.cli.commands import LazyGroup
from monitor.cli.terminal import LOGGER, configure_log, explained, logs_json, printable, speak, translated
from monitor.errors import KiemtinError, UsageError
from monitor.files import private_umask
from monitor.settings.home import language_of_commands
from storage.errors import StorageError

FAILED, USED_WRONGLY, INTERRUPTED = 1, 2, 130
_OUTPUT, _ERRORS = 1, 2  # the numbers of their files
RETRY_SECONDS: Final = 0.05  # by then the finaliser is over


def build() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(
        name="kiemtin",
        cls=LazyGroup,
        help="KiểmTin watches public Vietnamese posts for unverified claims, indecent conduct and workers' troubles.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    app.callback()(_common)
    return app


def _speak_as_in(home: Path | None) -> Path | None:
    if home:
        speak(language_of_commands(home))
    return home


def _common(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            help="Folder of database, models and reports.",
            envvar="KIEMTIN_HOME",
            show_default="./kiemtin-data",
            is_eager=True,  # so that a help that follows is in its language
            callback=_speak_as_in,
        ),
    ] = None,
    debug: Annotated[bool, typer.Option(help="Show the whole traceback of an error.")] = False,
    log_format: Annotated[
        Literal["plain", "json"],
        typer.Option(help="plain, or json: one object a line on standard error.", envvar="KIEMTIN_LOG_FORMAT"),
    ] = "plain",
) -> None:
    from monitor.cli.context import State  # noqa: PLC0415  a list of commands needs no settings

    configure_log(log_format, debug=debug)
    if log_format == "json":
        speak("en")
    context.obj = State(home=home, debug=debug)
    context.call_on_close(context.obj.close)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its status."""
    given = sys.argv[1:] if arguments is None else arguments
    _write_utf8()
    with handled_interrupts(), private_umask():
        sys.exit(_flushed(_run(given)))


def _flushed(status: int) -> int:
    """Flush the output, so that a full disk is reported here, in one line, and not at exit."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter will flush once more
        return status or _say(explained(error), FAILED)
    return status


def _write_utf8() -> None:
    """Write UTF-8 whatever the locale is; lone surrogates become escapes, which JSON allows."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _run(arguments: list[str]) -> int:
    speak(language_of_commands())
    try:
        status = build()(arguments, prog_name="kiemtin", standalone_mode=False)
    except typer.TyperException as error:  # the parser's
        return _used_wrongly(error)
    except typer.Abort:
        status = INTERRUPTED
    except (KiemtinError, StorageError, ClassifierError, OSError) as error:
        if "--debug" in arguments:
            raise
        return _say(explained(error), USED_WRONGLY if isinstance(error, UsageError) else FAILED)
    if status == INTERRUPTED:
        return _say("stopped; what was already stored stays, and the same command goes on from there", FAILED)
    return status or 0


def _used_wrongly(error: typer.TyperException) -> int:
    if message := error.format_message():  # there is none where the help was shown instead
        context: typer.Context | None = getattr(error, "ctx", None)
        command = context.command_path if context else "kiemtin"
        _say(f"{translated(message.rstrip('.'))} – {translated(f'see `{command} --help`')}", USED_WRONGLY)
    return USED_WRONGLY


def _say(message: str, status: int) -> int:
    if logs_json():
        logging.getLogger(LOGGER).error(" ".join(message.split()))
        return status
    typer.echo(f"kiemtin: {printable(translated(' '.join(message.split())))}", err=True)
    return status


@contextmanager
def handled_interrupts() -> Iterator[None]:
    """Treat SIGTERM and SIGHUP as Ctrl-C, and lose none of them, while the context lasts.

    SIGHUP stays ignored where it is at the start, as by nohup.
    """
    numbers = [signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    earlier_handlers = {number: signal.signal(number, _interrupt) for number in numbers}
    earlier_hook = sys.unraisablehook

    def raise_again(unraisable: "sys.UnraisableHookArgs") -> None:
        # Python only prints what a finaliser or the callback of a weak reference raises.
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            main = threading.main_thread().ident or 0  # only a signal ends a wait of this thread
            threading.Timer(RETRY_SECONDS, signal.pthread_kill, [main, signal.SIGINT]).start()
        else:
            earlier_hook(unraisable)

    sys.unraisablehook = raise_again
    try:
        yield
    finally:
        sys.unraisablehook = earlier_hook
        for number, handler in earlier_handlers.items():
            signal.signal(number, handler)


def _interrupt(number: int, _frame: object) -> None:
    if number == signal.SIGHUP:
        # A shell passes on the one that the system has sent already: a second would end the tidying up.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        _write_to_no_lost_terminal()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started with nohup, or in a script's background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)


def _write_to_no_lost_terminal() -> None:
    """Write to nowhere what would go to a terminal that is gone: the error would end the tidying up."""
    for descriptor in (_OUTPUT, _ERRORS):
        try:
            termios.tcgetattr(descriptor)
        except termios.error as error:
            if error.args[0] == errno.EIO:  # it is neither a terminal that is there nor a file
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, descriptor)
                os.close(nowhere)
