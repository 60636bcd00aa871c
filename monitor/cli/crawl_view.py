"""What a crawl shows on a terminal while it works: how many sources are done, and which are being read."""

from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.progress import Progress, TaskID, TextColumn
from rich.spinner import Spinner
from rich.text import Text

from monitor.cli.terminal import SafeConsole
from monitor.crawl.collect import SourceResult

MOST_LINES = 12


class CrawlView(Progress):
    """A display that clears itself away at the end; on anything but a terminal it shows nothing.

    Args:
        console: Where to draw; standard error when none is given.

    """

    def __init__(self, console: Console | None = None) -> None:
        console = console or SafeConsole(stderr=True)
        self._reading: dict[str, TaskID] = {}
        self._done = self._total = self._new = self._failed = 0
        self._spinner = Spinner("dots")
        super().__init__(
            TextColumn("  {task.description}  {task.elapsed:.0f} s", style="dim", markup=False),
            console=console,
            transient=True,
            redirect_stdout=False,
            disable=not console.is_terminal,
        )

    def on_lease(self, names: Sequence[str]) -> None:
        """Note which sources will be read."""
        self._total = len(names)

    def on_start(self, name: str) -> None:
        """Note that a source is being read from now on."""
        self._reading[name] = self.add_task(name, total=None)

    def on_result(self, result: SourceResult) -> None:
        """Note that a source was read."""
        if result.source in self._reading:
            self.remove_task(self._reading.pop(result.source))
        self._done += 1
        self._new += result.new
        self._failed += result.outcome == "failed"

    def get_renderables(self) -> Iterable[RenderableType]:
        """Draw one line for all sources, and one for each that is being read, up to MOST_LINES."""
        failed = f", {self._failed} failed" if self._failed else ""
        self._spinner.update(text=Text(f"{self._done} of {self._total} sources read, {self._new} new posts{failed}"))
        yield self._spinner
        reading = self.tasks
        yield self.make_tasks_table(reading[:MOST_LINES])
        if len(reading) > MOST_LINES:
            yield Text(f"  and {len(reading) - MOST_LINES} more", style="dim")
