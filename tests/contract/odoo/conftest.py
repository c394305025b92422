"""A sandbox of each version."""

from collections.abc import Iterator

import pytest

from tests.contract.odoo.recording import VERSIONS
from tests.contract.odoo.shop import Shop, opened


@pytest.fixture(params=VERSIONS)
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    with opened(request.param) as found:
        yield found
