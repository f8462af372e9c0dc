"""SEARCHRES (RFC 5182): ``SEARCH RETURN (SAVE)``, and ``$`` for what it has found."""

from mockmail.imap.rows import CapabilityRow, Extension, SearchReturn, SearchReturnRow

_SAVE = SearchReturn(lambda found: None, slice(0), saves=True)

EXTENSION = Extension(
    "SEARCHRES",
    rfc=5182,
    requires=("ESEARCH",),
    capabilities=(CapabilityRow(b"SEARCHRES"),),
    search_returns=(SearchReturnRow(b"SAVE", lambda cursor: _SAVE),),
    result_reference=True,
)
