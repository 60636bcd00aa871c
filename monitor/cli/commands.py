"""The commands of `kiemtin`, each imported when it is called.

`kiemtin --help` needs one line of each, and a command's module brings libraries that take seconds to import: the line
is read from the module's source, where it is the first of a docstring.
"""

import re
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from monitor.catalogues import N_
from monitor.cli.terminal import translated

# By name, in the order of the list: a module of this package with COMMANDS for a group, or a function of a module.
COMMANDS: Final = {
    "init": "init.init",
    "crawl": "crawl.crawl",
    "import": "import_file.import_file",
    "tip": "import_file.tip",
    "score": "crawl.score",
    "run": "run.run",
    "classify": "classify.classify",
    "train": "train.train",
    "evaluate": "evaluate.evaluate",
    "search": "search.search",
    "report": "report.report",
    "publish": "report.publish",
    "export": "report.export",
    "erase": "privacy.erase",
    "privacy": "privacy.privacy",
    "audit": "privacy.audit",
    "backup": "database.backup",
    "restore": "database.restore",
    "doctor": "doctor.doctor",
    "demo": "demo.demo",
    "sources": "sources",
    "users": "users",
    "models": "models",
    "db": "database",
    "keys": "keys",
    "outbox": "outbox",
}


# What Typer writes around a help, by the names of its constants.
FRAMES: Final = {
    "ARGUMENTS_PANEL_TITLE": N_("Arguments"),
    "OPTIONS_PANEL_TITLE": N_("Options"),
    "COMMANDS_PANEL_TITLE": N_("Commands"),
    "DEFAULT_STRING": N_("[default: {}]"),
    "ENVVAR_STRING": N_("[env var: {}]"),
    "REQUIRED_LONG_STRING": N_("[required]"),
}


class _Help:
    """Shows the help of a command or a group in the language of the command; stands before Typer's class of it."""

    def get_usage(self, ctx: Any) -> str:
        """Return the line that says how the command is called."""
        return translated(super().get_usage(ctx))  # type: ignore[misc]  # Typer's class behind this one has it

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help, whose texts are translated only now: loading a catalogue takes time."""
        from typer import rich_utils  # noqa: PLC0415  what prints no help does not need it

        for name, text in FRAMES.items():
            setattr(rich_utils, name, translated(text))
        command: Any = self
        for shown in (command, *getattr(command, "commands", {}).values(), *command.get_params(ctx)):
            shown.help = "\n\n".join(map(translated, paragraphs(shown.help)))
        super().format_help(ctx, formatter)  # type: ignore[misc]  # Typer's class behind this one has it


class _Command(_Help, TyperCommand):
    pass


class _Group(_Help, TyperGroup):
    pass


class LazyCommand(TyperCommand):
    """Stands in the list of commands for one that is imported when it is called.

    Args:
        name: One of COMMANDS.

    """

    def __init__(self, name: str) -> None:
        self._module, _, self._function = COMMANDS[name].partition(".")
        super().__init__(name=name, help=self._line())

    def _line(self) -> str:
        """Read the first line of the docstring of the function, or of the module of a group."""
        source = Path(__file__).with_name(f"{self._module}.py").read_text(encoding="utf-8")
        start = rf"^def {self._function}\(.*?^    " if self._function else r"\A"
        found = re.search(rf'{start}"""(.+?)(?:"""|$)', source, re.MULTILINE | re.DOTALL)
        return found[1] if found else ""

    def load(self) -> Any:
        """Import the command."""
        module = import_module(f"monitor.cli.{self._module}")
        functions = {self.name: getattr(module, self._function)} if self._function else module.COMMANDS
        app = typer.Typer(
            cls=_Group,
            help=module.__doc__,
            no_args_is_help=True,
            add_completion=False,
            pretty_exceptions_enable=False,
            rich_markup_mode="markdown",
        )
        for name, function in functions.items():
            app.command(name, cls=_Command)(function)
        command = typer.main.get_command(app)
        command.name = self.name
        return command

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Parse the arguments by the command itself, which then runs in the place of this one."""
        return self.load().make_context(*arguments, **options)


class LazyGroup(_Group):
    """The top of the commands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in COMMANDS:
            self.add_command(LazyCommand(name))


def paragraphs(text: str | None) -> list[str]:
    """Return the paragraphs of a help, each in one line."""
    return [" ".join(part.split()) for part in (text or "").split("\n\n")]
