"""Files that a passphrase seals: AES-256-GCM in chunks (STREAM, Hoang et al. 2015), the key by scrypt (RFC 7914)."""

import hashlib
import io
import secrets
import struct
from typing import Any, BinaryIO, Final

from monitor.errors import BackupRefused

MAGIC: Final = b"kiemtin-sealed-"
"""How a sealed file begins; its version follows."""
_VERSION: Final = b"1\n"
_CHUNK: Final = 1 << 20
_SALT, _PREFIX, _TAG = 16, 7, 16
# How often scrypt goes over its 32 MiB. Three times is what OWASP's cheat sheet on passwords asks for.
_PASSES: Final = 3


def _cipher(passphrase: str, salt: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  an extra
    except ImportError as error:
        raise BackupRefused("sealing a backup needs the `backup` extra: pip install 'kiemtin[backup]'") from error
    key = hashlib.scrypt(passphrase.encode(), salt=salt, n=1 << 15, r=8, p=_PASSES, maxmem=64 << 20, dklen=32)
    return AESGCM(key)


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)  # the last chunk says so: a file that is cut off is seen


class SealedWriter(io.RawIOBase):
    """Seals what is written; closing it writes the last chunk, and leaves the file open.

    Args:
        file: Where the sealed bytes go.
        passphrase: Who knows it can open the file.

    """

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt, self._prefix = secrets.token_bytes(_SALT), secrets.token_bytes(_PREFIX)
        self._cipher = _cipher(passphrase, salt)
        self._file, self._pending, self._number = file, bytearray(), 0
        file.write(MAGIC + _VERSION + salt + self._prefix)

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes; whole chunks are sealed and written."""
        self._pending += data
        while len(self._pending) > _CHUNK:
            self._seal(last=False)
        return len(data)

    def _seal(self, *, last: bool) -> None:
        chunk, self._pending = bytes(self._pending[:_CHUNK]), self._pending[_CHUNK:]
        self._file.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last=last), chunk, None))
        self._number += 1

    def close(self) -> None:
        """Seal what is left."""
        if not self.closed:
            self._seal(last=True)
        super().close()


class SealedReader(io.RawIOBase):
    """Opens what a SealedWriter wrote.

    Args:
        file: The sealed bytes, after MAGIC.
        passphrase: The passphrase it was sealed with.

    Raises:
        BackupRefused: When a newer version sealed it.

    """

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        if file.read(len(_VERSION)) != _VERSION:
            message = "the backup was sealed by a newer version of this program, or is damaged: install that version"
            raise BackupRefused(message)
        salt, self._prefix = file.read(_SALT), file.read(_PREFIX)
        self._cipher = _cipher(passphrase, salt)
        self._file, self._open, self._number = file, b"", 0
        self._sealed = file.read(_CHUNK + _TAG)

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Open one more chunk when there is none.

        Raises:
            BackupRefused: When the passphrase is another one, or the file was changed or cut off.

        """
        if not self._open and self._sealed:
            self._open = self._unseal()
        part = self._open[: len(buffer)]
        buffer[: len(part)], self._open = part, self._open[len(part) :]
        return len(part)

    def _unseal(self) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  an extra

        following = self._file.read(_CHUNK + _TAG)
        try:
            chunk: bytes = self._cipher.decrypt(
                _nonce(self._prefix, self._number, last=not following), self._sealed, None
            )
        except InvalidTag as error:
            message = "the backup cannot be opened: the passphrase is another one, or the file was changed or cut off"
            raise BackupRefused(message) from error
        self._sealed, self._number = following, self._number + 1
        return chunk
