"""Looks again at what waits in quarantine, and at what was asked for and never sent. Every hour.

After the scanner was down, this is what takes up what it left.
"""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from functions.files.check_upload import Buckets
from shared.materials import limits, queries, usecases
from shared.materials.model import FileStatus, KeptFile
from shared.materials.scanner import ScannerDown

blueprint = Blueprint(__name__)

_MOST_LOOKED_AT = 500
_MOST_UNANSWERED = 10  # the scanner may stumble over a file; when it stumbles over so many, it is down


@blueprint.schedule(Cron("20", "*", "*", "*", "?", "*"))
@scheduled.run
def check_waiting_uploads() -> dict[str, int]:
    """Check what has come and waits for its check; expire what never came."""
    now = wiring.now()
    figures = Counter(checked=0, expired=0, put_off=0)
    found = takewhile(lambda _: figures["put_off"] < _MOST_UNANSWERED, _waiting(now))
    act = partial(_look_again, figures, now)
    scheduled.each("check_waiting_uploads", found, act, key=lambda file: file.file_id)
    return dict(figures)


def _waiting(now: datetime) -> list[KeptFile]:
    told = limits.in_force()
    come = now - timedelta(minutes=told.look_again_after_minutes)
    never = now - timedelta(minutes=told.upload_link_minutes + told.upload_late_minutes)
    return [
        *queries.list_waiting(FileStatus.CHECKING, until=come, limit=_MOST_LOOKED_AT),
        *queries.list_waiting(FileStatus.WAITING, until=never, limit=_MOST_LOOKED_AT),
    ]


def _look_again(figures: Counter[str], now: datetime, file: KeptFile) -> int:
    try:
        found = usecases.check(file_id=file.file_id, sent_at=None, storage=Buckets(), scanner=wiring.scanner(), now=now)
    except ScannerDown:
        figures["put_off"] += 1
        raise
    if found is not None:
        figures["checked"] += 1
    elif usecases.expire(file_id=file.file_id):
        figures["expired"] += 1
    return 1
