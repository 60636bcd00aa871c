"""The commands of `kiemtin`, each imported when it is called.

`kiemtin --help` needs one line of each, and a command's module brings libraries that take seconds to import: the line
is read from the module's source, where it is the first of a docstring.
"""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

# By name, in the order of the list: a module of this package with `build()` for a group, or a function of a module.
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
        if self._function:
            app = new_app()
            app.command(self.name)(getattr(module, self._function))
        else:
            app = module.build()
        command = typer.main.get_command(app)
        command.name = self.name
        return command

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Parse the arguments by the command itself, which then runs in the place of this one."""
        return self.load().make_context(*arguments, **options)


class LazyGroup(TyperGroup):
    """The top of the commands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in COMMANDS:
            self.add_command(LazyCommand(name))


def new_app(**options: Any) -> typer.Typer:
    """Make a Typer application as all commands are made."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown", **options)


def new_group(about: str | None, **commands: Callable[..., None]) -> typer.Typer:
    """Make a group of commands; `about` is its help, and `_` in a name is written as `-`."""
    group = new_app(help=about, no_args_is_help=True)
    for name, function in commands.items():
        group.command(name.replace("_", "-"))(function)
    return group
