"""A model on disk: a folder with `model.npz` (arrays) and `manifest.json`. Loading it never runs code from it.

The manifest records the training data, versions, metrics and thresholds. A model made with another version of the
segmenter or the lexicon is refused, since its features would differ; the message names the command that retrains it.
"""

import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import ModelMissing, ModelRefused
from classifiers.features.space import VIEWS, FeatureSpace
from classifiers.features.tfidf import FittedView
from classifiers.labels import LABEL_NAMES, LABEL_TEXT_VERSION
from classifiers.model.classifier import Classifier, LabelModel
from classifiers.model.subclasses import SubclassModel
from classifiers.text.lexicon import lexicon_version
from classifiers.text.segment import Segmenter

FORMAT: Final = 9
SEPARATOR: Final = "\n"  # in no n-gram: normalising replaces white space by spaces
MODEL_FILE, MANIFEST_FILE, CARD_FILE = "model.npz", "manifest.json", "card.md"
DEFAULT_FOLDER: Final = Path(__file__).parent / "model" / "default"  # of the distribution

# NumPy, zipfile and json raise these for damaged files, and so does a manifest with missing or mistyped values, with
# brackets in brackets without end, or with a number that no computer holds.
_DAMAGED: Final = (
    OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, MemoryError, EOFError,
    BadZipFile, zlib.error,
)  # fmt: skip

_FACTS: Final = {"name": str, "data_hash": str, "examples": int, "metrics": dict}  # of a manifest, that others rely on
_OF_TRAITS: Final = ("length_weights", "reply_weights")  # in the order of `traits_of`
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A classifier and its manifest."""

    classifier: Classifier
    manifest: Mapping[str, Any]

    @property
    def version(self) -> str:
        """The name with a hash of the training data, so that models of different data never share a version."""
        return f"{self.manifest['name']}-{self.manifest['data_hash'][:12]}"


def save(classifier: Classifier, folder: Path, facts: Mapping[str, Any]) -> Loaded:
    """Write a model's folder; each file is written aside and then put in place, the manifest last.

    Args:
        classifier: The model.
        folder: Where it is written; made if missing.
        facts: Facts of the training for the manifest, from `Trained.facts`.

    Returns:
        The classifier with its manifest, as `load` would.

    Raises:
        ModelRefused: When the folder cannot be written.

    """
    stream = BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **_arrays(classifier))
    body = stream.getvalue()
    manifest = {
        "format": FORMAT,
        **facts,
        "label_text_version": LABEL_TEXT_VERSION,
        "labels": list(classifier.labels),
        "thresholds": classifier.thresholds,
        "views": [{"name": view.name, "ngrams": view.ngrams, "scale": view.scale} for view in classifier.space.views],
        "versions": _versions(),
        "model_sha256": hashlib.sha256(body).hexdigest(),
    }
    _write(folder, {MODEL_FILE: body, MANIFEST_FILE: json.dumps(manifest, ensure_ascii=False, indent=2).encode()})
    return Loaded(classifier, manifest)


def copy(source: Path, folder: Path) -> None:
    """Copy a model with its card to another folder, the manifest last.

    Raises:
        ModelRefused: When the folder cannot be written.

    """
    _write(folder, {name: (source / name).read_bytes() for name in (CARD_FILE, MODEL_FILE, MANIFEST_FILE)})


def fits(folder: Path) -> bool:
    """Tell whether a model was made with the versions that are installed here, as far as its manifest can be read."""
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        return (manifest["format"], manifest["versions"]) == (FORMAT, _versions())
    except _DAMAGED:
        return True  # loading it says what is wrong


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            _replace(folder / name, body)
    except OSError as error:
        message = f"cannot write the model to {folder}: {error.strerror}: check rights and free space"
        raise ModelRefused(message) from error


def _replace(path: Path, body: bytes) -> None:
    # A rename within one folder is atomic: readers get the old file or the new one, never a part.
    handle, temporary = tempfile.mkstemp(".part", f".{path.name}.{os.getpid()}-", path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def load(folder: Path, segmenter: Segmenter) -> Loaded:
    """Load a model.

    Args:
        folder: Where it lies.
        segmenter: Cuts texts into words, when the model predicts.

    Raises:
        ModelMissing: When the folder holds none.
        ModelRefused: When it is damaged, or was made with other versions.

    """
    again = f"make it anew with `kiemtin train --name {folder.name}`"
    if not (folder / MANIFEST_FILE).is_file():
        raise ModelMissing(f"there is no model in {folder}: make one with `kiemtin train --name {folder.name}`")
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        _require_same_versions(manifest, folder, f"{again}, or teach it anew at the desk")
        body = (folder / MODEL_FILE).read_bytes()
        _require_same_file(manifest, body)
        with np.load(BytesIO(body), allow_pickle=False) as stored:
            classifier = _classifier(manifest, dict(stored), segmenter)
    except _DAMAGED as error:
        raise ModelRefused(f"the model in {folder} is damaged ({error}): {again}") from error
    return Loaded(classifier, manifest)


def _require_same_versions(manifest: Mapping[str, Any], folder: Path, again: str) -> None:
    if manifest["format"] != FORMAT:
        message = f"the model in {folder} has format {manifest['format']}, this program reads {FORMAT}: {again}"
        raise ModelRefused(message)
    for part, here in _versions().items():
        made_with = manifest["versions"].get(part)
        if made_with != here:
            raise ModelRefused(f"the model in {folder} was made with {part} {made_with}, here is {here}: {again}")


def _versions() -> dict[str, str]:
    """Name the versions of what gives a model's numbers their meaning: the segmenter and the lexicon."""
    return {"underthesea": version("underthesea"), "lexicon": lexicon_version()}


def _require_same_file(manifest: Mapping[str, Any], body: bytes) -> None:
    """Refuse a model file that the manifest was not written for: half replaced, cut off, or changed."""
    if hashlib.sha256(body).hexdigest() != manifest["model_sha256"]:
        raise ValueError(f"{MODEL_FILE} is not the file that {MANIFEST_FILE} describes")


def _arrays(classifier: Classifier) -> dict[str, NDArray[Any]]:
    """Convert a classifier to arrays; strings are joined and stored as bytes, since object arrays would need pickle."""
    models = classifier.label_models
    arrays: dict[str, NDArray[Any]] = {
        "weights": np.stack([model.weights for model in models]),
        "intercepts": np.array([model.intercept for model in models]),
        "subclass_weights": np.array([model.subclass_weight for model in models]),
        **{name: np.array([model.trait_weights[at] for model in models]) for at, name in enumerate(_OF_TRAITS)},
    }
    for fitted in classifier.space.fitted:
        arrays[f"ngrams.{fitted.view.name}"] = _as_bytes(fitted.ngrams)
        arrays[f"idf.{fitted.view.name}"] = fitted.idf
    for model in models:
        arrays[f"subclass_shares.{model.label}"] = model.subclass_shares
    if classifier.subclasses:
        arrays["subclasses.names"] = _as_bytes(classifier.subclasses.names)
        arrays["subclasses.columns"] = classifier.subclasses.columns.astype(np.int32)
        arrays["subclasses.weights"] = classifier.subclasses.weights.astype(np.float16)  # exact: see SubclassModel
        arrays["subclasses.intercepts"] = classifier.subclasses.intercepts
    return arrays


def _classifier(manifest: Mapping[str, Any], arrays: Arrays, segmenter: Segmenter) -> Classifier:
    for fact, kind in _FACTS.items():
        if not isinstance(manifest[fact], kind):
            raise TypeError(f"its {fact} is no {kind.__name__}")
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds what is no number")
    labels = manifest["labels"]
    if foreign := set(labels) - set(LABEL_NAMES):
        raise ValueError(f"{min(foreign)!r} is none of our labels")
    space = FeatureSpace([_fitted_view(stored, arrays) for stored in manifest["views"]])
    subclasses = _subclasses(arrays, space.width) if "subclasses.names" in arrays else None
    _require_shape("weights", arrays["weights"], (len(labels), space.width))
    models = []
    for row, label in enumerate(labels):
        model = LabelModel(
            label,
            arrays["weights"][row].astype(np.float64),
            float(arrays["intercepts"][row]),
            float(arrays["subclass_weights"][row]),
            arrays[f"subclass_shares.{label}"].astype(np.float64),
            np.array([arrays[name][row] for name in _OF_TRAITS], dtype=np.float64),
        )
        if model.subclass_weight:
            expected = (2, len(subclasses.names) if subclasses else 0)
            _require_shape(f"subclass_shares of {label}", model.subclass_shares, expected)
        models.append(model)
    thresholds = {label: float(manifest["thresholds"][label]) for label in labels}
    # One that spares a text of probability 1 lies just above 1.
    if wrong := [label for label, threshold in thresholds.items() if not 0 <= threshold < np.inf]:
        raise ValueError(f"the threshold of {wrong[0]} is no probability")
    return Classifier(space, models, thresholds, segmenter, subclasses=subclasses)


def _fitted_view(stored: Mapping[str, Any], arrays: Arrays) -> FittedView:
    known = {view.name: view for view in VIEWS}[stored["name"]]
    least, most = stored["ngrams"]
    view = replace(known, ngrams=(least, most), scale=float(stored["scale"]))
    ngrams, idf = _as_strings(arrays[f"ngrams.{view.name}"]), arrays[f"idf.{view.name}"].astype(np.float64)
    _require_shape(f"idf of {view.name}", idf, (len(ngrams),))
    return FittedView(view, ngrams, idf)


def _subclasses(arrays: Arrays, width: int) -> SubclassModel:
    names, columns = _as_strings(arrays["subclasses.names"]), arrays["subclasses.columns"].astype(np.intp)
    weights, intercepts = (arrays[f"subclasses.{part}"] for part in ("weights", "intercepts"))
    _require_shape("weights of subclasses", weights, (len(columns), len(names)))
    _require_shape("intercepts of subclasses", intercepts, (len(names),))
    if not ((columns >= 0) & (columns < width)).all():
        raise ValueError(f"subclasses read features beyond the {width} that there are")
    return SubclassModel(tuple(names), columns, weights.astype(np.float32), intercepts.astype(np.float64))


def _require_shape(what: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"{what}: shape {array.shape} instead of {shape}")


def _as_bytes(strings: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer(SEPARATOR.join(strings).encode(), dtype=np.uint8)


def _as_strings(stored: NDArray[np.uint8]) -> list[str]:
    return stored.tobytes().decode().split(SEPARATOR)
