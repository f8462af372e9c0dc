"""The tokens of RFC 9051 section 9, one regular expression per production.

Patterns match at a position inside a whole command, in which each literal
stands in its place as ``{n}CRLF`` and n octets.
"""

import re

from mockmail.numset import SEQUENCE_SET as _SEQUENCE_SET

# atom-specials   = "(" / ")" / "{" / SP / CTL / list-wildcards /
#                   quoted-specials / resp-specials
# list-wildcards  = "%" / "*"
# quoted-specials = DQUOTE / "\"
# resp-specials   = "]"
_ATOM_CHAR = rb"[^(){ \x00-\x1f\x7f-\xff%*\"\\\]]"

# atom            = 1*ATOM-CHAR
ATOM = re.compile(rb"%b+" % _ATOM_CHAR)

# astring         = 1*ASTRING-CHAR / string
# ASTRING-CHAR    = ATOM-CHAR / resp-specials
ASTRING_ATOM = re.compile(rb"(?:%b|\])+" % _ATOM_CHAR)

# tag             = 1*<any ASTRING-CHAR except "+">
TAG = re.compile(rb"(?:(?!\+)(?:%b|\]))+" % _ATOM_CHAR)

# list-mailbox    = 1*list-char / string
# list-char       = ATOM-CHAR / list-wildcards / resp-specials
LIST_ATOM = re.compile(rb"(?:%b|[%%*\]])+" % _ATOM_CHAR)

# quoted          = DQUOTE *QUOTED-CHAR DQUOTE
# QUOTED-CHAR     = <any TEXT-CHAR except quoted-specials> / "\" quoted-specials /
#                   UTF8-2 / UTF8-3 / UTF8-4
# Any octet above 0x7f is taken: RFC 3501 excludes them, RFC 9051 has UTF-8, and
# clients send both.
QUOTED = re.compile(rb"\"((?:[^\"\\\r\n\x00]|\\[\"\\])*)\"")
ESCAPED = re.compile(rb"\\(.)")

# literal         = "{" number64 ["+"] "}" CRLF *CHAR8
LITERAL = re.compile(rb"\{([0-9]{1,10})\+?\}\r\n")
LITERAL_AT_END = re.compile(rb"\{([0-9]{1,20})(\+?)\}\Z")

# number          = 1*DIGIT
NUMBER = re.compile(rb"[0-9]{1,19}")

SEQUENCE_SET = re.compile(_SEQUENCE_SET)

# flag            = "\Answered" / … / flag-keyword / flag-extension
# flag-extension  = "\" atom
FLAG = re.compile(rb"\\?%b+" % _ATOM_CHAR)

# date            = date-text / DQUOTE date-text DQUOTE
# date-text       = date-day "-" date-month "-" date-year
DATE = re.compile(rb'("?)([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})\1')

# date-time       = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE
# date-day-fixed  = (SP DIGIT) / 2DIGIT
DATE_TIME = re.compile(
    rb"\"([ 0-3]?[0-9])-([A-Za-z]{3})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})"
    rb" ([+-])([0-9]{2})([0-9]{2})\""
)
MONTHS = tuple(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())
"""Month names by number less one (``date-month``)."""

# header-fld-name = astring; section-text and the partial are read item by item.
PRINTABLE = re.compile(rb"[ -~]*")

# partial         = "<" number64 "." nz-number64 ">"
PARTIAL = re.compile(rb"<([0-9]{1,19})\.([1-9][0-9]{0,18})>")
