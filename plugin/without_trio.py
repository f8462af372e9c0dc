"""What there is where pytest-trio is not installed."""

import pytest


@pytest.fixture
def mailserver_trio() -> None:
    """A mail server in a Trio test's own loop: needs ``mockmail[trio]``."""
    pytest.fail("mailserver_trio needs pytest-trio: install mockmail[trio]", pytrace=False)
