"""The three labels, defined once. They judge claims and conduct, never opinion."""

from dataclasses import dataclass
from typing import Final

LABEL_TEXT_VERSION: Final = 1  # raise it when a definition changes: manifests record which text a model was trained for


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its stored name, its Vietnamese and English names, what it is and what it is not."""

    name: str
    vietnamese: str
    english: str
    definition: str
    exclusions: str


UNVERIFIED: Final = Label(
    name="unverified",
    vietnamese="chưa kiểm chứng",
    english="unverified claim",
    definition=(
        "Asserts as fact something that can be checked and that others would act on, and names no source that a reader "
        'could check: hearsay, "nguồn tin nội bộ", urgent calls to share, miracle cures, sudden bans, deaths, bank '
        "runs, kidnappings, scams that claim official backing."
    ),
    exclusions=(
        "Opinion, judgement and criticism; recognisable satire; first-person experience; honest questions; official "
        "notices and news with a named source; posts that quote a rumour in order to correct it."
    ),
)
NEGATIVE: Final = Label(
    name="negative",
    vietnamese="tiêu cực, vi phạm chuẩn mực đạo đức",
    english="indecent conduct",
    definition=(
        "Insults or harasses a person, attacks a group, threatens or incites violence, is obscene or offers sexual "
        "material, rejoices in suffering."
    ),
    exclusions="Sad or angry mood, bad news, blunt criticism, a swear word used for emphasis.",
)
CONCERN: Final = Label(
    name="concern",
    vietnamese="bức xúc của người lao động",
    english="workers' concern",
    definition=(
        "Reports a problem of work or living conditions that a union could take up: unpaid wages, insurance arrears, "
        "heat, injuries, forced overtime, meals, housing, nursery places, contracts."
    ),
    exclusions="General worries without a working-life side, policy opinion without a reported problem, job adverts.",
)

LABELS: Final = (UNVERIFIED, NEGATIVE, CONCERN)
LABEL_NAMES: Final = tuple(label.name for label in LABELS)


def label_named(name: str) -> Label:
    """Find a label by its stored name; raises KeyError for any other name."""
    return {label.name: label for label in LABELS}[name]
