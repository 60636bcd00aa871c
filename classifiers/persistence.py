"""A model on disk: a folder with `model.skops` and `manifest.json`. Loading it never runs code from it.

The manifest says what the model learnt from, with which versions, how good it was, and its thresholds. A model made
with other versions of the libraries that give its numbers their meaning is refused, with the command that mends it.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import skops.io
from sklearn.feature_extraction.text import TfidfVectorizer
from skops.io.exceptions import UntrustedTypesFoundException

from classifiers.errors import ModelMissing, ModelRefused
from classifiers.features.space import FeatureSpace, View
from classifiers.labels import LABEL_NAMES, LABEL_TEXT_VERSION
from classifiers.model.classifier import Classifier, Head
from classifiers.model.subclasses import Kinds
from classifiers.text.lexicon import lexicon_version
from classifiers.text.segment import Segmenter
from classifiers.training.train import Trained

FORMAT: Final = 5
SEPARATOR: Final = "\n"  # in no feature: normalising folds white space
MODEL_FILE, MANIFEST_FILE = "model.skops", "manifest.json"
VERSIONED: Final = ("scikit-learn", "underthesea")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A classifier and what its manifest says."""

    classifier: Classifier
    manifest: Mapping[str, Any]

    @property
    def version(self) -> str:
        """A name that no model trained on other data has."""
        return f"{self.manifest['name']}-{self.manifest['data_hash'][:12]}"


def manifest_of(trained: Trained, name: str, created_at: str) -> dict[str, Any]:
    """Write down what a trained model is; `created_at` is an ISO 8601 time in UTC."""
    return {
        "format": FORMAT,
        "name": name,
        "created_at": created_at,
        "data_hash": trained.data_hash,
        "examples": trained.examples,
        "label_text_version": LABEL_TEXT_VERSION,
        "labels": list(trained.classifier.labels),
        "thresholds": trained.classifier.thresholds,
        "metrics": {label: metrics.as_dict() for label, metrics in trained.metrics.items()},
        "versions": _versions(),
    }


def save(trained: Trained, folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a model's folder; each file is written aside and then put in place, the manifest last.

    Raises:
        ModelRefused: When the folder cannot be written.

    """
    classifier = trained.classifier
    content = {
        "views": [_stored_view(view, classifier.space.vectorizers[view.name]) for view in classifier.space.views],
        "heads": {
            head.label: {
                "weights": head.weights,
                "intercept": head.intercept,
                "kinds": head.kinds,
                "shares": head.shares,
            }
            for head in classifier.heads
        },
        "kinds": _stored_kinds(classifier.kinds) if classifier.kinds else None,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        body = skops.io.dumps(content)
        _replace(folder / MODEL_FILE, body)
        text = json.dumps({**manifest, "model_sha256": hashlib.sha256(body).hexdigest()}, ensure_ascii=False, indent=2)
        _replace(folder / MANIFEST_FILE, text.encode())
    except OSError as error:
        message = f"cannot write the model to {folder}: {error.strerror}: check rights and free space"
        raise ModelRefused(message) from error


def _replace(path: Path, body: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def load(folder: Path, segmenter: Segmenter) -> Loaded:
    """Load a model.

    Raises:
        ModelMissing: When the folder holds none.
        ModelRefused: When it is damaged, holds types that a model of ours never has, or was made with other versions.

    """
    if not (folder / MANIFEST_FILE).is_file():
        message = f"there is no model in {folder}: make one with `kiemtin train --name {folder.name}`"
        raise ModelMissing(message)
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        _require_same_versions(manifest, folder)
        _require_our_labels(manifest)
        body = (folder / MODEL_FILE).read_bytes()
        _require_same_file(manifest, body)
        content = skops.io.loads(body)
        views = [_view(stored) for stored in content["views"]]
        vectorizers = {
            view.name: _vectorizer(view, stored) for view, stored in zip(views, content["views"], strict=True)
        }
        space = FeatureSpace(vectorizers, views)
        kinds = None if content["kinds"] is None else _kinds(content["kinds"], space.width)
        of_kinds = len(kinds.names) if kinds else 0
        heads = [_head(label, content["heads"][label], space.width, of_kinds) for label in manifest["labels"]]
        thresholds = {head.label: float(manifest["thresholds"][head.label]) for head in heads}
        classifier = Classifier(space, heads, thresholds, segmenter, kinds=kinds)
    except UntrustedTypesFoundException as error:
        message = f"the model in {folder} holds types that no model of ours has; it was not loaded: {error}"
        raise ModelRefused(message) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, BadZipFile) as error:
        message = f"the model in {folder} is damaged ({error}): make it anew with `kiemtin train --name {folder.name}`"
        raise ModelRefused(message) from error
    return Loaded(classifier, manifest)


def _require_same_file(manifest: Mapping[str, Any], body: bytes) -> None:
    """Refuse a model file that the manifest was not written for: half replaced, cut off, or changed."""
    if hashlib.sha256(body).hexdigest() != manifest["model_sha256"]:
        message = f"{MODEL_FILE} is not the file that {MANIFEST_FILE} describes"
        raise ValueError(message)


def _require_our_labels(manifest: Mapping[str, Any]) -> None:
    if foreign := set(manifest["labels"]) - set(LABEL_NAMES):
        message = f"{min(foreign)!r} is none of our labels"
        raise ValueError(message)


def _require_same_versions(manifest: Mapping[str, Any], folder: Path) -> None:
    again = f"make it anew with `kiemtin train --name {folder.name}`"
    if manifest["format"] != FORMAT:
        message = f"the model in {folder} has format {manifest['format']}, this program reads {FORMAT}: {again}"
        raise ModelRefused(message)
    for part, here in _versions().items():
        made_with = manifest["versions"].get(part)
        if made_with != here:
            message = f"the model in {folder} was made with {part} {made_with}, here is {here}: {again}"
            raise ModelRefused(message)


def _versions() -> dict[str, str]:
    """Name the versions of all that gives a model's numbers their meaning."""
    return {package: version(package) for package in VERSIONED} | {"lexicon": lexicon_version()}


def _head(label: str, stored: Mapping[str, Any], width: int, kinds: int) -> Head:
    weights = np.asarray(stored["weights"], dtype=np.float64)
    if weights.shape != (width,):
        message = f"{label} has {weights.shape} weights for {width} features"
        raise ValueError(message)
    shares = np.asarray(stored["shares"], dtype=np.float64)
    if stored["kinds"] and shares.shape != (kinds,):
        message = f"{label} goes by {shares.shape} kinds of {kinds}"
        raise ValueError(message)
    return Head(label, weights, float(stored["intercept"]), float(stored["kinds"]), shares)


def _stored_kinds(kinds: Kinds) -> dict[str, Any]:
    return {
        "names": list(kinds.names),
        "columns": kinds.columns,
        "weights": kinds.weights.astype(np.float16),  # nothing is lost: see Kinds
        "intercepts": kinds.intercepts,
    }


def _kinds(stored: Mapping[str, Any], width: int) -> Kinds:
    columns, weights = np.asarray(stored["columns"], np.intp), np.asarray(stored["weights"], np.float32)
    if weights.shape != (len(columns), len(stored["names"])) or not (columns < width).all():
        message = f"kinds have {weights.shape} weights for {len(columns)} of {width} features"
        raise ValueError(message)
    return Kinds(tuple(stored["names"]), columns, weights, np.asarray(stored["intercepts"], np.float64))


def _stored_view(view: View, vectorizer: TfidfVectorizer) -> dict[str, Any]:
    """Write a view down as plain data: its features are one text, for a list of them takes a hundred times longer."""
    return {
        "name": view.name,
        "ngrams": list(view.ngrams),
        "letters": view.letters,
        "scale": view.scale,
        "features": SEPARATOR.join(vectorizer.get_feature_names_out()),
        "frequencies": vectorizer.idf_,
    }


def _view(stored: Mapping[str, Any]) -> View:
    least, most = stored["ngrams"]
    return View(stored["name"], (least, most), letters=stored["letters"], scale=stored["scale"])


def _vectorizer(view: View, stored: Mapping[str, Any]) -> TfidfVectorizer:
    return view.vectorizer(stored["features"].split(SEPARATOR), stored["frequencies"])
