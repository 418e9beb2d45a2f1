"""For all tests."""

import hypothesis

from tests.rights import watch_rights, within_its_rights

__all__ = ["watch_rights", "within_its_rights"]

# The same examples on every run, and no limit on one example's time: a busy machine isn't a failure.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.load_profile("same")
