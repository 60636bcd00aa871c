"""The data of the teaching page: the last round, what a taught candidate is worth, and where people disagree."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from monitor.catalogues import N_
from monitor.desk.web import wording
from monitor.desk.web.language import gettext as _
from monitor.desk.web.wording import LabelHelp
from storage.models import Model
from storage.review import drawn, second_readings
from storage.review.drawn import Round
from storage.scoring import registry


@dataclass(frozen=True, slots=True)
class TaughtLabel:
    """The figures of one label, in words."""

    label: LabelHelp
    yes: int
    no: int
    right: str
    found: str
    beside: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """The newest taught model; `worse` lists in words in what it is worse than the one that it was compared with."""

    name: str
    version: str
    state: str
    against: str
    labels: tuple[TaughtLabel, ...]
    criticism: str
    clean: str
    worse: tuple[str, ...]

    @property
    def can_replace(self) -> bool:
        """Whether it may be put into use with one click."""
        return self.state == "candidate" and not self.worse


@dataclass(frozen=True, slots=True)
class TeachingView:
    """The data of the page. `decided` counts drawn posts, `differing` their flags on which two people differ."""

    round: Round | None
    decided: int
    candidate: Candidate | None
    differing: int


def teaching_view(session: Session) -> TeachingView:
    """Query all of it."""
    return TeachingView(
        round=drawn.last_round(session),
        decided=drawn.decided_posts(session),
        candidate=newest_candidate(session),
        differing=sum(one.flag.sampling is not None for one in second_readings.differing(session)),
    )


def newest_candidate(session: Session) -> Candidate | None:
    """Describe the newest taught model; None before one was taught."""
    newest = registry.newest_taught(session)
    return _candidate(newest) if newest is not None else None


def _candidate(model: Model) -> Candidate:
    comparison: Mapping[str, Any] = model.comparison or {}
    criticism, clean = comparison["criticism"], comparison["clean"]
    return Candidate(
        name=model.name,
        version=model.version,
        state=model.state,
        against=str(comparison["against"]),
        labels=tuple(
            _taught_label(figures, comparison["flags"].get(figures["label"])) for figures in comparison["teaching"]
        ),
        criticism=_flagged(
            _(
                "Trong %(of)d bài phê bình của bộ thử, mô hình mới gắn cờ nhầm %(new)d bài, "
                "mô hình đang dùng gắn nhầm %(old)d bài."
            ),
            criticism,
        ),
        clean=_flagged(
            _(
                "Trong %(of)d bài không thuộc nhãn nào của bộ thử, mô hình mới gắn cờ nhầm %(new)d bài, "
                "mô hình đang dùng gắn nhầm %(old)d bài."
            ),
            clean,
        ),
        worse=_worse(comparison),
    )


def _flagged(text: str, pair: Mapping[str, float]) -> str:
    return text % {key: round(pair[key]) for key in ("of", "new", "old")}


def _worse(comparison: Mapping[str, Any]) -> tuple[str, ...]:
    """Say in what the candidate is worse; the rules are those of promotion."""
    said = {
        "local": N_("nhãn “%(label)s” kém hơn trên bài của bạn"),
        "criticism": N_("bài phê bình bị gắn cờ nhầm nhiều hơn"),
        "clean": N_("bài không thuộc nhãn nào bị gắn cờ nhầm nhiều hơn"),
        "challenge": N_("nhãn “%(label)s” kém hơn trên bộ thử"),
    }
    return tuple(
        _(said[measure]) % ({"label": wording.label_help(label).title} if label else {})
        for measure, label in dict.fromkeys(map(tuple, comparison["worse_in"]))
    )


def _taught_label(figures: Mapping[str, Any], local: Mapping[str, Any] | None) -> TaughtLabel:
    return TaughtLabel(
        wording.label_help(figures["label"]),
        figures["yes"],
        figures["no"],
        _right(figures),
        _found(figures),
        _beside(local),
    )


def _right(figures: Mapping[str, Any]) -> str:
    if not figures["changed"]:
        return _("Chưa đủ bài thuộc nhãn này để dạy: máy vẫn gắn cờ như trước.")
    if figures["right"] is None:
        return _("Máy còn gắn cờ quá ít bài để nói đúng được bao nhiêu.")
    text = _("Trong 100 bài máy gắn cờ, khoảng %(right)d (%(low)d–%(high)d) bài đúng.")
    return text % {key: round(100 * figures[key]) for key in ("right", "low", "high")}


def _found(figures: Mapping[str, Any]) -> str:
    if not figures["changed"]:
        return ""
    text = _("Máy tìm ra %(found)d trong %(yes)d bài thuộc nhãn này mà bạn đã trả lời.")
    return text % {key: figures[key] for key in ("found", "yes")}


def _beside(local: Mapping[str, Any] | None) -> str:
    """Set the candidate beside the model in use, on the same posts, which neither learned from."""
    if local is None:
        return ""
    text = _(
        "Trên %(posts)d bài của bạn: gắn cờ đúng %(right)d bài thay vì %(right_old)d, nhầm %(wrong)d thay vì "
        "%(wrong_old)d, bỏ sót %(missed)d thay vì %(missed_old)d."
    )
    counts = {name: round(local[name]["new"]) for name in ("right", "wrong", "missed")}
    before = {f"{name}_old": round(local[name]["old"]) for name in counts}
    return text % {"posts": local["right"]["of"], **counts, **before}
