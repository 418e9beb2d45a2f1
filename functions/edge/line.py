"""The line to an outside in one run of a scheduled function."""

from datetime import datetime, timedelta

from functions.edge import wiring

_MOST_SILENCES = 3
_LONGEST = timedelta(minutes=10)  # of the 15 that a function may take


class Line:
    """Closed once the outside was silent a few times in a row, or the run is long enough."""

    def __init__(self, now: datetime) -> None:
        self._until = now + _LONGEST
        self._silences = 0

    @property
    def closed(self) -> bool:
        """Whether to ask nothing more in this run."""
        return self._silences >= _MOST_SILENCES or wiring.now() > self._until

    def was(self, *, silent: bool) -> None:
        """Note how the last question was met."""
        self._silences = self._silences + 1 if silent else 0
