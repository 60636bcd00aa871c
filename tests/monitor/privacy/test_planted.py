"""0 secrets anywhere; personal data of posts in database and captures alone, and where a person judges a post."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
import typer

from monitor.cli import build
from monitor.operations.file_search import contents, unpacked
from tests.monitor.cli.command import command_names
from tests.monitor.privacy.planted import AUTHORS, PERSONAL, SECRETS, Search
from tests.monitor.privacy.whole_run import Installation, use_everything

pytestmark = pytest.mark.gate

# Commands that show somebody what they gave, or a post that they look at; on the screen of the operator alone.
SHOWS_WHAT_WAS_GIVEN: Final = ("kiemtin tip ", "kiemtin classify ", "kiemtin sources check ")
SHOWN_ONCE: Final = ("kiemtin init", "kiemtin users invite ", "kiemtin keys add ")
LINKS: Final = ("link of admin", "link of hoa", "link of lan", "link of minh")
JOINED: Final = 2  # people who opened theirs: the page sends its form to the address that was opened
JUDGES: Final = re.compile(r"GET /(flags/\d+|queue|teach/posts/\d+|matters(/\d+)?)(\?|$)")
FOUND_POSTS: Final = "GET /search?"  # masked, each with a link to the original
NOT_RUN: Final = {
    "demo": "posts written for it, and no settings of anybody",
    "db copy": "it needs a server of PostgreSQL; rows go there as they are, and it tells of numbers alone",
    "keys restore": "it writes the key alone, and tells of the backup's time",
    "keys give-up": "it makes another key, and tells of a number alone",
}


@pytest.fixture(scope="module")
def used(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Use a whole installation once."""
    folder = tmp_path_factory.mktemp("planted")
    scratch = folder / "scratch"
    scratch.mkdir()
    home = folder / "home"
    shutil.copytree(small_model, home / "models" / "default")
    shutil.copytree(small_model, home / "models" / "small")
    with pytest.MonkeyPatch.context() as patch:
        yield use_everything(home, scratch, patch)


def secrets(used: Installation) -> Search:
    return Search({**SECRETS, **used.made})


def found_in_answers(used: Installation, search: Search) -> Mapping[str, set[str]]:
    found = {
        asked: search.found(text for body in bodies for text in unpacked(body))
        for asked, bodies in used.answers.bodies.items()
    }
    return {asked: names for asked, names in found.items() if names}


def found_in_files(folder: Path, search: Search) -> Mapping[str, set[str]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): search.found(contents(path)) for path in files}
    return {name: names for name, names in found.items() if names}


def nothing_that_can_be_run_is_left_out(used: Installation) -> None:
    run = {said.removeprefix("kiemtin ").removeprefix("--debug ") for said in used.said}
    missing = {
        name
        for name in command_names(typer.main.get_command(build()))
        if not any(f"{each} ".startswith(f"{name} ") for each in run)
    }
    assert missing == set(NOT_RUN)


def the_pages_were_opened(used: Installation) -> None:
    opened = {re.sub(r"[?].*|\d+", "", path) for path in used.answers.walked}
    assert {"/", "/queue", "/flags/", "/teach", "/users", "/account"} <= opened
    assert [path for path in used.answers.walked if path.endswith(".xlsx")]


def what_was_planted_is_there(used: Installation) -> None:
    texts = list(contents(used.home / "kiemtin.db"))
    assert Search(PERSONAL).found(texts) == set(PERSONAL)
    captures = [text for path in (used.home / "captures").rglob("*.warc.gz") for text in contents(path)]
    assert Search({**PERSONAL, **AUTHORS}).found(captures) == {*PERSONAL, *AUTHORS}
    quoted = [text for path in (used.home / "reports").rglob("*.xlsx") for text in contents(path)]
    assert any("số điện thoại]" in text for text in quoted)
    assert len(list((used.home / "models").iterdir())) >= 4


def no_command_tells_a_secret(used: Installation) -> None:
    search = secrets(used)
    found = {command: names for command, said in used.said.items() if (names := search.found(said))}
    shown_once = {command: names for command, names in found.items() if command.startswith(SHOWN_ONCE)}
    assert found == shown_once
    assert sorted(shown_once.values(), key=str) == [{"key of the API"}, *({link} for link in LINKS)]


def no_page_tells_a_secret(used: Installation) -> None:
    found = found_in_answers(used, secrets(used))
    own_page = {asked: names for asked, names in found.items() if asked.startswith("GET /join/") and names <= {*LINKS}}
    assert found == own_page
    assert len(own_page) == JOINED


def secrets_lie_where_the_operator_wrote_them_alone(used: Installation) -> None:
    found = found_in_files(used.home, secrets(used))
    places = {re.sub(r"^before-restore-[^/]*/", "", name) for name in found}
    assert places == {"kiemtin.toml", "secret.key", "former.keys"}
    assert found["kiemtin.toml"] <= set(SECRETS)
    assert found_in_files(used.home.parent / "scratch", secrets(used)) == {}


def no_log_and_no_error_tells_of_a_person(used: Installation) -> None:
    search = Search({**PERSONAL, **AUTHORS})
    found = {command: names for command, said in used.said.items() if (names := search.found(said))}
    assert {command for command in found if not command.startswith(SHOWS_WHAT_WAS_GIVEN)} == set()


def pages_show_persons_where_a_post_is_judged_alone(used: Installation) -> None:
    found = found_in_answers(used, Search(PERSONAL))
    assert {asked for asked in found if not JUDGES.match(asked)} == set()
    assert len(found) > 10


def no_page_names_an_author_but_in_the_address_of_the_post(used: Installation) -> None:
    found = found_in_answers(used, Search(AUTHORS))
    assert {name for names in found.values() for name in names} <= {"author's handle"}
    handle = AUTHORS["author's handle"]
    for asked in found:
        assert JUDGES.match(asked) or asked.startswith(FOUND_POSTS), asked
        for body in used.answers.bodies[asked]:
            text = re.sub(r'href="[^"]*"', "", body.decode())
            assert handle not in text, asked


def files_hold_persons_in_database_and_captures_alone(used: Installation) -> None:
    found = found_in_files(used.home, Search({**PERSONAL, **AUTHORS}))
    places = {re.sub(r"^before-restore-[^/]*/", "", name).partition("/")[0] for name in found}
    assert places <= {"kiemtin.db", "kiemtin.db-wal", "captures"}
    written = found_in_files(used.home.parent / "scratch", Search({**PERSONAL, **AUTHORS}))
    given = {"posts.csv", "labelled.jsonl", "broken.jsonl", "plain.txt"}
    assert set(written) == {*given, "posts.csv.refused.csv"}  # what was refused lies beside what was given


def the_database_knows_no_author_but_by_the_address_of_a_post(used: Installation) -> None:
    texts = list(contents(used.home / "kiemtin.db"))
    assert Search(AUTHORS).found(texts) == {"author's handle"}


CHECKS = (
    nothing_that_can_be_run_is_left_out,
    the_pages_were_opened,
    what_was_planted_is_there,
    no_command_tells_a_secret,
    no_page_tells_a_secret,
    secrets_lie_where_the_operator_wrote_them_alone,
    no_log_and_no_error_tells_of_a_person,
    pages_show_persons_where_a_post_is_judged_alone,
    no_page_names_an_author_but_in_the_address_of_the_post,
    files_hold_persons_in_database_and_captures_alone,
    the_database_knows_no_author_but_by_the_address_of_a_post,
)


# One test, since each process that runs tests would use an installation of its own.
def test_what_was_planted_is_where_it_belongs_alone(used: Installation, subtests: pytest.Subtests) -> None:
    for check in CHECKS:
        with subtests.test(check.__name__):
            check(used)
