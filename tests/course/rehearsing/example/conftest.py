import pytest

from helpers import open_lab


@pytest.fixture
def lab():
    with open_lab() as lab:
        yield lab
