"""Where persons, their listings and the schools that publish them are kept. Keys are in this context's README."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, from_image, meta
from shared.kernel import clock
from shared.kernel.ids import InstitutionId, TeacherId
from shared.kernel.page import Page
from shared.personnel import model

_PERSON, _PUBLISHED = "person", "published"


class ByBlacklist(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_blacklist"
        projection = KeysOnlyProjection()

    blacklist = UnicodeAttribute(hash_key=True)
    blacklisted_at = Moment(range_key=True)


class ByServing(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_serving"
        projection = KeysOnlyProjection()

    serving = UnicodeAttribute(hash_key=True)
    serving_since = Moment(range_key=True)


class ByName(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_name"
        projection = KeysOnlyProjection()

    listed_name = UnicodeAttribute(hash_key=True)


class ByAlarm(GlobalSecondaryIndex[Any]):
    """Who is on a list although a school publishes her."""

    class Meta:
        index_name = "by_alarm"
        projection = KeysOnlyProjection()

    alarm = UnicodeAttribute(hash_key=True)
    alarm_since = Moment(range_key=True)


class PersonRow(Row):
    """Who is on no list is in no index. `document`: her listings and the schools that publish her."""

    Meta = meta("personnel")
    blacklisted = ByBlacklist()
    serve = ByServing()
    names = ByName()
    alarms = ByAlarm()

    document = UnicodeAttribute()
    changes = NumberAttribute()
    version = NumberAttribute()
    blacklist = UnicodeAttribute(null=True)
    blacklisted_at = Moment(null=True)
    serving = UnicodeAttribute(null=True)
    serving_since = Moment(null=True)
    listed_name = UnicodeAttribute(null=True)
    alarm = UnicodeAttribute(null=True)
    alarm_since = Moment(null=True)


class PersonChangeRow(Row):
    Meta = meta("personnel")
    kind = UnicodeAttribute()
    on = UnicodeAttribute()
    listing = UnicodeAttribute()
    reason = UnicodeAttribute()
    proposed_by = UnicodeAttribute()
    approved_by = UnicodeAttribute()
    at = Moment()


def get(number: str) -> model.Person:
    """A person by the normal number of her qualification; one of whom nothing is known is on no list."""
    return get_many([number])[number]


def get_many(numbers: Sequence[str]) -> dict[str, model.Person]:
    """Persons by their normal numbers, as they stand now."""
    keys = [(number, _PERSON) for number in dict.fromkeys(numbers)]
    found = {row.pk: _person(row) for row in PersonRow.batch_get(keys, consistent_read=True)} if keys else {}
    return {number: found.get(number, model.Person(number)) for number, _ in keys}


def written(person: model.Person) -> transaction.Part:
    """The part that writes a person as she is to be from now on, if nobody wrote since she was read. Else LostRace."""
    stands = PersonRow.version == person.version if person.version else PersonRow.pk.does_not_exist()
    return transaction.put_if(_row(person), stands, refused=transaction.LostRace())


def added(change: model.PersonChange) -> transaction.Part:
    """The part that adds a change to her history; its number is taken once. Else LostRace."""
    row = PersonChangeRow(
        change.number,
        f"change#{change.nth:06d}",
        kind=change.kind.value,
        on=change.on.value,
        listing=json.dumps(_told(change.listing), ensure_ascii=False),
        reason=change.reason,
        proposed_by=change.proposed_by,
        approved_by=change.approved_by,
        at=change.at,
    )
    return transaction.put_new(row, refused=transaction.LostRace())


def list_page(on: model.ListName, *, limit: int, cursor: str | None) -> Page[model.Person]:
    """One page of a list, the newest first."""
    index: Any = PersonRow.blacklisted if on is model.ListName.BLACKLIST else PersonRow.serve
    return _whole(pages.page(PersonRow, on.value, limit=limit, cursor=cursor, index=index, backwards=True))


def list_published(*, limit: int, cursor: str | None) -> Page[model.Person]:
    """One page of the persons on a list whom a school publishes all the same, the newest first."""
    index = PersonRow.alarms
    return _whole(pages.page(PersonRow, _PUBLISHED, limit=limit, cursor=cursor, index=index, backwards=True))


def published_all() -> Iterator[model.Person]:
    """Everybody on a list whom a school publishes all the same; there should be nobody. For the nightly sweep."""
    cursor = None
    while True:
        found = list_published(limit=100, cursor=cursor)
        yield from found.rows
        cursor = found.next_cursor
        if cursor is None:
            return


def list_named(name: str, *, limit: int, cursor: str | None) -> Page[model.Person]:
    """One page of the persons on a list who have this (normal) name."""
    return _whole(pages.page(PersonRow, name, limit=limit, cursor=cursor, index=PersonRow.names))


def list_history(number: str, *, limit: int, cursor: str | None) -> Page[model.PersonChange]:
    """One page of what happened to a person's listings, newest first."""
    keys = PersonChangeRow.sk.startswith("change#")
    found = pages.page(PersonChangeRow, number, limit=limit, cursor=cursor, keys=keys, backwards=True)
    return found.map(_change)


def person_from_image(image: Mapping[str, Any]) -> model.Person:
    """The person of a stream record's image."""
    return _person(from_image(PersonRow, image))


def _whole(page: Page[Any]) -> Page[model.Person]:
    found = get_many([row.pk for row in page.rows])
    return Page([found[row.pk] for row in page.rows], page.next_cursor)


def _row(person: model.Person) -> PersonRow:
    black, serving = person.blacklisting, person.serving
    listed = black or serving
    alarm = bool(listed and person.published)
    told = {
        "blacklist": _told(black) if black else None,
        "serving": _told(serving) if serving else None,
        "published": [[one.institution_id, one.teacher_id] for one in person.published],
    }
    return PersonRow(
        person.number,
        _PERSON,
        document=json.dumps(told, ensure_ascii=False, separators=(",", ":")),
        changes=person.changes,
        version=person.version + 1,
        blacklist=model.ListName.BLACKLIST.value if black else None,
        blacklisted_at=black.since if black else None,
        serving=model.ListName.SERVING.value if serving else None,
        serving_since=serving.since if serving else None,
        listed_name=listed.name if listed else None,
        alarm=_PUBLISHED if alarm else None,
        alarm_since=person.listed_since if alarm else None,
    )


def _person(row: PersonRow) -> model.Person:
    told: dict[str, Any] = json.loads(row.document)
    return model.Person(
        number=row.pk,
        blacklisting=_listing(told["blacklist"]) if told["blacklist"] else None,
        serving=_listing(told["serving"]) if told["serving"] else None,
        published=tuple(model.Publication(InstitutionId(iid), TeacherId(tid)) for iid, tid in told["published"]),
        changes=int(row.changes),
        version=int(row.version),
    )


def _told(listing: model.Listing) -> dict[str, Any]:
    until = listing.until.isoformat() if listing.until else None
    return {**vars(listing), "since": clock.stored(listing.since), "until": until}


def _listing(told: Mapping[str, Any]) -> model.Listing:
    until = date.fromisoformat(told["until"]) if told["until"] else None
    return model.Listing(**{**told, "since": clock.read(told["since"]), "until": until})


def _change(row: PersonChangeRow) -> model.PersonChange:
    return model.PersonChange(
        number=row.pk,
        nth=int(row.sk.removeprefix("change#")),
        kind=model.ChangeKind(row.kind),
        on=model.ListName(row.on),
        listing=_listing(json.loads(row.listing)),
        reason=row.reason,
        proposed_by=row.proposed_by,
        approved_by=row.approved_by,
        at=row.at,
    )
