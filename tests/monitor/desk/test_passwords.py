"""Which passwords are taken, and how they are kept."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from monitor.desk.web.password_rules import LEAST_LENGTH, MOST_LENGTH, fault
from monitor.desk.web.passwords import hash_password, one_time_password, verify_password


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """Hash here as the program does."""


def test_only_the_right_password_belongs_to_a_hash() -> None:
    stored = hash_password("mật khẩu")
    costs = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+)", stored)
    assert costs
    assert (int(costs[1]) >= 19 * 1024, int(costs[2]) >= 2) == (True, True), "OWASP's least"
    assert verify_password("mật khẩu", stored)
    assert not verify_password("mat khau", stored)


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("như nhau") != hash_password("như nhau")


def test_composed_and_decomposed_letters_are_one_password() -> None:
    stored = hash_password(unicodedata.normalize("NFD", "chiều thứ bảy"))
    assert verify_password(unicodedata.normalize("NFC", "chiều thứ bảy"), stored)


def test_a_hash_made_with_other_costs_stays_good() -> None:
    stored = Argon2Hasher(time_cost=1, memory_cost=16, parallelism=1).hash("mật khẩu")
    assert verify_password("mật khẩu", stored)


@pytest.mark.parametrize("stored", ["", "!", "mật khẩu", "$1$abc$def"])
def test_a_stored_value_that_is_no_hash_lets_nobody_in(stored: str) -> None:
    assert not verify_password("mật khẩu", stored)


def test_one_time_passwords_are_readable_and_never_the_same() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", password) for password in made)


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "P@ssw0rd12345", "Matkhau@2026", "mật khẩu của tôi", "anhyeuem123456", "qwertyuiop12",
        "123456789012", "aaaaaaaaaaaa", "xyqxyqxyqxyq", "CongDoan2026!", "Nguyễn Lan 1990", "phuonglinh2001",
        "footballfootball", "Sunshine-1987!", "trustno1trustno1",
    ],
)  # fmt: skip
def test_common_ones_are_refused_also_put_together(password: str) -> None:
    assert fault(password, "phuonglinh") == "common"


def test_no_common_password_of_the_list_is_taken() -> None:
    listed = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= LEAST_LENGTH]
    assert len(listed) > 200
    assert {word for word in listed if fault(word) != "common"} == set()


@pytest.mark.parametrize(
    "password", ["trời xanh mây trắng gió", "ve4x-9kqm-trs2-bn7w", "correct horse battery staple", "suối trong chảy xa"]
)
def test_others_are_taken(password: str) -> None:
    assert fault(password, "lan") is None


def test_length_is_counted_in_letters_as_people_see_them() -> None:
    assert fault("ệệệệệệ" * 1) == "short"
    assert fault("suối " * 100) == "long"
    assert fault("suố́i"[:2]) == "short"


@given(st.text(max_size=MOST_LENGTH + 50), st.text(max_size=30))
def test_any_text_gets_an_answer(password: str, name: str) -> None:
    assert fault(password, name) in {None, "short", "long", "common"}


@given(
    st.sampled_from(["password", "matkhau", "anhyeuem", "congdoan"]), st.integers(0, 10**8), st.text("!@#.", max_size=4)
)
def test_a_common_word_with_numbers_and_signs_stays_common(word: str, number: int, signs: str) -> None:
    assert fault(f"{word.title()}{signs}{number:06}", "lan") in {"short", "common"}
