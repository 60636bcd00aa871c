"""`kiemtin evaluate`: how good a model is on labelled texts it did not learn from."""

from typing import Annotated

import typer

from classifiers.evaluation import evaluate as evaluate_model
from monitor.cli.context import application, out, progress_bar, show_json
from monitor.cli.train import read_data
from monitor.errors import UsageError


def evaluate(
    context: typer.Context,
    data: Annotated[list[str], typer.Option(help="A labelled file as READER=FILE; may be given several times.")],
    model: Annotated[str, typer.Option(help="Name or path of a trained model.")] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Print the metrics as JSON.")] = False,
) -> None:
    """Measure a model on labelled texts.

    Example: `kiemtin evaluate --data vihsd=dev.csv --json`
    """
    if not data:
        message = "name what to measure on: --data READER=FILE"
        raise UsageError(message)
    with progress_bar() as bar:
        loaded = application(context).load_model(model, bar.update)
    examples = read_data(data, corpus=False, task=loaded.classifier.exclusive)
    result = evaluate_model(loaded.classifier, examples)
    if as_json:
        show_json({"model": loaded.version, **result})
        return
    console = out()
    console.print(f"{loaded.version} on {result['examples']} texts")
    for label, figures in result["labels"].items():
        console.print(
            f"  {label}: AUC {figures['auc']:.3f}, AP {figures['average_precision']:.3f}, "
            f"macro-F1 {figures['macro_f1']:.3f}, precision {figures['precision']:.2f}, "
            f"recall {figures['recall']:.2f}, ECE {figures['calibration_error']:.3f}"
        )
    if "macro_f1" in result:
        console.print(f"  all classes: macro-F1 {result['macro_f1']:.3f}, accuracy {result['accuracy']:.3f}")
