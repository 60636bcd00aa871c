"""`kiemtin ask`: draw posts for people to label, to train and to measure the model."""

from dataclasses import asdict
from typing import Annotated

import typer

from monitor.cli.context import application, out, progress_bar, show_json


def ask(
    context: typer.Context,
    posts: Annotated[int, typer.Option(min=2, max=500, help="How many posts to draw.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print the account as JSON.")] = False,
) -> None:
    """Draw a round of posts for people to label at the desk: half of them probable for a label, half at random.

    Example: `kiemtin ask --posts 50`
    """
    app = application(context)
    steps = app.teaching_steps()
    with progress_bar() as bar:
        asked = steps.draw(posts, bar.update)
    if as_json:
        show_json(asdict(asked))
        return
    out().print(
        f"Drew {asked.posts} posts ({asked.probable} probable, {asked.random} at random): "
        f"{asked.questions} questions. {asked.waiting} wait for an answer at the desk, under “Dạy máy”.",
        markup=False,
    )
