"""A model on disk: what is loaded predicts as what was saved, and nothing else is ever loaded."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifiers.errors import ClassifierError, ModelMissing, ModelRefused
from classifiers.persistence import MANIFEST_FILE, MODEL_FILE, load, save
from classifiers.text.segment import Segmenter
from classifiers.training.train import Trained

TEXTS = ["", "Nghe nói mai ngân hàng đóng cửa", "đồ ngu", "ba tháng chưa có lương", "😭"]
CREATED = "2026-11-16T02:00:00Z"


@pytest.fixture(scope="module")
def saved(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save the small model once; a test that damages it takes a copy."""
    folder = tmp_path_factory.mktemp("models") / "small"
    save(trained.classifier, folder, trained.facts("small", CREATED))
    return folder


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    """Give a copy that may be damaged."""
    return Path(shutil.copytree(saved, tmp_path / "small"))


def change_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    change(manifest)
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))


def replace_model(folder: Path, body: bytes) -> None:
    """Put another model file in place, with a manifest that vouches for it."""
    (folder / MODEL_FILE).write_bytes(body)
    change_manifest(folder, lambda manifest: manifest.update(model_sha256=hashlib.sha256(body).hexdigest()))


def refused(folder: Path, segmenter: Segmenter, reason: str) -> None:
    with pytest.raises(ModelRefused, match=reason) as caught:
        load(folder, segmenter)
    assert "\n" not in str(caught.value)


def test_a_loaded_model_predicts_exactly_as_the_saved_one(trained: Trained, saved: Path, segmenter: Segmenter) -> None:
    loaded = load(saved, segmenter)
    before = list(trained.classifier.predict(TEXTS, explain_all=True))
    assert list(loaded.classifier.predict(TEXTS, explain_all=True)) == before
    assert loaded.classifier.thresholds == trained.classifier.thresholds


def test_the_manifest_says_what_the_model_is(trained: Trained, saved: Path, segmenter: Segmenter) -> None:
    manifest = load(saved, segmenter).manifest
    assert manifest["created_at"] == CREATED
    assert manifest["data_hash"] == trained.data_hash
    assert manifest["examples"] == trained.examples
    assert manifest["labels"] == ["unverified", "negative", "concern"]
    assert set(manifest["metrics"]) == set(manifest["thresholds"]) == set(manifest["labels"])
    assert set(manifest["versions"]) == {"underthesea", "lexicon"}
    assert load(saved, segmenter).version == f"small-{trained.data_hash[:12]}"


def test_a_folder_without_a_model_names_the_command_that_makes_one(tmp_path: Path, segmenter: Segmenter) -> None:
    with pytest.raises(ModelMissing, match=r"no model in .*: make one with `kiemtin train --name default`$"):
        load(tmp_path / "default", segmenter)


@pytest.mark.parametrize("place", [0.0, 0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_changed_byte_is_noticed(copy: Path, segmenter: Segmenter, place: float) -> None:
    body = bytearray((copy / MODEL_FILE).read_bytes())
    body[int(place * len(body))] ^= 1
    (copy / MODEL_FILE).write_bytes(body)
    refused(copy, segmenter, "is not the file that manifest.json describes")


@pytest.mark.parametrize(
    "body", [b"", b"no archive", b"PK\x05\x06" + bytes(18)], ids=["empty", "text", "empty archive"]
)
def test_a_file_that_is_no_model_is_refused_even_if_the_manifest_vouches_for_it(
    copy: Path, segmenter: Segmenter, body: bytes
) -> None:
    replace_model(copy, body)
    refused(copy, segmenter, r"is damaged .*make it anew with `kiemtin train --name small`$")


def test_a_missing_model_file_is_explained(copy: Path, segmenter: Segmenter) -> None:
    (copy / MODEL_FILE).unlink()
    refused(copy, segmenter, "is damaged")


def change_array(folder: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    """Put a model file in place in which one array is another."""
    with np.load(folder / MODEL_FILE) as stored:
        arrays = dict(stored)
    stream = BytesIO()
    np.savez(stream, **{**arrays, name: change(arrays[name])})
    replace_model(folder, stream.getvalue())


class Harmful:
    """What would be run by whoever unpickles it."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return pytest.fail, ("code of a model was run",)


Change = Callable[[np.ndarray], np.ndarray]
SHORTER: Change = lambda array: array[:-1]  # noqa: E731
NO_NUMBERS: Change = lambda array: np.full_like(array, np.nan)  # noqa: E731


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("idf.letters", SHORTER, "idf of letters: shape"),
        ("weights", SHORTER, r"weights: shape \(2, \d+\) instead of \(3, "),
        ("subclasses.weights", SHORTER, "weights of subclasses: shape"),
        ("subclasses.columns", SHORTER, "weights of subclasses: shape"),
        ("subclasses.intercepts", SHORTER, "intercepts of subclasses: shape"),
        ("subclass_shares.concern", SHORTER, "subclass_shares of concern: shape"),
        ("subclasses.names", lambda _: np.frombuffer(b"rumour", np.uint8), "weights of subclasses: shape"),
        ("subclasses.columns", lambda columns: columns + 10_000_000, "subclasses read features beyond the"),
        ("subclasses.columns", lambda columns: columns - 10_000_000, "subclasses read features beyond the"),
        *((name, NO_NUMBERS, f"{name} holds what is no number") for name in ("weights", "intercepts", "idf.letters")),
        ("intercepts", lambda _: np.array([Harmful()], dtype=object), "Object arrays cannot be loaded"),
    ],
)
def test_arrays_that_are_no_models_are_refused(
    copy: Path, segmenter: Segmenter, name: str, change: Change, reason: str
) -> None:
    change_array(copy, name, change)
    refused(copy, segmenter, reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: m.update(format=1), r"has format 1, this program reads 9: make it anew with `kiemtin train"),
        (lambda m: m["versions"].update({"underthesea": "0.9"}), r"made with underthesea 0\.9, here is"),
        (lambda m: m["views"].pop(), "is damaged"),
        (lambda m: m["views"][0].update(name="smells"), "is damaged"),
        (lambda m: m["versions"].pop("underthesea"), r"made with underthesea None, here is"),
        (lambda m: m.pop("labels"), "is damaged"),
        (lambda m: m.pop("model_sha256"), "is damaged"),
        (lambda m: m["labels"].append("opinion"), r"is damaged \('opinion' is none of our labels\)"),
        (lambda m: m["thresholds"].pop("concern"), "is damaged"),
        (lambda m: m["thresholds"].update(concern=float("nan")), "the threshold of concern is no probability"),
        (lambda m: m["thresholds"].update(concern=10**400), "is damaged"),
        (lambda m: m.pop("name"), "is damaged"),
        (lambda m: m.update(data_hash=7), "its data_hash is no str"),
        (lambda m: m.pop("metrics"), r"is damaged \('metrics'\)"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    copy: Path, segmenter: Segmenter, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    change_manifest(copy, change)
    refused(copy, segmenter, reason)


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"format": 9}', "\xff", "[" * 100_000])
def test_a_manifest_that_is_none_is_refused(copy: Path, segmenter: Segmenter, text: str) -> None:
    (copy / MANIFEST_FILE).write_bytes(text.encode("latin-1"))
    refused(copy, segmenter, "is damaged")


def test_a_disk_that_fills_up_leaves_the_old_model_as_it_was(
    trained: Trained, copy: Path, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(ModelRefused, match=r"No space left on device: check rights and free space$"):
        save(trained.classifier, copy, trained.facts("other", CREATED))
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
    assert load(copy, segmenter).manifest["name"] == "small"


def test_a_folder_that_cannot_be_made_is_explained(trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ClassifierError, match="cannot write the model to"):
        save(trained.classifier, tmp_path / "file" / "model", trained.facts("x", CREATED))
