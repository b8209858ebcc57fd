from tests.embedded.conftest import lab

__all__ = ["lab"]
