"""What classes need of their school: no campus, room or teacher goes while a class is taught there or by her."""

from collections.abc import Mapping
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.mall import sheets
from shared.mall.store import sheets as sheet_store


class StillInUse(errors.Conflict):
    code = "still_in_use"
    zh = (
        "在用规则：“{named}”由班级“{value}”使用至 {until}，共 {count} 个班级（允许 {limit} 个）；"
        "班级停售且无人在读，或课程结束后，才能撤下。"
    )
    en = (
        "In use: {named} is needed by the class {value} through {until}; classes that need it: {count}, allowed: "
        "{limit}. It can go when they are over, or withdrawn with nobody in them."
    )


def held_free(
    institution_id: InstitutionId, named: Mapping[str, str], *, pointer: str, now: datetime
) -> list[transaction.Part]:
    """The parts that hold while no class needs any of these, by id with what each is called. Else LostRace.

    A class needs its campus, room and teacher while it has sessions to come and is on sale or somebody is in it. Raises
    StillInUse. What is published meanwhile counts itself (`next_publication`), so that the parts hold no more.
    """
    if not named:
        return []
    was = sheet_store.publications(institution_id)
    plans = sheets.taught(sheet_store.classes_of_school(institution_id), clock.business_day(now))
    going_on = [one for one in plans if one.sessions[-1].ends_at > now]
    for item_id, name in named.items():
        using = [one for one in going_on if item_id in (one.campus_id, one.room_id, one.teacher_id)]
        if using:
            last = max(using, key=lambda one: one.ends_on)
            figures = {"value": last.name, "until": last.ends_on.isoformat(), "count": len(using), "limit": 0}
            raise StillInUse(pointer=pointer, named=name, **figures)
    return [sheet_store.same_publications(institution_id, was=was)]
