"""A model on disk: what is loaded predicts as what was saved, and nothing else is ever loaded."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import skops.io

from classifiers.errors import ClassifierError, ModelMissing, ModelRefused
from classifiers.persistence import MANIFEST_FILE, MODEL_FILE, load, manifest_of, save
from classifiers.text.segment import Segmenter
from classifiers.training.train import Trained

TEXTS = ["", "Nghe nói mai ngân hàng đóng cửa", "đồ ngu", "ba tháng chưa có lương", "😭"]
CREATED = "2026-11-16T02:00:00Z"


@pytest.fixture(scope="module")
def saved(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save the small model once; a test that damages it takes a copy."""
    folder = tmp_path_factory.mktemp("models") / "small"
    save(trained, folder, manifest_of(trained, "small", CREATED))
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
    assert set(manifest["versions"]) == {"scikit-learn", "underthesea", "lexicon"}
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


def test_weights_for_other_features_are_refused(copy: Path, segmenter: Segmenter) -> None:
    content = skops.io.load(copy / MODEL_FILE)
    content["heads"]["negative"]["weights"] = content["heads"]["negative"]["weights"][:-1]
    replace_model(copy, skops.io.dumps(content))
    refused(copy, segmenter, "negative has .* weights for")


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("weights", "kinds have .* weights for"),
        ("columns", "kinds have .* weights for"),
        ("names", "kinds have .* weights"),
    ],
)
def test_kinds_that_do_not_fit_together_are_refused(copy: Path, segmenter: Segmenter, part: str, reason: str) -> None:
    content = skops.io.load(copy / MODEL_FILE)
    content["kinds"][part] = content["kinds"][part][:-1]
    replace_model(copy, skops.io.dumps(content))
    refused(copy, segmenter, reason)


def test_a_label_that_goes_by_other_kinds_is_refused(copy: Path, segmenter: Segmenter) -> None:
    content = skops.io.load(copy / MODEL_FILE)
    content["heads"]["concern"]["shares"] = content["heads"]["concern"]["shares"][:-1]
    replace_model(copy, skops.io.dumps(content))
    refused(copy, segmenter, "concern goes by .* kinds of")


def test_types_that_no_model_has_are_not_loaded(copy: Path, segmenter: Segmenter) -> None:
    replace_model(copy, skops.io.dumps({"vectorizers": Path("/tmp").joinpath, "heads": {}}))  # noqa: S108  never used
    refused(copy, segmenter, "holds types that no model of ours has; it was not loaded")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: m.update(format=1), r"has format 1, this program reads 5: make it anew with `kiemtin train"),
        (lambda m: m["versions"].update({"scikit-learn": "0.9"}), r"made with scikit-learn 0\.9, here is"),
        (lambda m: m["versions"].pop("underthesea"), r"made with underthesea None, here is"),
        (lambda m: m.pop("labels"), "is damaged"),
        (lambda m: m.pop("model_sha256"), "is damaged"),
        (lambda m: m["labels"].append("opinion"), r"is damaged \('opinion' is none of our labels\)"),
        (lambda m: m["thresholds"].pop("concern"), "is damaged"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    copy: Path, segmenter: Segmenter, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    change_manifest(copy, change)
    refused(copy, segmenter, reason)


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"format": 5}', "\xff"])
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
        save(trained, copy, manifest_of(trained, "other", CREATED))
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
    assert load(copy, segmenter).manifest["name"] == "small"


def test_a_model_that_was_only_half_replaced_is_noticed(trained: Trained, copy: Path, segmenter: Segmenter) -> None:
    old_manifest = (copy / MANIFEST_FILE).read_bytes()
    body = skops.io.dumps({"another": "model"})
    (copy / MODEL_FILE).write_bytes(body)
    (copy / MANIFEST_FILE).write_bytes(old_manifest)
    refused(copy, segmenter, "is damaged")


def test_a_folder_that_cannot_be_made_is_explained(trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ClassifierError, match="cannot write the model to"):
        save(trained, tmp_path / "file" / "model", manifest_of(trained, "x", CREATED))
