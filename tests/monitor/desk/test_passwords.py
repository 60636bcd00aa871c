"""Passwords are hashed with argon2, and read the same however a keyboard composes Vietnamese letters."""

import re
import unicodedata

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

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
