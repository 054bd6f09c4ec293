from __future__ import annotations

import pytest

from tests.unit.http_api.ports import World


@pytest.fixture
def world():
    return World()
