"""`kiemtin data`: describe the public sets of labelled posts, and the project's own."""

from pathlib import Path
from typing import Annotated, Any

import typer

from classifiers.data.datasets import PUBLIC_SETS, PublicSet, read_corpus
from classifiers.data.public_sets import ORIGINS
from classifiers.evaluation.agreement import read_second_labels
from classifiers.evaluation.data_card import data_card
from monitor.cli.context import out, show_json


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(help="Labelled posts: public sets, and the project's own.", no_args_is_help=True)
    group.command("guide")(guide)
    group.command("card")(card)
    return group


def guide(
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say where each public set is asked for, on what terms, and how its file is read.

    Example: `kiemtin data guide`
    """
    described = [_described(known) for known in PUBLIC_SETS]
    if as_json:
        show_json(described)
        return
    console = out()
    console.print("None of these is part of KiểmTin. Ask for a set yourself, keep to its terms, then:\n", markup=False)
    for one in described:
        console.print(f"{one['name']}: {one['title']}", style="bold", markup=False)
        for key in ("holds", "paper", "where", "terms", "form", "means", "train", "measure"):
            if one[key]:
                console.print(f"  {key:8} {one[key]}", markup=False)
        console.print()
    console.print(
        "Your own posts: JSON lines with `text` and `labels`, as `kiemtin train --data own=FILE`.", markup=False
    )


def _described(known: PublicSet) -> dict[str, Any]:
    origin = ORIGINS[known.name]
    columns = " and ".join(" or ".join(f"`{name}`" for name in names) for names in (known.text, known.label))
    values = ", ".join(f"{value} {name}" for value, name in known.classes.items())
    return {
        "name": known.name,
        "title": known.title,
        "holds": origin.holds,
        "paper": origin.paper,
        "where": origin.where,
        "terms": origin.terms,
        "form": f"CSV or JSON lines, gzipped or not, with {columns} ({values})",
        "means": _meaning(known),
        "train": f"kiemtin train --name mine --data {known.name}=FILE",
        "measure": f"kiemtin evaluate --model mine --data {known.name}=FILE",
    }


def _meaning(known: PublicSet) -> str:
    label, values = known.ours
    names = " and ".join(name for value, name in known.classes.items() if value in values)
    return f"our `{label}` learns from {names}"


def card(
    to: Annotated[Path | None, typer.Option(help="Write it to this file instead of showing it.")] = None,
) -> None:
    """Describe the project's own labelled posts: counts, lengths, copies, agreement, use and gaps (Markdown).

    Example: `kiemtin data card --to docs/data-card.md`
    """
    text = data_card(read_corpus(), read_second_labels())
    if to is None:
        typer.echo(text, nl=False)
    else:
        to.write_text(text, encoding="utf-8")
