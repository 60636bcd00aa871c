"""The commands of `kiemtin`, each imported when it is called.

`kiemtin --help` needs names and one line each, which stand here; a command's module brings libraries that take seconds
to import. A test holds the lines equal to the modules' own.
"""

from importlib import import_module
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Entry(NamedTuple):
    """One command: its name, its module in this package, and its line in the list of commands.

    A module gives a single command as a function of its own name, and a group of commands by `build()`.
    """

    name: str
    module: str
    help: str


COMMANDS: Final = (
    Entry(
        "init",
        "init",
        "Write kiemtin.toml, make the key and the database, register the sources, and train the default model.",
    ),
    Entry("crawl", "crawl", "Read all enabled sources once, and delete posts that are past their retention."),
    Entry("import", "import_file", "Import a file of posts. Importing it again adds nothing."),
    Entry("tip", "tip", "Take a post that somebody reports: a text, or a public page, which is read once."),
    Entry(
        "score",
        "score",
        "Score all posts that wait, tie copies and evidence to them, and delete posts that are past their retention.",
    ),
    Entry(
        "run",
        "run",
        "Read what is due, score it, delete what is past its retention, issue last week's report, and serve the desk.",
    ),
    Entry("classify", "classify", "Score texts, in order, one result a line."),
    Entry("train", "train", "Train a model and keep it."),
    Entry(
        "learn",
        "learn",
        "Learn from all decisions of the desk, and compare the candidate with the model in use. Nothing else changes.",
    ),
    Entry(
        "ask",
        "ask",
        "Draw a round of posts for people to label at the desk: half of them probable for a label, half at random.",
    ),
    Entry(
        "teach",
        "teach",
        "Show how teaching goes: the round, what the newest taught model is worth, and what is disputed.",
    ),
    Entry("evaluate", "evaluate", "Measure a model on labelled texts; every figure comes with its 95 % interval."),
    Entry("search", "search", "Find posts by their words, and by label, state, source, date, case, note or cluster."),
    Entry("review", "review", "Open the review desk and serve it until it is stopped with Ctrl-C."),
    Entry("report", "report", "Write the report of a week, month or quarter; withdraw, replace or send one."),
    Entry("correct", "correct", "Corrections of refuted claims: list, write, release, withdraw."),
    Entry("publish", "publish", "Write all released corrections as static files that any web server serves."),
    Entry("erase", "erase", "Delete every stored post of one author with all that hangs on it. This cannot be undone."),
    Entry(
        "backup",
        "backup",
        "Write database, key, settings, captures, models and summaries into one file, while everything runs on.",
    ),
    Entry(
        "restore",
        "restore",
        "Put a backup back into the home folder, then delete what has passed its retention since.",
    ),
    Entry("doctor", "doctor", "Look at the installation and say what is missing and how to mend it."),
    Entry(
        "demo",
        "demo",
        "Run sample platforms on this machine, crawl them over five days, score, summarise, and open the desk.",
    ),
    Entry("sources", "sources", "Places that are read."),
    Entry("users", "users", "People who may sign in to the desk."),
    Entry("models", "models", "Models: candidates, the one in use, and how it is doing."),
    Entry(
        "thresholds",
        "thresholds",
        "Show each threshold and its effect; `set` and `reset` change it.",
    ),
    Entry("db", "database", "The database's tables."),
    Entry(
        "keys",
        "keys",
        "Keys: of programs that use the API (add, list, revoke), and of the installation (rotate, forget).",
    ),
    Entry("alerts", "alerts", "Look for what is out of its usual range, and send alerts; `test` tries the channels."),
    Entry("webhooks", "webhooks", "Other programs that are told of decisions."),
    Entry("export", "export", "Data for other programs, with personal data masked."),
    Entry("audit", "audit", "The record of decisions and actions."),
    Entry("privacy", "privacy", "The record of personal data."),
    Entry("data", "data", "Labelled posts: public sets, and the project's own."),
)


class LazyCommand(TyperCommand):
    """Stands in the list of commands for one that is imported when it is called.

    Args:
        entry: Which one.

    """

    def __init__(self, entry: Entry) -> None:
        super().__init__(name=entry.name, help=entry.help)
        self._module = entry.module

    def load(self) -> Any:
        """Import the command."""
        module = import_module(f"monitor.cli.{self._module}")
        if hasattr(module, "build"):
            app: typer.Typer = module.build()
        else:
            app = new_app()
            app.command(self.name)(getattr(module, self._module))
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
        for entry in COMMANDS:
            self.add_command(LazyCommand(entry))


def new_app(**options: Any) -> typer.Typer:
    """Make a Typer application as all commands are made."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown", **options)
