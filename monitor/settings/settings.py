"""Every setting: name, default and purpose. Read once, from kiemtin.toml and KIEMTIN_* variables."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias
from urllib.parse import quote, unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from monitor.errors import UsageError
from monitor.settings.channels import ChannelSettings, Hours, MailAddress, MailServerAddress
from monitor.settings.home import CONFIG_ENCODING, CONFIG_NAME, DEFAULT_HOME, home_folder
from monitor.settings.reports import PublishSettings, ReportSettings

DATABASE_NAME = "kiemtin.db"
DEMO_MARK = "made-by-kiemtin-demo"
"""Lies in the folder of the demo, whose user must never come into an installation."""
SHORTEST_LEGAL_BASIS = 5  # characters
# Beyond these, times that are counted with leave the calendar of the program.
LONGEST_RETENTION_DAYS = 36_500
LONGEST_INTERVAL_MINUTES = 525_600
DEFAULT_MODEL = "default"
Role: TypeAlias = Literal["monitored", "reference"]
"""What a source is for: its posts are flagged, or they are evidence."""


def sqlite_address(path: Path) -> str:
    """Return the SQLAlchemy address of a SQLite file, whose path may hold `%` and `?`."""
    return f"sqlite:///{quote(str(path))}"


def _contact_is_reachable(value: str) -> str:
    if value and not value.startswith(("https://", "http://", "mailto:")):
        raise ValueError("must be a web address or mailto:someone@example.org")
    return value


def _cluster_is_reachable(value: str) -> str:
    if value and not value.startswith(("tcp://", "tls://")):
        raise ValueError("must be the address of a Dask scheduler, as tcp://host:8786")
    return value


def _desk_url_is_plain(value: str) -> str:
    try:
        parts = urlsplit(value)
        plain = parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/") and not parts.query
    except ValueError:
        plain = False
    if value and not plain:
        raise ValueError("must be http(s)://host or http(s)://host:port, without a path")
    return value.rstrip("/")


class DeclaredSource(BaseModel):
    """One `[[sources]]` table of kiemtin.toml; `kiemtin init` registers it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=200)
    kind: str
    address: str
    role: Role = "monitored"
    legal_basis: str = Field(min_length=SHORTEST_LEGAL_BASIS)
    retention_days: int | None = Field(default=None, ge=1, le=LONGEST_RETENTION_DAYS)
    interval_minutes: int | None = Field(default=None, ge=5, le=LONGEST_INTERVAL_MINUTES)
    settings: dict[str, Any] = Field(default_factory=dict)


class Settings(BaseSettings):
    """The settings of one installation. An environment variable KIEMTIN_<NAME> wins over kiemtin.toml."""

    model_config = SettingsConfigDict(env_prefix="KIEMTIN_", extra="forbid", frozen=True, hide_input_in_errors=True)

    home: Path = Field(
        default=DEFAULT_HOME,
        description="Folder of the database, models, captures and reports. Only as KIEMTIN_HOME or --home.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy address of the database. Empty: kiemtin.db in the home folder. "
        "PostgreSQL: postgresql+psycopg://user@host/name (needs the `postgres` extra).",
    )
    language: Literal["vi", "en"] = Field(default="vi", description="Language in which commands answer: vi or en.")
    contact: Annotated[str, AfterValidator(_contact_is_reachable)] = Field(
        default="",
        description="Web address or mailto: of the operator, told to every site that is read. Please set it.",
    )
    delay_seconds: float = Field(
        default=5.0,
        ge=0,
        description="Least time between two requests to one host for pages and feeds; "
        "a fifth of it for documented APIs.",
    )
    timeout_seconds: float = Field(default=20.0, gt=0, description="How long one request may take in all.")
    allow_addresses: tuple[str, ...] = Field(
        default=(),
        description="Private hosts (host or host:port) that may be read all the same, e.g. 127.0.0.1.",
    )
    retention_days: int = Field(
        default=180, ge=1, le=LONGEST_RETENTION_DAYS, description="Days after which a source's posts are deleted."
    )
    interval_minutes: int = Field(
        default=30, ge=5, le=LONGEST_INTERVAL_MINUTES, description="Minutes between two readings of a source."
    )
    pictures_per_day: int = Field(
        default=300,
        ge=0,
        le=100_000,
        description="How many pictures are fetched in 24 hours, of sources with the setting `pictures` "
        "(needs the `pictures` extra): docs/sources.md.",
    )
    model: str = Field(default=DEFAULT_MODEL, description="Name or path of the model that scores posts.")
    workers: int = Field(
        default=1, ge=1, le=64, description="Processes that score side by side; each takes about 300 MB."
    )
    cluster: Annotated[str, AfterValidator(_cluster_is_reachable)] = Field(
        default="",
        description="Address of a Dask scheduler, as tcp://host:8786: its workers score instead of processes of this "
        "machine (needs the `cluster` extra). See docs/growing.md.",
    )
    desk_host: str = Field(default="127.0.0.1", description="Address on which the desk listens.")
    desk_port: int = Field(default=8000, ge=1, le=65535, description="Port on which the desk listens.")
    desk_url: Annotated[str, AfterValidator(_desk_url_is_plain)] = Field(
        default="",
        description="Address under which people open the desk, as https://kiemtin.example.vn. "
        "With https, cookies are `Secure` and browsers are told to use HTTPS only.",
    )
    desk_hosts: tuple[str, ...] = Field(
        default=(),
        description="Further host names under which the desk may be opened, beside that of `desk_url`, without port.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, as 127.0.0.1.",
    )
    second_factor_for_all: bool = Field(
        default=False,
        description="Whether viewers and reviewers need a second factor as well; leads and admins always do, three "
        "days after their first password.",
    )
    day_size: int = Field(default=40, ge=1, le=500, description="How many flags a reviewer's day holds.")
    list_size: int = Field(
        default=8,
        ge=0,
        le=500,
        description="How many posts a day, below the threshold, are listed as possibly a matter for the union.",
    )
    report: ReportSettings = Field(
        default_factory=ReportSettings,
        description="Letterhead, signature and formats of reports, as a [report] table: docs/reports.md.",
    )
    channels: tuple[ChannelSettings, ...] = Field(
        default=(), description="Where reports, alerts and decisions are sent, as [[channels]] tables: docs/outbox.md."
    )
    mail_server: MailServerAddress = Field(
        default="",
        description="Mail server, as smtps://user@mail.example.vn, or smtp:// for STARTTLS; its password is the secret "
        "`mail-server`.",
    )
    mail_sender: MailAddress = Field(default="", description="Address of the sender of mail.")
    quiet_hours: Hours = Field(
        default="22:00-06:00", description="Hours in Viet Nam in which no alert is sent; empty: none."
    )
    publish: PublishSettings = Field(
        default_factory=PublishSettings,
        description="Where corrections are published, as a [publish] table: docs/corrections.md.",
    )
    backup_passphrase: SecretStr | None = Field(
        default=None,
        description="Seals the files of `kiemtin backup` (needs the `backup` extra). "
        "Best as KIEMTIN_BACKUP_PASSPHRASE.",
    )
    secrets: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Keys and tokens by the name of a source or of its kind, as a [secrets] table. Never shown.",
    )
    sources: tuple[DeclaredSource, ...] = Field(
        default=(), description="Sources that `kiemtin init` registers, as [[sources]] tables."
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @model_validator(mode="after")
    def _channels_can_be_used(self) -> Self:
        names = [channel.name for channel in self.channels]
        if len(set(names)) < len(names):
            raise ValueError("two [[channels]] tables have one name")
        if not (self.mail_server and self.mail_sender) and any(each.kind == "mail" for each in self.channels):
            raise ValueError("a channel by mail needs `mail_server` and `mail_sender`")
        return self

    @property
    def config_path(self) -> Path:
        """Where kiemtin.toml of this home lies."""
        return self.home / CONFIG_NAME

    @property
    def resolved_database_url(self) -> str:
        """The database's address, with the default filled in."""
        return self.database_url or sqlite_address(self.home / DATABASE_NAME)

    @property
    def passphrase(self) -> str:
        """The passphrase of backups; empty when none is set."""
        return self.backup_passphrase.get_secret_value() if self.backup_passphrase else ""

    @property
    def sqlite_path(self) -> Path | None:
        """The file of the database; None when it is on a server."""
        kind, _, place = self.resolved_database_url.partition(":///")
        return Path(unquote(place.partition("?")[0])) if kind.startswith("sqlite") and place else None

    @property
    def desk_address(self) -> str:
        """The address under which people open the desk: `desk_url`, else where it listens."""
        host = self.desk_host.strip("[]")
        return self.desk_url or f"http://{f'[{host}]' if ':' in host else host}:{self.desk_port}"

    @property
    def desk_is_https(self) -> bool:
        """Whether people open the desk by HTTPS."""
        return self.desk_url.startswith("https://")

    @property
    def models_dir(self) -> Path:
        """Where trained models lie."""
        return self.home / "models"

    @property
    def captures_dir(self) -> Path:
        """Where the fetched bytes behind flagged posts are kept."""
        return self.home / "captures"

    @property
    def reports_dir(self) -> Path:
        """Where reports are written."""
        return self.home / "reports"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the library calls by these names
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, whose values arrive as arguments."""
        return env_settings, init_settings


def load_settings(home: Path | None = None) -> Settings:
    """Read the settings of a home folder; a folder without kiemtin.toml has the defaults.

    Args:
        home: The folder; None for KIEMTIN_HOME or ./kiemtin-data.

    Raises:
        UsageError: When the file or a variable is wrong; names the setting and what it must be.

    """
    folder = home_folder(home)
    path = folder / CONFIG_NAME
    if os.fsencode(folder) != str(folder).encode(errors="replace"):
        raise UsageError(f"the name of {folder} is not read as UTF-8: set LC_ALL=C.UTF-8, or choose another folder")
    try:
        values = tomllib.loads(path.read_text(encoding=CONFIG_ENCODING)) if path.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not written in UTF-8: save it again with this encoding") from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}: give this user the right to read it") from error
    if "home" in values:
        raise UsageError(f"{path}: `home` cannot be set in the file that lies in it: use KIEMTIN_HOME")
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise UsageError(_explain(path, error)) from error
    except SettingsError as error:
        message = f'a KIEMTIN_ variable cannot be read: {error}: write lists as JSON, as ["one", "two"]'
        raise UsageError(message) from error
    return settings.model_copy(update={"home": folder})


def _explain(path: Path, error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{path}: there is no setting named `{place}`: docs/settings.md lists them"
    if not place:  # of several settings together
        return f"{path}: {first['msg']}"
    return f"setting `{place}` ({path} or KIEMTIN_{place.partition('.')[0].upper()}): {first['msg']}"
