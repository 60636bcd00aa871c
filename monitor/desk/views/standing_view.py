"""Why a flag stands where it stands in the queue: the factors of its worth in one line."""

from datetime import datetime

from sqlalchemy.orm import Session

from monitor.desk.web.language import counted, decimal
from monitor.desk.web.language import gettext as _
from monitor.scoring.flag_value import RECENT, Factors, among_strangers, factors_of
from monitor.scoring.relevance import Focus, Relevance
from storage.figures.concluded import Concluded
from storage.models import Flag
from storage.review import places
from storage.review.places import Candidate
from storage.scoring import focus

_MOST_WORDS = 4


def standing(session: Session, flag: Flag, at_source: Concluded, now: datetime) -> str:
    """Return the factors in words, those that change something; `at_source`: what was concluded on its label there."""
    one = places.of_flag(session, flag.id, since=now - RECENT)
    if among_strangers(one):
        return _("lời xúc phạm giữa người lạ, không nhắc đến việc làm hay nơi này: xếp cuối.")
    office = Focus(focus.stored(session))
    measured = {(flag.source_id, flag.label): (at_source.right, at_source.total)}
    factors = factors_of(one, measured, now)
    parts = [_("máy đúng khoảng %(share)s trong 100 lần") % {"share": decimal(100 * factors.chance, 0)}]
    if one.relevance is not None:
        parts.append(_relevance(office.relevance_of(flag.post.judged_text), one.relevance))
    parts += [_times(text, factor) for text, factor in _others(one, factors) if decimal(factor, 1) != decimal(1, 1)]
    first = {1: _("đã có nguồn bác bỏ nên xếp đầu"), -1: _("đã có nguồn xác nhận nên xếp sau")}.get(one.priority)
    return "; ".join([first, *parts] if first else parts) + "."


def _others(one: Candidate, factors: Factors) -> list[tuple[str, float]]:
    found = _("đã thấy bài đối chiếu") if one.has_evidence else _("chưa thấy nguồn nào nói")
    return [
        (_("lan truyền"), factors.spread),
        (found, factors.evidence),
        (_("thời gian từ khi đăng"), factors.freshness),
    ]


def _relevance(found: Relevance, value: float) -> str:
    named = [
        (_("việc làm"), found.work),
        (_("nơi này"), found.own),
        (_("tỉnh lân cận"), found.near),
        (_("điều cần theo dõi"), found.watched),
    ]
    said = [f"{what} ({', '.join(f'“{word}”' for word in words[:_MOST_WORDS])})" for what, words in named if words]
    if said and found.people > 1:
        said.append(counted("%(count)s người", found.people))
    if not said:
        return _times(_("không nhắc đến việc làm hay nơi này"), value)
    return _times(_("nhắc đến %(what)s") % {"what": ", ".join(said)}, value)


def _times(text: str, factor: float) -> str:
    return f"{text} ×{decimal(factor, 1)}"
