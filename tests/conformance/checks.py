"""What other projects' test material says of a payload, compared with what this program reads from it.

Each check walks one project's checkout and gives, for each thing it can compare, a name and whether both agree. What
the material expects is taken from its own annotations, or counted without the parsers of this program.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.robotparser import RobotFileParser

from kiemtin_jetstream.events import read_message

from monitor.clock import VIETNAM
from monitor.collectors.base import PublicPost
from monitor.collectors.discourse import api as discourse
from monitor.collectors.feed.formats import Document, read_document
from monitor.collectors.files.formats import open_file
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.robots import as_agent, read_rules
from monitor.collectors.mastodon import api as mastodon
from monitor.collectors.parsing.html_text import to_text
from monitor.collectors.webpage.page import read_post_page
from monitor.collectors.webpage.settings import WebpageSettings
from monitor.collectors.youtube import api as youtube
from monitor.errors import KiemtinError
from tests.fuzz.parsers import FORUM
from tests.monitor.collectors.collecting import answered

_EXPECTED = re.compile(
    r"entries\[0\]\['(?:content'\]\[0\]\[')?(title|id|link|value|description|summary|published_parsed|updated_parsed)'\]"
    r" == (.+)"
)
_FULL_TEXT = re.compile(rb"<(?:\w+:)?(?:content|encoded|fullitem|body)\b")
_LEAST_PASSAGE = 60  # letters of a paragraph that is looked for
_SINGLE_QUOTED = re.compile(r"string: '((?:[^']|'')*)'")
_STREAM_POST = "app.bsky.feed.post"
_ROBOT = "kiemtin"


class Compared(NamedTuple):
    """One comparison."""

    name: str
    agreed: bool


def answer(path: Path, body: bytes | None = None, content_type: str = "") -> Fetched:
    """Make the answer that a file would be."""
    url = f"http://127.0.0.1:8097/{path.name}"  # the host of feedparser's own tests
    return answered(path.read_bytes() if body is None else body, url, content_type)


def feedparser(folder: Path) -> Iterator[Compared]:
    """Compare what the line `Expect:` of each test file says of the first entry: its name, address, words and date."""
    for path in sorted(folder.glob("tests/**/*.xml")):
        body = path.read_bytes()
        head = body[:2000].decode("utf-8", errors="replace")
        expected = _EXPECTED.search(head)
        wanted = _literal(expected[2]) if expected else None
        if expected is None or wanted is None:
            continue
        document = _document(answer(path, body, "application/xml"))
        if document and not document.posts and document.skipped["empty"]:
            continue  # an entry without a word is no post
        post = document.posts[0] if document and document.posts else None
        if expected[1] in ("description", "summary") and _FULL_TEXT.search(body.partition(b"-->")[2]):
            continue  # where an entry has its content, that is its text
        yield Compared(path.stem, post is not None and _says(post, expected[1], wanted))


def _says(post: PublicPost, name: str, wanted: Any) -> bool:
    """Say whether a post has what is expected of an entry's part; markup is compared by the words that it shows."""
    if name.endswith("_parsed"):
        moment = datetime(*wanted[:6], tzinfo=UTC)
        return moment in (post.published_at, post.edited_at)
    if name in ("id", "link"):
        return wanted.strip() == (post.external_id if name == "id" else post.url)
    read = post.title if name == "title" else post.text
    return (read or "").split() == to_text(wanted).split()


def gofeed(folder: Path) -> Iterator[Compared]:
    """Compare the titles, the texts and the whole dates of entries with the JSON file beside each feed."""
    for path in sorted(folder.glob("testdata/**/*.xml")):
        yield from _feed(path, ("items", "entries"), ("publishedParsed", "pubDateParsed"))


def podcastparser(folder: Path) -> Iterator[Compared]:
    """Compare the titles, the texts and the whole dates of episodes with the JSON file beside each feed."""
    for path in sorted(folder.glob("tests/data/*.rss")):
        yield from _feed(path, ("episodes",), ("published",))


def _feed(path: Path, lists: Sequence[str], dates: Sequence[str]) -> Iterator[Compared]:
    beside = path.with_suffix(".json")
    wanted = _json(beside.read_text(encoding="utf-8")) if beside.exists() else None
    items = next((wanted[name] for name in lists if wanted.get(name)), []) if isinstance(wanted, dict) else []
    titles = [str(item["title"]).strip() for item in items if isinstance(item, dict) and item.get("title")]
    if not titles or any("<" in title or "&" in title for title in titles):
        return
    document = _document(answer(path, content_type="application/xml"))
    posts = document.posts if document else ()
    yield Compared(path.stem, document is not None and [post.title for post in posts] == titles)
    if len(posts) == len(items):
        yield from _entries(path.stem, posts, items, dates)


def _entries(name: str, posts: Sequence[PublicPost], items: Sequence[Any], dates: Sequence[str]) -> Iterator[Compared]:
    """Compare the dates, to the second, and the words of entries that have them in the JSON file."""
    for number, (post, item) in enumerate(zip(posts, items, strict=True), 1):
        date = next((item[each] for each in dates if item.get(each)), None)
        if date:
            moment = datetime.fromtimestamp(date, UTC) if isinstance(date, int) else datetime.fromisoformat(date)
            yield Compared(f"{name} date {number}", post.published_at == moment)
        text = item.get("content") or item.get("description_html") or item.get("description") or item.get("summary")
        if isinstance(text, str) and text.strip():
            yield Compared(f"{name} text {number}", post.text.split() == to_text(text).split())


def protego(folder: Path) -> Iterator[Compared]:
    """Compare what is read of a site's front page with the robots parser of Python's library."""
    for path in sorted(each for each in folder.glob("**/*") if "corpus" in each.parts or "test_data" in each.parts):
        if not path.is_file() or path.suffix in (".json", ".py"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        other = RobotFileParser()
        other.parse(text.splitlines())
        ours = read_rules(answer(path)).can_fetch("https://example.org/", as_agent(_ROBOT))
        yield Compared(path.name, ours == other.can_fetch(_ROBOT, "https://example.org/"))


def mastodon_py(folder: Path) -> Iterator[Compared]:
    """Account for each row of the recorded timelines."""
    for path in sorted(folder.glob("tests/cassettes/*.yaml")):
        for number, body in enumerate(_SINGLE_QUOTED.findall(path.read_text(encoding="utf-8", errors="replace"))):
            rows = _json(re.sub(r"\n\s*", " ", body.replace("''", "'")))
            if not isinstance(rows, list) or not rows or not all(_is_status(row) for row in rows):
                continue
            page = mastodon.read_page(answer(path, json.dumps(rows).encode()), "example.org")
            accounted = all(entry.post or entry.reason not in ("", "malformed") for entry in page.entries)
            same = [str(row["id"]) for row in rows] == [entry.id for entry in page.entries]
            yield Compared(f"{path.stem} {number}", accounted and same)


def jetstream(folder: Path) -> Iterator[Compared]:
    """Read every created post among the recorded events."""
    for path in sorted([*folder.glob("**/*.jsonl"), *folder.glob("**/*.json")]):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            event = _json(line)
            commit = event.get("commit") if isinstance(event, dict) else None
            if isinstance(commit, dict) and commit.get("collection") == _STREAM_POST and commit.get("record"):
                read = read_message(line)
                yield Compared(f"{path.stem}:{number}", getattr(read, "record", None) is not None)


def discourse_api(folder: Path) -> Iterator[Compared]:
    """Compare the numbers of posts in recorded lists."""
    for path in sorted(folder.glob("spec/fixtures/*.json")):
        payload = _json(path.read_text(encoding="utf-8"))
        payload = payload if isinstance(payload, dict) else {}
        if isinstance(rows := payload.get("latest_posts"), list):
            page = discourse.read_page(answer(path), FORUM)
            yield Compared(path.stem, sorted(page.places) == sorted(row["id"] for row in rows))


def python_youtube(folder: Path) -> Iterator[Compared]:
    """Account for each thread and comment of recorded lists."""
    video = youtube.Video(id="a", title="a")
    for path in sorted(folder.glob("testdata/**/*.json")):
        payload = _json(path.read_text(encoding="utf-8"))
        items = payload.get("items") if isinstance(payload, dict) else None
        kinds = {str(row.get("kind")) for row in items if isinstance(row, dict)} if isinstance(items, list) else set()
        if kinds == {"youtube#commentThread"}:
            threads = youtube.read_threads(answer(path), video)
            whole = sum(entry.answers is not None for entry in threads.entries)
            yield Compared(path.stem, whole == len(items or ()) and not threads.malformed)
        elif kinds == {"youtube#comment"}:
            comments = youtube.read_comments(answer(path), video)
            yield Compared(path.stem, len(comments.entries) == len(items or ()) and not comments.malformed)


def trafilatura(folder: Path) -> Iterator[Compared]:
    """Look in what is read of each page for the passages that its evaluation wants, and for those that it does not."""
    for page in _evaluation_pages(folder / "tests" / "evaldata.py").values():
        path = folder / "tests" / "cache" / str(page.get("file"))
        if not path.is_file():
            continue
        post = _page(path, f"https://example.org/{path.name}")
        text = _spaced(post.text if post else "")
        for name, wanted in (("with", True), ("without", False)):
            for number, passage in enumerate(page.get(name) or ()):
                yield Compared(f"{path.stem} {name} {number}", (_spaced(str(passage)) in text) is wanted)


def newspaper4k(folder: Path) -> Iterator[Compared]:
    """Look in what is read of each article for the paragraphs of the text file, and for the day of its metadata."""
    data = folder / "tests" / "data"
    for path in sorted(data.glob("metadata/*.json")):
        known, words = _json(path.read_text(encoding="utf-8")), data / "txt" / f"{path.stem}.txt"
        page = data / "html" / f"{path.stem}.html"
        if not isinstance(known, dict) or not words.exists() or not page.exists():
            continue
        post = _page(page, str(known.get("url") or f"https://example.org/{path.stem}"))
        if date := known.get("publish_date"):
            moment = post.published_at if post else None
            days = {moment.astimezone(zone).date() for zone in (UTC, VIETNAM)} if moment else set()
            yield Compared(f"{path.stem} day", datetime.fromisoformat(date).date() in days)
        text = _spaced(post.text if post else "")
        for number, line in enumerate(words.read_text(encoding="utf-8").splitlines()):
            if len(line) >= _LEAST_PASSAGE:
                yield Compared(f"{path.stem} {number}", _spaced(line) in text)


def _page(path: Path, url: str) -> PublicPost | None:
    """Read an article by its looks."""
    fetched = replace(answer(path, content_type="text/html"), url=url, final_url=url)
    try:
        return next(iter(read_post_page(fetched, WebpageSettings(start_urls=(url,))).posts), None)
    except KiemtinError:
        return None


def _spaced(text: str) -> str:
    return " ".join(text.split())


def tables(folder: Path) -> Iterator[Compared]:
    """Import each example table: it is read as it is, or once what its refusal advises is done."""
    for path in sorted(folder.glob("examples/**/*")):
        if path.suffix in (".csv", ".tsv", ".xls", ".xlsx", ".json"):
            yield Compared(path.name, _is_imported(path))


def _is_imported(path: Path) -> bool:
    """Import a table as an office would that has no column of texts: it names the first, and follows each advice."""
    asked: dict[str, Any] = {}
    first = re.search(r'"([^"]+)"\s*:', path.read_text(encoding="utf-8")) if path.suffix == ".json" else None
    text = {"text": first[1] if first else "1"}
    advice = {"--map text=": ("mapping", text), "--dates day-first": ("dates", "day-first")}
    while True:
        try:
            return any(list(open_file(path, **asked).rows()))
        except KiemtinError as error:
            name, value = next((advice.pop(each) for each in [*advice] if each in str(error)), ("", None))
            if not name:
                return False
            asked[name] = value


CHECKS: Mapping[str, Callable[[Path], Iterator[Compared]]] = {
    "feedparser": feedparser,
    "gofeed": gofeed,
    "podcastparser": podcastparser,
    "protego": protego,
    "Mastodon.py": mastodon_py,
    "jetstream": jetstream,
    "discourse_api": discourse_api,
    "python-youtube": python_youtube,
    "trafilatura": trafilatura,
    "newspaper4k": newspaper4k,
    "csvkit": tables,
    "agate": tables,
    "agate-excel": tables,
}


def _document(fetched: Fetched) -> Document | None:
    try:
        return read_document(fetched)
    except KiemtinError:
        return None


def _literal(written: str) -> Any:
    """Read what an expectation names, up to a further condition; None for what is no plain value."""
    for end in (len(written), written.find(" and ")):
        with suppress(ValueError, SyntaxError):
            return ast.literal_eval(written[:end].strip())
    return None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_status(row: Any) -> bool:
    return isinstance(row, dict) and {"id", "uri", "content", "account", "visibility"} <= row.keys()


def _evaluation_pages(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Read the table of the evaluation as data, without running the file."""
    if not path.is_file():
        return {}
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict):
            return dict(ast.literal_eval(statement.value))
    return {}
