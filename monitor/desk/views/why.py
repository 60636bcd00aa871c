"""Why a post was flagged, in one sentence in the language of the request."""

from collections.abc import Sequence
from typing import Final

from classifiers import findings
from classifiers.findings import Finding
from classifiers.labels import label_named
from monitor.catalogues import N_
from monitor.desk.web import wording
from monitor.desk.web.language import Translated
from monitor.desk.web.language import gettext as _

_SAID: Final = Translated(
    {
        findings.ASSERTS: N_("nêu việc có thể kiểm chứng"),
        findings.NO_SOURCE: N_("không thấy nguồn"),
        findings.NAMES_SOURCE: N_("có nhắc đến nguồn"),
        findings.HEARSAY: N_("dẫn lời không rõ của ai"),
        findings.SHARE: N_("kêu gọi chia sẻ"),
        findings.ALARM: N_("giục người đọc đề phòng"),
        findings.LURE: N_("mời gọi hoặc xin tiền, xin thông tin"),
        findings.CURE: N_("hứa chữa khỏi bệnh"),
        findings.THREAT: N_("đe dọa hoặc mong người khác chịu hại"),
        findings.GLOATING: N_("hả hê trước nỗi đau của người khác"),
        findings.OBSCENE: N_("dùng lời tục"),
        findings.INSULT: N_("gọi hoặc chê người khác bằng lời xúc phạm"),
        findings.GROUP: N_("công kích một nhóm người"),
        findings.UNPAID: N_("nói về lương, thưởng bị chậm hoặc thiếu"),
        findings.INSURANCE: N_("nói về bảo hiểm chưa được đóng"),
        findings.ACCIDENT: N_("nói về tai nạn ở nơi làm việc"),
        findings.POISONING: N_("nói về người lao động bị ngộ độc hoặc ngất"),
        findings.STRIKE: N_("nói về ngừng việc, đòi quyền lợi"),
        findings.WORDS: N_("máy chú ý những từ"),
        findings.STYLE: N_("máy dựa vào cách viết của cả bài, không vào từ nào"),
    }
)


def why(label: str, found: Sequence[Finding]) -> str:
    """Put findings into a sentence.

    Args:
        label: The name of the label.
        found: From `find_reasons`, with words that may be shown.

    """
    said = ", ".join(map(_said, found))
    if label_named(label).is_claim:
        return _("Cần kiểm chứng: %(said)s.") % {"said": said}
    return f"{said[:1].upper()}{said[1:]}."


def _said(one: Finding) -> str:
    kind, _colon, topic = one.kind.partition(":")
    said = _("nói về việc: %(topic)s") % {"topic": wording.TOPICS[topic].lower()} if topic else _SAID[kind]
    words = ", ".join(wording.SPECIAL_REASONS.get(word) or f"“{word.replace('_', ' ')}”" for word in one.words)
    if kind == findings.WORDS:
        return f"{said} {words}"
    return f"{said} ({words})" if words else said
