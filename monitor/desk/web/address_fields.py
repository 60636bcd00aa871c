"""The fields of a form that stand in the address of its page."""

from dataclasses import asdict, dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class AddressFields:
    """What forms have in common whose fields are texts, empty where nothing was typed or chosen."""

    @property
    def address(self) -> str:
        """The fields as the query of an address, without empty ones."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed and nothing chosen."""
        return not self.address
