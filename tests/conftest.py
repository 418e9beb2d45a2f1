"""For all tests."""

from tests.rights import watch_rights, within_its_rights

__all__ = ["watch_rights", "within_its_rights"]
