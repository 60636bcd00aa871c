"""Erased authors in what others write later: the name is masked before the post is stored.

Nobody keeps the name for that. What is stored of an erased author is the pseudonym alone; whatever in a text is written
like an account is made a pseudonym in turn, and compared.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from monitor.collectors.http.urls import host_of
from monitor.collectors.registry import source_kinds
from monitor.privacy.author_names import AT_HOST, LEAST_ALONE, spellings
from monitor.privacy.pseudonym import Pseudonymiser

ERASED_NAME: Final = "[đã xoá]"
_ADDRESS: Final = r"https?://[^\s\"'<>\\\]]{1,500}"
# A handle, a handle of another server, or the address of a profile without its scheme. Lengths are bounded, so that
# hostile repetition costs no more than its length.
_ACCOUNT: Final = (
    r"(?<![\w@/.])@?[\w.-]{1,100}(?:@[\w.-]{1,200})?"
    r"(?:/(?:@|users/|u/|user/|profile/|channel/|members/)[\w.@%-]{1,200})?"
)
_WRITTEN: Final = re.compile(f"{_ADDRESS}|{_ACCOUNT}")
_CLOSING: Final = ".-,;:!?)…"


class ErasedMentions:
    """Masks the names of erased authors in texts.

    Args:
        pseudonymiser: Knows the keys of this installation.
        erased: The pseudonyms of all erased authors.

    Attributes:
        masked: In how many texts a name was masked.

    """

    def __init__(self, pseudonymiser: Pseudonymiser, erased: Collection[str]) -> None:
        self._pseudonymiser = pseudonymiser
        self._erased = frozenset(erased)
        self._known: dict[tuple[str, str, tuple[str, ...]], bool] = {}
        self.masked = 0

    def mask(self, text: str, kind: str, *addresses: str | None) -> str:
        """Return a text without the names of erased authors.

        Args:
            text: Any text.
            kind: The kind of source it comes from.
            addresses: Where it was read; `@name` alone means an account there.

        """
        if not self._erased:
            return text
        hosts = tuple(sorted({*map(host_of, filter(None, addresses))} - {""}))

        def replace(found: re.Match[str]) -> str:
            name = found[0].rstrip(_CLOSING)
            return ERASED_NAME + found[0][len(name) :] if self._is_erased(name, kind, hosts) else found[0]

        without = _WRITTEN.sub(replace, text)
        self.masked += without != text
        return without

    def author_at(self, address: str | None) -> str | None:
        """Return the pseudonym of the erased account below whose profile an address lies; None for any other.

        A feed names no author, but its entries lie there. Only names with their server are looked at.
        """
        if not self._erased or not address:
            return None
        names = ((kind, name) for kind in sorted(AT_HOST) for name in spellings(kind, address) if "@" in name)
        keys = (
            key
            for kind, name in names
            for key in (self._pseudonymiser.key(kind, name), *self._pseudonymiser.aliases(kind, name))
        )
        return next((key for key in keys if key in self._erased), None)

    def _is_erased(self, name: str, kind: str, hosts: tuple[str, ...]) -> bool:
        if "@" not in name and "/" not in name and len(name) < LEAST_ALONE:
            return False  # no account by itself
        asked = (name, kind, hosts)
        if asked not in self._known:
            self._known[asked] = any(key in self._erased for key in self._keys(name, kind, hosts))
        return self._known[asked]

    def _keys(self, name: str, kind: str, hosts: tuple[str, ...]) -> Iterator[str]:
        # What names its server means the same account wherever it is written.
        whole = "@" in name.removeprefix("@") or "/" in name
        for each in dict.fromkeys((kind, *source_kinds())) if whole else (kind,):
            names = list(spellings(each, name))
            if not whole and each in AT_HOST:
                names += [f"{alone.removeprefix('@')}@{host}" for alone in names for host in hosts]
            for spelling in names:
                yield self._pseudonymiser.key(each, spelling) or ""
                yield from self._pseudonymiser.aliases(each, spelling)
