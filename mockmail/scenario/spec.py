"""What the types of a scenario file are made of."""

from typing import Annotated

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0)]


class Spec(Struct, forbid_unknown_fields=True, kw_only=True):
    """A mapping of the file; a key it does not name is an error."""
