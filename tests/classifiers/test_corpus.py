"""The project's own labelled posts are what their guide says, each written once, and reach nobody who exists."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest
from datasketch import MinHash, MinHashLSH

from classifiers.data.datasets import SECOND_LABELS, Example, read_challenge_set, read_named
from classifiers.labels import LABEL_NAMES
from classifiers.text.normalise import MAX_CHARACTERS, normalise
from tests.corpus import corpus
from tests.examples import examples_of

KEYS: Final = {"id", "text", "labels", "kind", "topic", "register", "platform", "invented"}
GUIDE: Final = examples_of(__file__)
KINDS_OF: Final[dict[str, list[str]]] = GUIDE["kinds"]
ALLOWED: Final[dict[str, list[str]]] = {"kind": [*chain.from_iterable(KINDS_OF.values())], **GUIDE["values"]}
GRADES: Final = (0.05, 0.1, 0.15, 0.2, 0.25)
# What looks like an address in the web, in any text; names that end in what is no domain are left out.
ADDRESS: Final = re.compile(
    r"(?<![\w.])(?:https?://|www\.)?[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,8}(?!\w)", re.IGNORECASE
)
NO_DOMAIN: Final = re.compile(r"xx+|apk|BS|TS|CKII|HCM|opmart|coli|League|Anh|an|tranh|ven", re.IGNORECASE)
RESERVED: Final = re.compile(r"(?:^|[./])(?:example\.(?:com|net|org)|[\w-]+\.(?:example|test))$", re.IGNORECASE)
TELEPHONE: Final = re.compile(r"(?<![\w/])(?:\+?84[ .]?|0)(?:[ .\-]?[\dx]){7,10}(?!\w)", re.IGNORECASE)
HOTLINE: Final = re.compile(r"(?<![\w.,/])1[89]00[ .]?(?:[ .]?[\dx]){4,6}(?!\w)", re.IGNORECASE)
FICTITIOUS: Final = re.compile(
    r"(?:\+?84|0)(?:3[01]|7[145])\d{7}|0900000\d{3}|0(?:69|2\d\d)0000\d{3}|1[89]00(?:000\d{1,3}|[\dx]*x[\dx]*)"
)
MINOR: Final = re.compile(
    r"(?<!\d)1[0-7] ?(?:tuổi|tuoi|t)(?!\w)|(?:từ|tu|hàng|mới|chưa|đủ) 1[0-7](?!\d)"
    r"|học sinh|hoc sinh|nữ sinh|nu sinh|bé gái|be gai|trẻ em|tre em|vị thành niên"
    r"|(?<!\w)(?:lớp|lop) \d|(?<!\w)(?:cấp|cap) [1-3](?!\d)",
    re.IGNORECASE,
)
MOST_ALIKE: Final = 0.5
LEAST_POSTS: Final = 4000


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """Read every record of every file, as it is written there."""
    folder = resources.files("classifiers") / "corpus"
    found = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".jsonl") and entry.name != SECOND_LABELS:
            for number, line in enumerate(entry.read_text(encoding="utf-8").splitlines(), start=1):
                found.append({"place": f"{entry.name}:{number}", **json.loads(line)})
    return found


def carries_the_label_of_its_family(record: dict[str, Any]) -> bool:
    home = next(label for label, kinds in KINDS_OF.items() if record["kind"] in kinds)
    return home == "none" or home in record["labels"]


RULES: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {
    "it has exactly the keys of the guide": lambda r: set(r) - {"place", "grade", "title"} == KEYS,
    "it says that it is invented": lambda r: r["invented"] is True,
    "a grade is of a post without the label": lambda r: (
        "grade" not in r or (r["grade"].keys() == {"negative"} and "negative" not in r["labels"])
    ),
    "a grade is one of the guide's table": lambda r: "grade" not in r or r["grade"]["negative"] in GRADES,
    "labels are ours": lambda r: set(r["labels"]) <= set(LABEL_NAMES),
    "a label is named once": lambda r: len(set(r["labels"])) == len(r["labels"]),
    "a post of a label's family carries the label": carries_the_label_of_its_family,
    "its text is composed": lambda r: unicodedata.is_normalized("NFC", r["text"]),
    "its text has the length of a post": lambda r: 2 <= len(r["text"].strip()) <= MAX_CHARACTERS,
}


@pytest.mark.parametrize("rule", RULES)
def test_every_record_keeps_to_the_guide(records: list[dict[str, Any]], rule: str) -> None:
    assert [r["place"] for r in records if not RULES[rule](r)] == []
    assert any("grade" in r for r in records)


@pytest.mark.parametrize("key", sorted(ALLOWED))
def test_values_are_those_of_the_guide(records: list[dict[str, Any]], key: str) -> None:
    assert [(r["place"], r[key]) for r in records if r[key] not in ALLOWED[key]] == []
    guide = (resources.files("classifiers") / "corpus" / "GUIDE.md").read_text(encoding="utf-8")
    assert [value for value in sorted(ALLOWED[key]) if f"`{value}`" not in guide] == []


def test_identifiers_and_texts_are_unique_over_all_files(records: list[dict[str, Any]]) -> None:
    for key in ("id", "text"):
        counts = Counter(r[key] for r in records)
        assert [value for value, count in counts.items() if count > 1] == [], key


def test_there_are_enough_posts_with_and_without_every_label(records: list[dict[str, Any]]) -> None:
    assert len(records) >= LEAST_POSTS
    for label in LABEL_NAMES:
        carrying = sum(label in r["labels"] for r in records)
        assert 150 <= carrying <= len(records) - 150, label
    assert sum(not r["labels"] for r in records) >= 300
    used = Counter(r["kind"] for r in records)
    assert set(ALLOWED["kind"]) == used.keys()


def test_the_reader_gives_every_record_in_order(records: list[dict[str, Any]]) -> None:
    examples = corpus()
    assert [example.text for example in examples] == [r["text"] for r in records]
    assert [{label for label, yes in e.labels.items() if yes} for e in examples] == [set(r["labels"]) for r in records]
    assert [example.facts["kind"] for example in examples] == [r["kind"] for r in records]


@pytest.fixture(scope="module")
def published(records: list[dict[str, Any]], judged: dict[str, str]) -> dict[str, str]:
    """Give every text that the project publishes: corpus with titles, and all that models are judged by."""
    return {r["place"]: f"{r['text']}\n{r.get('title', '')}" for r in records} | judged


def foreign_addresses(text: str) -> list[str]:
    """Find addresses that a stranger owns or could buy."""
    found = [match.group() for match in ADDRESS.finditer(text)]
    return [a for a in found if not RESERVED.search(a) and not NO_DOMAIN.fullmatch(a.rpartition(".")[2])]


def callable_numbers(text: str) -> list[str]:
    """Find telephone numbers, written in full, that could ring at somebody's."""
    found = [match.group() for pattern in (TELEPHONE, HOTLINE) for match in pattern.finditer(text)]
    digits = {number: re.sub(r"[^\dx]", "", number.lower()) for number in found}
    return [n for n, plain in digits.items() if plain.count("x") < 2 and not FICTITIOUS.fullmatch(plain)]


def test_addresses_are_of_reserved_domains(published: dict[str, str]) -> None:
    assert [(place, found) for place, text in published.items() if (found := foreign_addresses(text))] == []


def test_telephone_numbers_are_nobodys(published: dict[str, str]) -> None:
    assert [(place, found) for place, text in published.items() if (found := callable_numbers(text))] == []


def test_addresses_and_numbers_of_others_would_be_found() -> None:
    assert foreign_addresses("nhập mã tại hoan-tien.vip/vn, xem www.bao.com và bao.example") == [
        "hoan-tien.vip",
        "www.bao.com",
    ]
    assert foreign_addresses("TP.HCM, ThS.BS Lan, file a.apk, gọi 0912.xxx") == []
    assert callable_numbers("0912 345 678, 0912 xxx 678, 0301 774 562, 024.3825.1234") == [
        "0912 345 678",
        "024.3825.1234",
    ]
    assert callable_numbers("1900 1234, 1900 0006, 1900 xxxx, năm 1900-1945") == ["1900 1234"]


def test_no_sexual_post_is_about_a_minor(records: list[dict[str, Any]], judging: dict[str, Example]) -> None:
    sexual = {r["place"]: r["text"] for r in records if r["kind"] == "sexual"}
    sexual |= {place: post.text for place, post in judging.items() if post.facts["kind"] == "sexual"}
    assert len(sexual) > 100
    assert [(place, found) for place, text in sexual.items() if (found := MINOR.findall(text))] == []
    assert MINOR.findall("hàng từ 17, em 16t, 25 tuổi, từ 170 cm") == ["từ 17", "16t"]


def plain_letters(text: str) -> str:
    """Drop tone and vowel marks: a name is often typed without them."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return bare.replace("đ", "d").replace("Đ", "D")


def read_real_names(*headings: str) -> re.Pattern[str]:
    """Read names of who exists, under some or all headings of their list, as a pattern of all ways to write them."""
    lines = (Path(__file__).parent / "real_names.txt").read_text(encoding="utf-8").splitlines()
    names, heading = [], ""
    for line in lines:
        if line.startswith("# "):
            heading = line[2:]
        elif line and (not headings or heading in headings):
            names.append(line)
    long = [name for name in names if " " in name]
    forms = {*names, *(plain_letters(name) for name in long), *(name.upper() for name in long)}
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, forms), key=len, reverse=True))})(?!\w)")


@pytest.fixture(scope="module")
def real_names() -> re.Pattern[str]:
    """Give the bodies, firms and places that exist: none is to be found in a rumour."""
    return read_real_names()


def test_no_news_is_put_into_a_real_outlets_mouth(records: list[dict[str, Any]]) -> None:
    outlets = read_real_names("Outlets")
    told = [r for r in records if r["kind"] in {"sourced_news", "official_notice", "correction"}]
    assert [(r["place"], found) for r in told if (found := outlets.findall(r["text"]))] == []
    assert outlets.findall("Theo VnExpress và báo Tuổi Trẻ, Bộ Y tế nói") == ["VnExpress", "Tuổi Trẻ"]


def test_no_rumour_names_who_exists(published: dict[str, str], rumours: set[str], real_names: re.Pattern[str]) -> None:
    assert len(rumours) > 1000
    assert [(place, found) for place in sorted(rumours) if (found := real_names.findall(published[place]))] == []


def test_who_exists_would_be_found(real_names: re.Pattern[str]) -> None:
    assert real_names.findall("Bộ Y tế giấu, bệnh viện Cho Ray hết máu, VTV im") == ["Bộ Y tế", "Cho Ray", "VTV"]
    assert real_names.findall("trên bộ giấu, bệnh viện Sông Lữ hết máu") == []


def grams(text: str) -> set[str]:
    plain = normalise(text).text
    return {plain[start : start + 5] for start in range(max(len(plain) - 4, 1))}


def pairs_alike(texts: list[str]) -> Iterator[tuple[int, int, float]]:
    """Find pairs whose 5-grams overlap by more than half: candidates by MinHash, then counted exactly."""
    sets = [grams(text) for text in texts]
    # More bands than the wanted similarity asks for: a candidate too many costs little, a missed pair counts.
    index = MinHashLSH(num_perm=128, params=(42, 3))
    sketches = MinHash.bulk([[gram.encode() for gram in found] for found in sets], num_perm=128, seed=1)
    for number, sketch in enumerate(sketches):
        for other in index.query(sketch):
            overlap = len(sets[number] & sets[other]) / len(sets[number] | sets[other])
            if overlap > MOST_ALIKE:
                yield other, number, overlap
        index.insert(number, sketch)


@pytest.fixture(scope="module")
def judging() -> dict[str, Example]:
    """Read what the model is judged by: challenge set, fairness set, and the posts on which thresholds were chosen."""
    folder = Path(__file__).parents[1] / "quality"
    sets = {name: read_named("own", folder / f"{name}.jsonl") for name in ("fairness", "tuning")}
    sets["challenge_set"] = read_challenge_set()
    return {f"{name}:{post.facts['id']}": post for name, posts in sets.items() for post in posts}


@pytest.fixture(scope="module")
def judged(judging: dict[str, Example]) -> dict[str, str]:
    """Give the texts by which the model is judged."""
    return {place: post.text for place, post in judging.items()}


@pytest.fixture(scope="module")
def rumours(records: list[dict[str, Any]], judging: dict[str, Example]) -> set[str]:
    """Give the places of the posts that are labelled `unverified`."""
    written = {r["place"] for r in records if "unverified" in r["labels"]}
    return written | {place for place, post in judging.items() if post.labels["unverified"]}


@pytest.mark.gate
def test_no_two_posts_are_nearly_the_same_and_none_is_judged(
    records: list[dict[str, Any]], judged: dict[str, str]
) -> None:
    assert len(set(judged.values())) == len(judged)
    places = [*(r["place"] for r in records), *judged]
    found = [
        (places[one], places[other], round(overlap, 2))
        for one, other, overlap in pairs_alike([*(r["text"] for r in records), *judged.values()])
        if one < len(records)  # judged posts may be alike among themselves
    ]
    assert found == []


def test_near_copies_would_be_found() -> None:
    texts = [
        "Mai cúp điện cả huyện nha bà con ơi, nhớ trữ nước",
        "Bữa nay trời đẹp ghê",
        "MAI cúp điện cả huyện nha bà con, nhớ trữ nước",
    ]
    assert [(one, other) for one, other, _ in pairs_alike(texts)] == [(0, 2)]
