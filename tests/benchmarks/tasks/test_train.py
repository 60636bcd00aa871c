"""A set's own classes are learnt, with what stands beside the texts, and printed as a table."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from classifiers.data.datasets import PUBLIC_SETS, Example, read_classes
from classifiers.data.metadata import Context
from classifiers.errors import TrainingFailed
from classifiers.text.segment import Segmenter
from classifiers.training.splits import groups_of, random_folds
from tests.benchmarks.tasks.__main__ import main, split_by_time
from tests.benchmarks.tasks.classes import class_targets
from tests.benchmarks.tasks.config import SETS, TASKS, VIOCD
from tests.benchmarks.tasks.features import LEAST_ANSWERS, AuxiliarySet
from tests.benchmarks.tasks.linear import DesignMatrix
from tests.benchmarks.tasks.train import LEAST_EXAMPLES, cross_fitted, train_task, unseen_trees

pytestmark = pytest.mark.gate

WORDS = ["quạt", "nóng", "lương", "trọ", "ca", "cơm", "bụi", "ồn", "nước", "điện", "xe", "bếp"]
CLASSES = ("clean", "offensive", "hate")
TEXTS = {"clean": "hôm nay vui vì", "offensive": "nói nhảm về", "hate": "cút hết lũ"}
HATE = replace(TASKS["vihsd"][1], dimensions=0)

GENERATOR = np.random.default_rng(11)
FEATURES = GENERATOR.normal(size=(200, 6))
NUMBERS = np.digitize(FEATURES[:, 0] + 0.3 * GENERATOR.normal(size=200), [0.4, 1.2])
DESIGN = DesignMatrix(sp.csr_matrix(FEATURES), (), np.zeros((200, 0)), (), np.ones(200), 3.0, seed=1)
FOLDS = random_folds(NUMBERS, groups_of([str(n) for n in range(200)]), seed=1)


def labelled(count: int, *names: str, start: int = 0) -> list[Example]:
    """Write `count` texts of each class."""
    classes = names or CLASSES
    return [
        Example(f"{TEXTS[name]} {WORDS[n % len(WORDS)]} lần {n}", {c: c == name for c in classes})
        for n in range(start, start + count)
        for name in classes
    ]


def test_every_task_has_known_views_and_a_set_that_can_be_read() -> None:
    assert set(SETS) == {*(known.name for known in PUBLIC_SETS), "viocd"}
    for name, config in TASKS.values():
        assert name in SETS
        assert len({view.name for view in config.views}) == len(config.views)
    assert [name for name, config in TASKS.values() if config.trees or config.forward] == ["reintel"]


def test_each_text_is_scored_by_models_that_did_not_see_it() -> None:
    targets = class_targets(NUMBERS)
    models, scores = cross_fitted(DESIGN, targets, FOLDS)
    assert models[0].decision_function(DESIGN.features) == pytest.approx(
        DESIGN.fit(targets[0]).decision_function(DESIGN.features)
    )
    seen, held_out = FOLDS[0]
    expected = DESIGN.fit(targets[0], seen).decision_function(DESIGN.features[held_out])
    assert scores[held_out, 0] == pytest.approx(expected)
    assert not np.isnan(scores).any()


def test_texts_that_no_fold_scores_have_no_score() -> None:
    _, scores = cross_fitted(DESIGN, class_targets(NUMBERS)[:1], FOLDS[:1])
    assert np.isnan(scores).sum() == 200 - len(FOLDS[0][1])


def test_trees_are_scored_alike() -> None:
    scores = unseen_trees(FEATURES, NUMBERS > 0, FOLDS[:4], seed=1)
    assert np.isnan(scores).sum() == len(FOLDS[4][1])
    known = ~np.isnan(scores[:, 0])
    assert scores[known, 0][NUMBERS[known] > 0].mean() > scores[known, 0][NUMBERS[known] == 0].mean()


def test_exclusive_classes_are_learnt_one_of_which_holds(segmenter: Segmenter) -> None:
    model = train_task(labelled(25), segmenter, HATE)
    scores = model.score([Example(f"{TEXTS[name]} quạt", {}) for name in CLASSES])
    assert [model.classes[place] for place in scores.predicted] == list(CLASSES)
    assert (model.unseen.predicted == np.tile([0, 1, 2], 25)).mean() > 0.9


def test_an_ordered_set_is_asked_how_grave_a_text_is_at_least() -> None:
    examples = [e for name, count in (("clean", 10), ("hate", 10), ("offensive", 10)) for e in labelled(count, *CLASSES)
                if e.labels[name]]  # fmt: skip
    answers = [target.answers.astype(int).tolist() for target in AuxiliarySet(examples).targets()]
    assert answers == [[0] * 10 + [1] * 20, [0] * 10 + [1] * 10 + [0] * 10]


def test_another_set_is_asked_each_label_of_the_texts_that_know_it() -> None:
    examples = [Example("a", {"negative": n % 2 == 0}) for n in range(2 * LEAST_ANSWERS)]
    examples += [Example("b", {"concern": n % 2 == 0}) for n in range(2 * LEAST_ANSWERS)]
    examples += [Example("c", {"unverified": True})] * 50
    negative, concern = AuxiliarySet(examples, ordered=False).targets()
    assert negative.rows.tolist() == list(range(20))
    assert concern.rows.tolist() == list(range(20, 40))


def test_an_auxiliary_set_knows_words_that_the_task_lacks(segmenter: Segmenter) -> None:
    task = labelled(25, "clean", "hate")
    insults = [Example(f"đồ ngu quạt lần {n}", {"clean": False, "hate": True}) for n in range(100, 130)]
    clean = [e for e in labelled(30, "clean", "hate", start=100) if e.labels["clean"]]
    auxiliary = AuxiliarySet([*clean, *insults])

    def hate(others: Sequence[AuxiliarySet]) -> float:
        model = train_task(task, segmenter, HATE, auxiliary=others)
        return float(model.score([Example("đồ ngu", {})]).probabilities[0, 1])

    assert hate([auxiliary]) > hate([]) + 0.1


def test_what_an_auxiliary_set_shares_with_the_task_is_left_out(segmenter: Segmenter) -> None:
    task = labelled(25, "clean", "hate")
    turned = [replace(e, labels={"clean": e.labels["hate"], "hate": e.labels["clean"]}) for e in task]
    alone = train_task(task, segmenter, HATE)
    beside = train_task(task, segmenter, HATE, auxiliary=[AuxiliarySet(turned)])
    assert np.array_equal(alone.weights, beside.weights)


def timed(examples: Sequence[Example], moments: Sequence[datetime]) -> list[Example]:
    return [
        replace(example, context=Context(time=moment))
        for example, moment in zip(examples, cycle(moments), strict=False)
    ]


def test_where_time_counts_the_oldest_texts_are_not_scored(segmenter: Segmenter) -> None:
    examples = timed(labelled(40, "clean", "hate"), [datetime(2020, 1, day, tzinfo=UTC) for day in range(1, 29)])
    config = replace(TASKS["reintel"][1], dimensions=0, recency=0.5)
    model = train_task(examples, segmenter, config)
    days = np.array([e.context.time.day for e in examples if e.context.time])
    unscored = np.isnan(model.unseen.log_odds).any(axis=1)
    assert unscored.sum() == len(examples) / 5
    assert days[unscored].max() <= days[~unscored].min()
    assert model.trees is not None
    assert model.tree_weights[0] == pytest.approx(-model.tree_weights[1], abs=1e-3)


def test_a_class_of_which_only_the_oldest_texts_are_cannot_be_scored(segmenter: Segmenter) -> None:
    rare = timed(labelled(12)[2::3], [datetime(2020, 1, 1, tzinfo=UTC)])
    newer = [datetime(2021, 1, day, tzinfo=UTC) for day in range(1, 29)]
    others = timed([e for e in labelled(60) if not e.labels["hate"]], newer)
    with pytest.raises(TrainingFailed, match="all texts of 'hate' are among the oldest fifth"):
        train_task([*rare, *others], segmenter, replace(TASKS["reintel"][1], dimensions=0, trees=False))


def test_too_few_texts_of_a_class_are_refused(segmenter: Segmenter) -> None:
    with pytest.raises(TrainingFailed, match=f"class 'clean' has {LEAST_EXAMPLES - 1} different texts"):
        train_task(labelled(LEAST_EXAMPLES - 1), segmenter, HATE)


def test_titles_and_topics_are_features_where_there_are_some(segmenter: Segmenter) -> None:
    examples = labelled(25, "clean", "hate")
    config = replace(TASKS["victsd with titles"][1], dimensions=0)
    bare = train_task(examples, segmenter, config)
    assert bare.space.beside == []
    titled = [
        replace(e, context=Context(title="Giá XĂNG tăng" if e.labels["hate"] else "Trời đẹp", topic="Kinh doanh"))
        for e in examples
    ]
    model = train_task(titled, segmenter, config)
    title, topic = (space for _, space in model.space.beside)
    assert {"giá", "xăng", "giá xăng"} < set(title.vocabulary("title"))
    assert set(topic.vocabulary("topic")) == {"Kinh_doanh"}
    said = model.score([Example("nước", {}, context=Context(title=title)) for title in ("giá xăng", "trời đẹp", "")])
    hateful, clean, unknown = said.probabilities[:, 1]
    assert hateful > unknown > clean


def test_a_set_in_one_file_is_split_by_time() -> None:
    examples = timed(labelled(4), [datetime(2020, 1, day, tzinfo=UTC) for day in (5, 1, 3, 2, 9, 7)])
    parts = split_by_time([Example("no time", {}), *examples])
    assert parts.training[0].text == "no time"
    assert len(parts.measured or ()) == 3
    days = [e.context.time.day for e in parts.measured or () if e.context.time]
    assert days == [7, 9, 9]


def test_the_table_has_two_rows_a_task(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, start in (("train", 0), ("dev", 100)):
        rows = [
            {"text": e.text, "label": list(e.labels).index(next(c for c, holds in e.labels.items() if holds))}
            for e in labelled(20, start=start)
        ]
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    complaints = tmp_path / "viocd.csv"
    rows = [f"{TEXTS['hate']} {word} {n},1\n{TEXTS['clean']} {word} {n},0" for n, word in enumerate(WORDS)]
    complaints.write_text("review,label\n" + "\n".join(rows), encoding="utf-8")
    assert read_classes(VIOCD, complaints)[0].labels == {"other": False, "complaint": True}
    (tmp_path / "plain.txt").write_text("\n".join(e.text for e in labelled(9, start=200)), encoding="utf-8")
    train, dev = tmp_path / "train.jsonl", tmp_path / "dev.jsonl"
    main([f"vihsd={train}:{dev}", f"viocd={complaints}", "--unlabelled", str(tmp_path / "plain.txt"), "--no-corpus"])
    shown = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[:2] for line in shown[2:]] == [
        ["| vihsd", "macro-F1"],
        ["| vihsd", "AUC, anything but the first class"],
    ]


@pytest.mark.parametrize("item", ["vihsd", "mystery=x.csv"])
def test_a_set_that_is_not_named_right_is_explained(item: str) -> None:
    with pytest.raises(SystemExit, match="write it as SET=TRAIN:DEV"):
        main([item])
