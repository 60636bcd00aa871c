"""Tables that compare two models."""

from dataclasses import asdict

from rich.table import Table

from monitor.cli.context import out
from monitor.learning.shadow import ShadowReport


def show_overlap(report: ShadowReport, said: str) -> None:
    """Print a line, and by label how many posts both models would flag, or only one of them."""
    table = Table(box=None, pad_edge=False)
    for heading in ("label", "both would flag", f"only {report.active}", f"only {report.shadow}"):
        table.add_column(heading, overflow="fold")
    for label, overlap in report.labels.items():
        table.add_row(label, *(str(count) for count in asdict(overlap).values()))
    out().print(said, markup=False)
    out().print(table)
