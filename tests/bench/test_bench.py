"""Every benchmark runs; what comes out is nobody's business here."""

from math import isfinite

import pytest

from bench.groups import GROUPS
from bench.rows import QUICK

# Without any other server there is nothing to be beside.
NEEDS = {
    "beside": pytest.mark.program("dovecot"),
    "popping": pytest.mark.program("dovecot"),
}


@pytest.mark.parametrize(
    "group", [pytest.param(name, marks=NEEDS.get(name, ())) for name in GROUPS]
)
def test_every_row_is_a_number(group: str) -> None:
    rows = list(GROUPS[group](QUICK))
    assert rows
    for row in rows:
        assert all(isfinite(n) and n > 0 for n in (row.mine, row.other, row.ratio)), row
