"""What is planted, and how it is found again however it is written."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

# Written for this test: nobody has such a name, number or address.
PERSONAL: Final[Mapping[str, str]] = {
    "phone": "0912000765",
    "e-mail": "van.thu.nghiem@hop-thu.example",
    "identity card": "001099000765",
    "name": "Nguyễn Thử Nghiệm",
    "handle": "@vang_a_thu_nghiem",
}
AUTHORS: Final[Mapping[str, str]] = {
    "author's name": "Người Đăng Thử Bảy",
    "author's handle": "nguoi_dang_thu_chin",
}
SECRETS: Final[Mapping[str, str]] = {
    "token of a platform": "EAABplantedPlatformToken7f3a91c2",
    "key of an API": "AIzaPlantedApiKey-55d0e6b81f",
    "token of a server": "planted-server-token-c04d9a77e1",
    "password for mail": "planted-smtp-password-81ac77de05",
    "secret of a webhook": "planted-webhook-secret-90cd14ab77",
    "passphrase of backups": "planted backup passphrase 2f9b13",
    "password of the database": "plantedDatabasePassword60ff1a",
    "password of a user": "hàng-mật-khẩu-gieo-4471-ốc-sên",
    "password of another user": "một-câu-khác-hẳn-gieo-9025-cua",
    "password that is wrong": "đoán-sai-gieo-6613-tôm-hùm",
}
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_LEAST: Final = 8  # letters and digits: shorter ones would be found by chance


def flat(text: str) -> str:
    """Keep letters and digits alone, small and without marks: spacing, case and Unicode form do not matter."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if letter.isalnum())


def _escaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


class Search:
    """Finds planted values in texts.

    Args:
        planted: What is searched for, by what it is called.

    """

    def __init__(self, planted: Mapping[str, str]) -> None:
        self._flat = {name: flat(value) for name, value in planted.items()}
        self._coded = {name: _base64(value) for name, value in planted.items()}
        assert all(len(value) >= _LEAST for value in self._flat.values()), "too short to be searched for"

    def found(self, texts: Iterable[str]) -> set[str]:
        """Name what is in the texts: as it is, spaced, percent-encoded, escaped as in JSON, or in base64."""
        names = set()
        for text in texts:
            forms = {flat(form) for form in (text, unquote(text), _escaped(text))}
            names |= {name for name, value in self._flat.items() if any(value in form for form in forms)}
            names |= {name for name, parts in self._coded.items() if any(part in text for part in parts)}
        return names


def _base64(value: str) -> tuple[str, ...]:
    """Write a value in base64 as it stands in a longer text, at each of three places; the ends are cut off."""
    body = value.encode()
    coded = (base64.b64encode(b" " * offset + body).decode() for offset in range(3))
    return tuple(each.rstrip("=")[4 if offset else 0 : -2] for offset, each in enumerate(coded))
