"""What the paper says of single grievances and rumours: how far each went, what was found, and what became of it."""

from typing import Final

from classifiers.concern_topics import OTHER
from monitor.catalogues import N_
from monitor.reports.claims import Claim
from monitor.reports.concerns import ConcernFigures
from monitor.reports.wording import MATTER_STATES, Wording, capitalised, day_of, reach_words
from storage.figures.report_matters import MatterCounts, MatterRow
from storage.review.matters import ANSWERED, PASSED

MOST_NAMED: Final = 3


def states_told(concerns: ConcernFigures, words: Wording) -> str:
    """Say how many grievances are in each state, behind their number."""
    found = [
        f"{words.number(concerns.in_state(state))} {words.name(MATTER_STATES, state).lower()}"
        for state in MATTER_STATES
        if concerns.in_state(state)
    ]
    return f": {'; '.join(found)}"


def grievance_told(matter: MatterRow, province: str, words: Wording) -> str:
    """Say in one line what a grievance is, what it is about, where, how far it went, and what became of it."""
    say = words.say
    topic = say("Việc khác") if matter.topic == OTHER else capitalised(words.topic(matter.topic))
    place = _in_sentence(matter.place, province) or say("chưa xác định địa bàn")
    told = f"{topic}, {place}: {reach_words(matter.reach, words)}. {_became(matter, words)}."
    return f"“{matter.sentence}”. {told}" if matter.sentence else told


def _became(matter: MatterRow, words: Wording) -> str:
    """Say to whom a grievance was passed and when, and whether that office answered."""
    say, office, state = words.say, matter.passed_to, words.name(MATTER_STATES, matter.state)
    if not office or not matter.passed_at:
        return state
    if matter.state == PASSED:
        return say("Chuyển %(office)s ngày %(day)s; chưa có trả lời", office=office, day=day_of(matter.passed_at))
    if matter.state == ANSWERED and matter.answered_at:
        return say("%(office)s đã trả lời ngày %(day)s", office=office, day=day_of(matter.answered_at))
    text = N_("%(state)s (chuyển %(office)s ngày %(day)s)")
    return say(text, state=state, office=office, day=day_of(matter.passed_at))


def _in_sentence(place: str, province: str) -> str:
    """Write a unit as within a sentence, without the office's own province: phường Đoàn Kết."""
    first, *above = place.split(", ")
    names = [first, *(name for name in above if not province or not name.endswith(province))]
    return ", ".join(name[:1].lower() + name[1:] for name in names)


def claim_told(claim: Claim, site: str, words: Wording) -> str:
    """Say in one line what a rumour says, how far it went, what was found, and whether it was answered."""
    say = words.say
    found = say("Chưa có cơ quan hay báo chí nào trong các nguồn đối chiếu xác nhận hoặc bác bỏ")
    if claim.borne_out:
        found = say("Có nguồn xác nhận là đúng")
    if claim.refuted:
        found = say("Có nguồn bác bỏ")
        if claim.evidence:
            found = say("Có nguồn bác bỏ: %(sources)s", sources=words.joined(claim.evidence[:MOST_NAMED]))
    told = f"{capitalised(reach_words(claim.reach, words))}. {found}{_answered(claim, site, words)}."
    return f"“{claim.sentence}”. {told}" if claim.sentence else told


def _answered(claim: Claim, site: str, words: Wording) -> str:
    """Say what the office published about a rumour, when and where; of one that nobody refuted, only if it did."""
    say, answer = words.say, words.say("thông tin bác bỏ") if claim.refuted else words.say("thông tin chính thức")
    if published_at := claim.answers.published_at:
        where = say(" tại %(site)s", site=site) if site else ""
        text = N_("; Liên đoàn đã công bố %(answer)s ngày %(day)s%(where)s")
        return say(text, answer=answer, day=day_of(published_at), where=where)
    if claim.answers.approved:
        return say("; %(answer)s đã được duyệt, chưa công bố", answer=answer)
    return say("; chưa công bố thông tin bác bỏ") if claim.refuted else ""


def happened(counts: MatterCounts, words: Wording) -> str:
    """Say what became of the matters of a kind in the period, those of earlier periods included; empty: nothing."""
    told = (
        (counts.ongoing, N_("%(count)s vụ việc của kỳ trước còn được nhắc đến")),
        (counts.returned, N_("%(count)s vụ việc xuất hiện trở lại")),
        (counts.answered, N_("%(count)s vụ việc đã có trả lời hoặc đính chính")),
        (counts.settled, N_("%(count)s vụ việc đã giải quyết xong")),
    )
    parts = [words.counted(text, count) for count, text in told if count]
    text = N_("Tính cả vụ việc của các kỳ trước, trong kỳ có %(parts)s.")
    return words.say(text, parts=words.joined(parts)) if parts else ""
