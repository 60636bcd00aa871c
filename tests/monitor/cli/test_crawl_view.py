"""The display of a crawl: drawn on a terminal alone, and gone at the end."""

from io import StringIO

from rich.console import Console

from monitor.cli.crawl import MOST_LINES, CrawlView
from monitor.crawl.collect import SourceResult


def run(*, terminal: bool) -> str:
    drawn = StringIO()
    console = Console(file=drawn, force_terminal=terminal, width=100, height=40)
    with CrawlView(console) as view:
        view.on_lease([f"nguồn {number}" for number in range(20)])
        for number in range(MOST_LINES + 3):
            view.on_start(f"nguồn {number}")
        view.on_result(SourceResult("nguồn 0", new=7))
        view.on_result(SourceResult("nguồn 1", outcome="failed"))
        if terminal:
            view.refresh()
    return drawn.getvalue()


def test_a_terminal_sees_what_is_being_read() -> None:
    drawn = run(terminal=True)
    assert "2 of 20 sources read, 7 new posts, 1 failed" in drawn
    assert "nguồn 2  0 s" in drawn
    assert "and 1 more" in drawn
    assert drawn.endswith("\x1b[2K") or "\x1b[1A" in drawn  # and is cleared away


def test_anything_else_sees_nothing() -> None:
    assert run(terminal=False) == ""
