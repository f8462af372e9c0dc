"""SASLprep (RFC 4013): names and passwords that look the same are the same."""

import stringprep
import unicodedata

_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def prepared(text: str) -> str | None:
    """The text as it is compared; None if no name or password can be so.

    As a query (RFC 3454 section 7): characters newer than Unicode 3.2 may stand in it.
    US-ASCII is left as it is, control characters and all.
    """
    if text.isascii():
        return text
    mapped = "".join(
        " " if stringprep.in_table_c12(each) else each
        for each in text
        if not stringprep.in_table_b1(each)
    )
    normal = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    if any(prohibits(each) for each in normal for prohibits in _PROHIBITED):
        return None
    return normal if _goes_one_way(normal) else None


def _goes_one_way(text: str) -> bool:
    """RFC 3454 section 6: text from right to left has none from left to right in it."""
    if not any(map(stringprep.in_table_d1, text)):
        return True
    ends = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return ends and not any(map(stringprep.in_table_d2, text))
