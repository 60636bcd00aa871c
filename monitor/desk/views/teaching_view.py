"""The data of the teaching page: the last round, and what a taught candidate is worth."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from monitor.catalogues import N_
from monitor.desk.web import wording
from monitor.desk.web.language import gettext as _
from storage.review import drawn
from storage.scoring import registry


def teaching_view(session: Session) -> dict[str, Any]:
    """Query all of it. `decided` counts drawn posts.

    `in_use` is the version of the active model, and `before` that whose place it took; empty: there is none.
    """
    active = registry.active_model(session)
    return {
        "round": drawn.last_round(session),
        "decided": drawn.decided_posts(session),
        "candidate": newest_candidate(session),
        "in_use": active.version if active else "",
        "before": (active.replaces or "") if active else "",
    }


def newest_candidate(session: Session) -> dict[str, Any] | None:
    """Describe the newest taught model beside the one that it was compared with; None before one was taught.

    `worse` lists in words in what it is worse, and `can_replace` tells whether one click may put it into use.
    """
    model = registry.newest_taught(session)
    if model is None:
        return None
    comparison: Mapping[str, Any] = model.comparison or {}
    local, worse = comparison["flags"], _worse(comparison)
    criticism = _(
        "Trong %(of)d bài phê bình của bộ thử, mô hình mới gắn cờ nhầm %(new)d bài, mô hình cũ gắn nhầm %(old)d bài."
    )
    clean = _(
        "Trong %(of)d bài không thuộc nhãn nào của bộ thử, mô hình mới gắn cờ nhầm %(new)d bài, "
        "mô hình cũ gắn nhầm %(old)d bài."
    )
    return {
        "version": model.version,
        "state": model.state,
        "against": comparison["against"],
        "labels": [_taught_label(figures, local.get(figures["label"])) for figures in comparison["teaching"]],
        "criticism": _flagged(criticism, comparison["criticism"]),
        "clean": _flagged(clean, comparison["clean"]),
        "worse": worse,
        "can_replace": model.state == "candidate" and not worse,
    }


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


def _taught_label(figures: Mapping[str, Any], local: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "label": wording.label_help(figures["label"]),
        "yes": figures["yes"],
        "no": figures["no"],
        "right": _right(figures),
        "found": _found(figures),
        "beside": _beside(local),
    }


def _right(figures: Mapping[str, Any]) -> str:
    if not figures["changed"]:
        return _(
            "Các bài đã trả lời chưa cho thấy dạy nhãn này có lợi: "
            "điểm giữ như trước, mức gắn cờ chỉ được nâng khi máy gắn nhầm nhiều."
        )
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
