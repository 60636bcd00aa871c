"""What a crawl shows on a terminal while it works: the sources that are being read, and how many are done."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from monitor.pipeline.collect import SourceResult

MOST_LINES = 12


class CrawlView:
    """A display on standard error that clears itself away at the end; on anything but a terminal it shows nothing.

    Args:
        console: Where to draw; standard error when none is given.

    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._reading: dict[str, float] = {}
        self._done = self._total = self._new = self._failed = 0
        self._spinner = Spinner("dots")
        self._live = Live(
            get_renderable=self._drawn,
            console=self._console,
            transient=True,
            refresh_per_second=8,
            redirect_stdout=False,
        )

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        if self._live.is_started:
            self._live.stop()

    def leased(self, names: Sequence[str]) -> None:
        """Note which sources will be read."""
        self._total = len(names)

    def started(self, name: str) -> None:
        """Note that a source is being read from now on."""
        self._reading[name] = time.monotonic()

    def finished(self, result: SourceResult) -> None:
        """Note that a source was read."""
        self._reading.pop(result.source, None)
        self._done += 1
        self._new += result.new
        self._failed += result.outcome == "failed"

    def _drawn(self) -> RenderableType:
        failed = f", {self._failed} failed" if self._failed else ""
        self._spinner.update(text=Text(f"{self._done} of {self._total} sources read, {self._new} new posts{failed}"))
        now = time.monotonic()
        shown = list(self._reading.items())[:MOST_LINES]
        lines = [Text(f"  {name}  {now - begun:.0f} s", style="dim") for name, begun in shown]
        if len(self._reading) > MOST_LINES:
            lines.append(Text(f"  and {len(self._reading) - MOST_LINES} more", style="dim"))
        return Group(self._spinner, *lines)
