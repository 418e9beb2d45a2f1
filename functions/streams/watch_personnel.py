"""Raises an alert when a person whom a school publishes comes on a list, and when somebody teaches in two places.

What it is told has been committed: who is listed and who is published, and each session that was marked.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chalice.app import Blueprint

from events import facts
from functions.edge import batches, wiring
from shared.alerts import usecases as alerts
from shared.kernel import clock
from shared.personnel import rules, store
from shared.personnel.model import Person, Presence
from shared.personnel.store import presences
from shared.policy import queries as policies

blueprint = Blueprint(__name__)


@blueprint.on_dynamodb_record(stream_arn=batches.stream_of("PersonnelTable"))
@batches.each_record
def watch_personnel(record: Mapping[str, Any]) -> None:
    """One record: a person who is on a list and published, or a session that she taught."""
    image = record["dynamodb"]["NewImage"]
    if image["sk"]["S"] == "person":
        consider_person(store.person_from_image(image))
    else:
        consider_presence(presences.presence_from_image(image))


def consider_person(person: Person) -> int:
    """Tell each school that publishes a listed person; how many alerts are new."""
    return _raise(_published(person))


def consider_presence(presence: Presence) -> int:
    """Tell both schools where she was in two places; how many alerts are new."""
    return _raise(_elsewhere(presence))


def _raise(found: Iterator[alerts.Fact]) -> int:
    policy = policies.in_force(at=wiring.now())
    return sum(len(alerts.consider(fact=fact, policy=policy)) for fact in found)


def _published(person: Person) -> Iterator[alerts.Fact]:
    """For each list that she is on, each school that publishes her."""
    now = wiring.now()
    for name in person.barred_by(clock.business_day(now)):
        listing = person.listing(name)
        assert listing is not None
        for one in person.published:
            yield facts.ListedTeacherPublished(
                institution_id=one.institution_id,
                teacher_id=one.teacher_id,
                qualification_no=person.number,
                on_list=name.value,
                since=listing.since,
                noticed_at=now,
            )


def _elsewhere(presence: Presence) -> Iterator[alerts.Fact]:
    """For each other place where she was in that time, each of the two schools, once where they are one."""
    for other in presences.list_around(presence):
        if rules.in_two_places(presence, other):
            yield _two_places(presence, other)
            if other.institution_id != presence.institution_id:
                yield _two_places(other, presence)


def _two_places(own: Presence, other: Presence) -> facts.TeacherInTwoPlaces:
    return facts.TeacherInTwoPlaces(
        institution_id=own.institution_id,
        qualification_no=own.number,
        session_id=own.session_id,
        place=own.place,
        starts_at=own.starts_at,
        ends_at=own.ends_at,
        other_session_id=other.session_id,
        other_place=other.place,
        other_starts_at=other.starts_at,
        other_ends_at=other.ends_at,
        noticed_at=wiring.now(),
    )
