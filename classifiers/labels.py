"""The table of labels: all that differs between them. They judge claims and conduct, never opinion.

A further label is a further row here; docs/develop/label.md says what else it needs. Nothing else in the program names
a label but choices of training (classifiers/training/config.py), which have defaults.
"""

from dataclasses import dataclass
from math import inf
from typing import Final, NamedTuple

LABEL_TEXT_VERSION: Final = 1  # raise it when a definition changes: manifests record which text a model was trained for


class Text(NamedTuple):
    """A text in both languages."""

    vietnamese: str
    english: str

    def of(self, language: str) -> str:
        """Return it in a language: `vi` or `en`."""
        return self.english if language == "en" else self.vietnamese


NO_TEXT: Final = Text("", "")


class CountedText(NamedTuple):
    """A text with a number, `%(count)s`: Vietnamese has one form, English one for 1 and one for other numbers."""

    vietnamese: str
    one: str
    many: str

    def of(self, language: str, count: int) -> str:
        """Return it in the form that the number asks for; `%(count)s` still stands in it."""
        return (self.one if count == 1 else self.many) if language == "en" else self.vietnamese


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The part of a report about a label.

    Args:
        heading: Its heading, without its number.
        confirmed: The beginning of the sentence that says how many cases, claims or else posts people confirmed
            (`%(count)s`), and in how many posts they stand (`%(posts)s`).
        none_confirmed: The sentence where there are none.
        note: What a reader has to know to understand its figures; empty where that is plain.
        quotes: Whether posts that people chose are quoted; else the section holds numbers alone.

    """

    heading: Text
    confirmed: CountedText
    none_confirmed: Text
    note: Text = NO_TEXT
    quotes: bool = True


YES_OR_NO: Final = ("yes", "no", "unsure")
"""Decisions on a label that holds or does not."""
ON_CLAIMS: Final = ("no_source", "refuted", "supported", "not_a_claim", "unsure", "sourced")
"""Decisions on what somebody asserts: what was found when it was checked, or that the post itself names its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label.

    Args:
        name: How it is stored.
        title: Its name on screens and in documents.
        short: Its name in narrow columns.
        in_sentence: Several posts that carry it, behind a number.
        means: What carries it.
        excludes: What does not, though it may look like it.
        decisions: What people can decide, in the order of their keys; `storage.review.decisions` says what each means.
        need_link: Decisions that must name a source.
        open_matter: Decisions that open a matter: what becomes of it is then followed.
        is_claim: Whether it asserts what can be checked: sources for and against it are looked for, and corrections
            answer it.
        needs_reach: Whether a post that nobody passes on or answers is counted, and not worth a decision.
        precedence: How much more a decision on it is worth than one on a label of 1; the higher ones begin a day.
        day_share: Its share in a day's flags; those of all labels need not add up to 1.
        listed_from: The probability from which a post below the threshold stands in a list of its own, where missing
            one costs more than reading twenty; `inf`: it has no such list.
        colour: On screens, as `#rrggbb`; at least 3:1 on white. `monitor.desk.pages.appearance` mixes the others.
        chart_colour: In documents: distinct for colour-blind readers, and by lightness in grey print; empty: a grey.
        section: Its part of a report; None: its figures stand in the tables of all labels alone.
        findings: What the sentence of a flag may say was found, in that order, each with the groups of the lexicon that
            speak for it; `classifiers.findings` adds what a claim asserts, and the topic.
        blurs_pictures: Whether pictures of posts that carry it are blurred until somebody asks for them.
        has_topics: Whether rules tell what it is about (concern_topics.toml); its findings then count by themselves,
            others where the model counted their words.

    """

    name: str
    title: Text
    short: Text
    in_sentence: Text
    means: Text = NO_TEXT
    excludes: Text = NO_TEXT
    decisions: tuple[str, ...] = YES_OR_NO
    need_link: tuple[str, ...] = ()
    open_matter: tuple[str, ...] = ()
    is_claim: bool = False
    needs_reach: bool = False
    precedence: float = 1.0
    day_share: float = 0.25
    listed_from: float = inf
    colour: str = "#5b6770"
    chart_colour: str = ""
    section: Section | None = None
    findings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    blurs_pictures: bool = False
    has_topics: bool = False

    @property
    def matter_kind(self) -> str:
        """The kind of the matters that its flags open: `rumour`, `grievance`, or empty where they open none."""
        kind = "rumour" if self.is_claim else "grievance"
        return kind if self.open_matter else ""


UNVERIFIED: Final = Label(
    name="unverified",
    title=Text("Chưa kiểm chứng", "Unverified claim"),
    short=Text("Chưa kiểm chứng", "Unverified"),
    in_sentence=Text("tin chưa kiểm chứng", "unverified claims"),
    means=Text(
        "Bài nêu như sự thật một điều có thể kiểm tra được và người đọc có thể tin mà làm theo, nhưng không dẫn nguồn "
        "nào để kiểm tra: tin đồn, “nguồn tin nội bộ”, lời giục chia sẻ gấp, thuốc chữa bách bệnh, lệnh cấm bất ngờ, "
        "tin có người chết, ngân hàng mất khả năng chi trả, bắt cóc, lừa đảo mạo danh cơ quan nhà nước.",
        "Asserts as fact something that can be checked and that others would act on, and names no source that a reader "
        "could check: hearsay, “inside sources”, urgent calls to share, miracle cures, sudden bans, deaths, bank "
        "runs, kidnappings, scams that claim official backing.",
    ),
    excludes=Text(
        "Ý kiến, nhận xét, phê bình (dù gay gắt đến đâu); bài châm biếm dễ nhận ra; chuyện của chính người viết; câu "
        "hỏi thật lòng; thông báo chính thức và tin có nêu nguồn; bài dẫn lại tin đồn để đính chính.",
        "Opinion, judgement and criticism; recognisable satire; first-person experience; honest questions; official "
        "notices and news with a named source; posts that quote a rumour in order to correct it.",
    ),
    decisions=ON_CLAIMS,
    need_link=("refuted", "supported"),
    open_matter=("no_source", "refuted"),
    is_claim=True,
    precedence=2.0,
    day_share=0.4,
    colour="#b87400",
    chart_colour="#e69f00",
    section=Section(
        heading=Text("THÔNG TIN CHƯA KIỂM CHỨNG", "UNVERIFIED CLAIMS"),
        confirmed=CountedText(
            "%(count)s tin chưa kiểm chứng, xuất hiện trong %(posts)s bài (kể cả bài đăng lại)",
            "%(count)s unverified claim (posts that say it, copies included: %(posts)s)",
            "%(count)s unverified claims (posts that say them, copies included: %(posts)s)",
        ),
        none_confirmed=Text(
            "Trong kỳ chưa có bài nào được xếp loại là tin chưa kiểm chứng.",
            "No post of the period has been classed as an unverified claim.",
        ),
        note=Text(
            "Chỉ nêu nội dung đã được cán bộ xếp loại là chưa kiểm chứng. “Chưa thấy nguồn nào” không có nghĩa là tin "
            "sai. Các bài giống nhau được tính là một nội dung.",
            "Only what a person confirmed to be unverified is listed. “No source found” does not mean that it is "
            "false. Posts that say the same count as one claim.",
        ),
    ),
    findings=(("share", ("urging",)), ("alarm", ("alarm",)), ("lure", ("lure",)), ("cure", ("cure",))),
)
_INSULTS: Final = (  # groups of the lexicon
    "animals", "stupidity", "dirt", "madness", "low_character", "upbringing", "worthless", "looks", "age", "poverty",
    "contempt", "silencing",
)  # fmt: skip
NEGATIVE: Final = Label(
    name="negative",
    title=Text("Tiêu cực, vi phạm chuẩn mực đạo đức", "Indecent conduct"),
    short=Text("Tiêu cực", "Indecent"),
    in_sentence=Text("bài thiếu chuẩn mực ứng xử", "indecent posts"),
    means=Text(
        "Bài lăng mạ hoặc quấy rối một người, công kích một nhóm người, đe dọa hoặc kích động bạo lực, tục tĩu hoặc "
        "mời chào nội dung khiêu dâm, vui mừng trước nỗi đau của người khác.",
        "Insults or harasses a person, attacks a group, threatens or incites violence, is obscene or offers sexual "
        "material, rejoices in suffering.",
    ),
    excludes=Text(
        "Tâm trạng buồn hay giận; tin xấu; lời phê bình thẳng thắn; tiếng chửi thề chỉ để nhấn mạnh. Phê bình chính "
        "sách, cán bộ, doanh nghiệp hay chính công đoàn không thuộc nhãn này.",
        "Sad or angry mood, bad news, blunt criticism, a swear word used for emphasis. Criticism of a policy, an "
        "official, a company or the union itself does not belong to this label.",
    ),
    needs_reach=True,
    day_share=0.1,
    colour="#9c2340",
    chart_colour="#9c2f2f",
    section=Section(
        heading=Text("CHUẨN MỰC ỨNG XỬ TRÊN MẠNG", "DECENCY"),
        confirmed=CountedText(
            "%(count)s bài thiếu chuẩn mực ứng xử",
            "%(count)s indecent post",
            "%(count)s indecent posts",
        ),
        none_confirmed=Text(
            "Trong kỳ chưa có bài nào được xếp loại là thiếu chuẩn mực ứng xử.",
            "No post of the period has been classed as indecent.",
        ),
        note=Text(
            "Chỉ nêu số lượng, không nêu nội dung và không nêu người viết. Phê bình chính sách, cơ quan, doanh nghiệp "
            "hay công đoàn không bị tính là thiếu chuẩn mực.",
            "Counts alone, without contents and authors. Criticism of policies, authorities, companies or the union "
            "does not count as indecent.",
        ),
        quotes=False,
    ),
    findings=(
        ("threat", ("threat", "death_wish")),
        ("gloating", ("gloating",)),
        ("group", ("women", "men", "lgbt", "regions", "peoples", "trades", "disability")),
        ("insult", _INSULTS),
        ("obscene", ("obscene_genitals", "obscene_intercourse", "curse_parents", "sexual_remarks")),
    ),
    blurs_pictures=True,
)
CONCERN: Final = Label(
    name="concern",
    title=Text("Bức xúc của người lao động", "Workers' concern"),
    short=Text("Bức xúc", "Concern"),
    in_sentence=Text("bức xúc", "concerns"),
    means=Text(
        "Bài kể một khó khăn về việc làm hoặc đời sống mà công đoàn có thể lên tiếng: nợ lương, chậm đóng bảo hiểm, "
        "nơi làm việc nóng bức, tai nạn, ép tăng ca, bữa ăn ca, nhà trọ, chỗ gửi trẻ, hợp đồng.",
        "Reports a problem of work or living conditions that a union could take up: unpaid wages, insurance arrears, "
        "heat, injuries, forced overtime, meals, housing, nursery places, contracts.",
    ),
    excludes=Text(
        "Lo lắng chung không gắn với việc làm; ý kiến về chính sách mà không kể khó khăn cụ thể; tin tuyển dụng.",
        "General worries without a working-life side, policy opinion without a reported problem, job adverts.",
    ),
    open_matter=("yes",),
    precedence=4.0,
    day_share=0.5,
    listed_from=0.05,  # on real posts that it has not seen, three in a hundred clean ones reach it
    colour="#1d5c99",
    chart_colour="#4a90c2",
    section=Section(
        heading=Text("BỨC XÚC CỦA NGƯỜI LAO ĐỘNG", "CONCERNS OF WORKERS"),
        confirmed=CountedText(
            "%(count)s vụ việc bức xúc của người lao động, nêu trong %(posts)s bài (kể cả bài đăng lại)",
            "%(count)s case of workers' concerns (posts that tell of it, copies included: %(posts)s)",
            "%(count)s cases of workers' concerns (posts that tell of them, copies included: %(posts)s)",
        ),
        none_confirmed=Text(
            "Trong kỳ chưa có bài nào được xếp loại là bức xúc của người lao động.",
            "No post of the period has been classed as a workers' concern.",
        ),
    ),
    findings=(
        ("unpaid", ("unpaid_wages",)),
        ("insurance", ("insurance_debt",)),
        ("accident", ("work_accident",)),
        ("poisoning", ("mass_poisoning",)),
        ("strike", ("strike",)),
    ),
    has_topics=True,
)

LABELS: Final = (UNVERIFIED, NEGATIVE, CONCERN)
"""The labels, in the order in which they are shown."""
LABEL_NAMES: Final = tuple(label.name for label in LABELS)
CLAIM_LABELS: Final = tuple(label.name for label in LABELS if label.is_claim)
GRIEVANCE_LABELS: Final = tuple(label.name for label in LABELS if label.matter_kind == "grievance")


def label_named(name: str) -> Label:
    """Return a label by its stored name; one that only a user's own model knows is titled by it, and holds or not."""
    own = Text(name, name)
    return next(
        (label for label in LABELS if label.name == name), Label(name=name, title=own, short=own, in_sentence=own)
    )
