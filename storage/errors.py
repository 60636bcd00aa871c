"""Errors that the storage package raises.

StorageError
├── DatabaseUnreachable   the server or file cannot be opened
├── DatabaseLocked        another process holds the write lock for too long
├── DatabaseReadOnly      the file, its folder or the role may not be written
├── DiskFull              the disk has no room for another page
├── DiskFailed            the disk did not read or write
├── SchemaMismatch        the tables are older or newer than this program
├── DataRejected          a row breaks a constraint of the schema
└── NotFound              a row that was asked for by name does not exist

Library errors are translated in `database.translating`; nothing outside this package sees a SQLAlchemy exception.
Each message is one line that says what happened and what to do.
"""


class StorageError(Exception):
    """Anything that went wrong between the program and its database."""


class DatabaseUnreachable(StorageError):
    """The server does not answer, or the file cannot be opened."""


class DatabaseLocked(StorageError):
    """Another process kept the database locked for longer than the busy timeout."""


class DatabaseReadOnly(StorageError):
    """The database may be read and not written."""


class DiskFull(StorageError):
    """The disk that holds the database has no room left."""


class DiskFailed(StorageError):
    """The disk that holds the database did not read or write."""


class SchemaMismatch(StorageError):
    """The tables do not have the shape that this version of the program expects."""


class DataRejected(StorageError):
    """A row breaks a constraint."""


class NotFound(StorageError):
    """A row asked for by name or number does not exist."""
