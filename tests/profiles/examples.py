"""Changes of the first school's profile, as the school writes them and the bureau decides on them."""

from datetime import datetime
from typing import Any

from functions.edge import publishing
from shared.kernel.ids import ProfileChangeId
from shared.profiles import usecases
from shared.profiles.model import Kind, ProfileChange
from tests.builders import NOW, SCHOOL, an_id

CHANGE = ProfileChangeId(an_id("chg"))
ITEM = an_id("itm")
CERTIFICATE: dict[str, Any] = {
    "kind": "certificate",
    "certificate": "fire_safety",
    "number": "消安2026第11号",
    "issuer": "临淄区消防救援大队",
    "valid_from": "2026-01-01",
    "valid_to": "2026-10-15",
}
NEW_TEACHER: dict[str, Any] = {
    "kind": "teacher",
    "name": "季示例",
    "subject": "dance",
    "qualification": "教师资格证",
    "qualification_no": "20263700000000002",
    "valid_to": "2026-12-31",
    "serves_public_school": "no",
}
ROOM: dict[str, Any] = {"kind": "room", "caption": "二楼舞蹈教室", "area_m2": 80}


def content(item: dict[str, Any], **changes: str) -> dict[str, str]:
    """What is kept of an item."""
    return {name: str(told) for name, told in {**item, **changes}.items() if name != "kind"}


def drafted(
    number: int = 1, item: dict[str, Any] = CERTIFICATE, *, now: datetime = NOW, **changes: Any
) -> ProfileChange:
    """The first school's `number`-th change: a certificate that is new, unless told otherwise."""
    told: dict[str, Any] = {
        "change_id": ProfileChangeId(an_id("chg", number)),
        "institution_id": SCHOOL,
        "kind": Kind(item["kind"]),
        "item_id": ITEM,
        "withdraws": False,
        "content": content(item),
        "file": None,
        "made_by": "usr",
        "made_at": now,
    }
    return usecases.draft(change=ProfileChange(**{**told, **changes}))


def submitted(
    number: int = 1, item: dict[str, Any] = CERTIFICATE, *, now: datetime = NOW, **changes: Any
) -> ProfileChange:
    """A change that waits for the bureau."""
    change = drafted(number, item, now=now, **changes)
    return usecases.submit(
        institution_id=change.institution_id, change_id=change.change_id, edits=change.edits, now=now
    )


def accepted(
    number: int = 1, item: dict[str, Any] = CERTIFICATE, *, now: datetime = NOW, **changes: Any
) -> ProfileChange:
    """A change that is published."""
    change = submitted(number, item, now=now, **changes)
    return publishing.accept(
        institution_id=change.institution_id, change_id=change.change_id, edits=change.edits, by="reviewer", now=now
    )
