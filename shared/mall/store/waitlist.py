"""Where waitlists are kept, and the parts of their transactions. Keys: this context's README.

How many wait and how many seats are offered stands in the class's own item, which every step changes together with its
ticket. So a sale needs no other item to know whether a seat is everybody's, and no step can lose or double one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import CourseId, GuardianId, InstitutionId, OfferingId, StudentId
from shared.mall import model
from shared.mall.store import OfferingRow
from shared.mall.waitlist_model import Ticket, TicketStatus

_CLASSES = "waitlist"
_OFFERS = "seat_offer"


class UnknownTicket(errors.Missing):
    code = "unknown_ticket"
    zh = "没有找到这个候补。"
    en = "There is no such place on a waitlist."


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_since = Moment(range_key=True)


class TicketRow(Row):
    """A place on a waitlist. `waits_*` are there only while a seat is offered: until when."""

    Meta = meta("mall")
    waiting = ByWait()
    course_id = UnicodeAttribute()
    institution_id = UnicodeAttribute()
    guardian_id = UnicodeAttribute()
    student_id = UnicodeAttribute()
    status = UnicodeAttribute()
    joined_at = Moment()
    expires_at = Moment(null=True)
    ended_at = Moment(null=True)
    waits_for = UnicodeAttribute(null=True)
    waits_since = Moment(null=True)


class PlaceRow(Row):
    """A child's newest ticket of a class, so that it has one that is live at most."""

    Meta = meta("mall")
    number = NumberAttribute()


class _WaitingClassRow(OfferingRow):
    """A class as the index finds it."""

    Meta = meta("mall")
    waiting_classes = ByWait()


def joined(offering: model.Offering, ticket: Ticket, *, was: Ticket | None) -> list[transaction.Part]:
    """The parts that put a child at the end of a class's waitlist, while no seat is everybody's.

    `was`: the child's last ticket of the class.
    """
    nobodys = (OfferingRow.seats_left <= 0) | (OfferingRow.waiting > 0)
    actions: list[Action] = [
        OfferingRow.waiting.set(offering.waiting + 1),
        OfferingRow.tickets.set(ticket.number),
    ]
    if not offering.waiting:
        actions += [OfferingRow.waits_for.set(_CLASSES), OfferingRow.waits_since.set(ticket.joined_at)]
    place = PlaceRow(f"student#{ticket.student_id}", f"waitlist#{ticket.offering_id}", number=ticket.number)
    same = PlaceRow.number == was.number if was else PlaceRow.pk.does_not_exist()
    last = OfferingRow.tickets == offering.tickets if offering.tickets else OfferingRow.tickets.does_not_exist()
    unmoved = last & (_as_read(offering) if offering.tickets else OfferingRow.waiting.does_not_exist())
    return [
        _class(offering, actions, unmoved & nobodys & _on_sale()),
        transaction.put_new(_row(ticket), refused=transaction.LostRace()),
        transaction.put_if(place, same, refused=transaction.LostRace()),
    ]


def called(offering: model.Offering, before: Ticket, after: Ticket) -> list[transaction.Part]:
    """The parts that keep a free seat for who is next, while the class is on sale."""
    actions = [
        OfferingRow.seats_left.add(-1),
        OfferingRow.offered.add(1),
        OfferingRow.called.set(after.number),
        *_one_less(offering),
    ]
    free = _as_read(offering) & (OfferingRow.seats_left > 0) & _on_sale()
    return [_class(offering, actions, free), _moved(before, after)]


def ended_waiting(offering: model.Offering, before: Ticket, after: Ticket) -> list[transaction.Part]:
    """The parts that take a child off a waitlist before its turn."""
    return [_class(offering, _one_less(offering), _as_read(offering)), _moved(before, after)]


def ended_offer(offering: model.Offering, before: Ticket, after: Ticket) -> list[transaction.Part]:
    """The parts that give back a seat that was kept: it is for who is next, else everybody's."""
    actions = [OfferingRow.seats_left.add(1), OfferingRow.offered.add(-1)]
    return [_class(offering, actions, OfferingRow.offered > 0), _moved(before, after)]


def taken(offering: model.Offering, before: Ticket, after: Ticket) -> list[transaction.Part]:
    """The parts of a sale that take the seat that is kept for a child, in the place of `take_seat`."""
    same = (OfferingRow.offered > 0) & _on_sale() & (OfferingRow.terms_hash == offering.terms_hash)
    return [_class(offering, [OfferingRow.offered.add(-1)], same), _moved(before, after)]


def find_ticket(offering_id: OfferingId, student_id: StudentId) -> Ticket | None:
    """A child's newest ticket of a class."""
    try:
        place = PlaceRow.get(f"student#{student_id}", f"waitlist#{offering_id}", consistent_read=True)
    except PlaceRow.DoesNotExist:
        return None
    return _ticket(TicketRow.get(f"waitlist#{offering_id}", _sk(int(place.number)), consistent_read=True))


def list_of_students(student_ids: Sequence[StudentId]) -> list[Ticket]:
    """The newest ticket of each class that these children have waited for, the latest first."""
    places = [
        (f"waitlist#{row.sk.removeprefix('waitlist#')}", _sk(int(row.number)))
        for student_id in student_ids
        for row in PlaceRow.query(f"student#{student_id}", PlaceRow.sk.startswith("waitlist#"))
    ]
    rows = TicketRow.batch_get(places, consistent_read=True) if places else ()
    return sorted(map(_ticket, rows), key=lambda one: one.joined_at, reverse=True)


def list_waiting(offering: model.Offering) -> list[Ticket]:
    """Who waits for a class, in order. Those who have left since the last call are passed over."""
    return [_ticket(row) for row in _behind(offering)]


def find_next(offering: model.Offering) -> Ticket | None:
    """Whose turn it is."""
    return next((_ticket(row) for row in _behind(offering, page_size=10)), None)


def count_before(offering: model.Offering, ticket: Ticket) -> int:
    """How many wait before a ticket that waits."""
    keys = TicketRow.sk.between(_sk(offering.called + 1), _sk(ticket.number - 1))
    if ticket.number - 1 <= offering.called:
        return 0
    only = TicketRow.status == TicketStatus.WAITING.value
    return int(TicketRow.count(f"waitlist#{offering.offering_id}", keys, only, consistent_read=True))


def list_lapsing(*, until: datetime) -> list[Ticket]:
    """The offers whose time is over, the oldest first."""
    keys = [(row.pk, row.sk) for row in TicketRow.waiting.query(_OFFERS, TicketRow.waits_since <= until)]
    rows = TicketRow.batch_get(keys, consistent_read=True) if keys else ()
    return sorted(map(_ticket, rows), key=lambda one: (one.offering_id, one.number))


def list_waiting_classes() -> list[tuple[CourseId, OfferingId]]:
    """The classes that somebody waits for, the longest waited for first."""
    return [
        (CourseId(row.pk.removeprefix("course#")), OfferingId(row.sk.removeprefix("offering#")))
        for row in _WaitingClassRow.waiting_classes.query(_CLASSES)
    ]


def scan() -> list[Ticket]:
    """Every ticket of every class. For the checks, never on a path of a sale."""
    return [_ticket(row) for row in TicketRow.scan(TicketRow.sk.startswith("ticket#"), consistent_read=True)]


def _behind(offering: model.Offering, *, page_size: int | None = None) -> Any:
    keys = TicketRow.sk.between(_sk(offering.called + 1), "ticket#~")
    only = TicketRow.status == TicketStatus.WAITING.value
    pk = f"waitlist#{offering.offering_id}"
    return TicketRow.query(pk, keys, only, consistent_read=True, page_size=page_size)


def _class(offering: model.Offering, actions: Sequence[Action], condition: Condition) -> transaction.Part:
    row = OfferingRow(f"course#{offering.course_id}", f"offering#{offering.offering_id}")
    return transaction.update(row, actions, condition, refused=transaction.LostRace())


def _as_read(offering: model.Offering) -> Condition:
    return OfferingRow.waiting == offering.waiting


def _on_sale() -> Condition:
    return OfferingRow.status == model.Status.PUBLISHED.value


def _one_less(offering: model.Offering) -> list[Action]:
    left = offering.waiting - 1
    over = [] if left else [OfferingRow.waits_for.remove(), OfferingRow.waits_since.remove()]
    return [OfferingRow.waiting.set(left), *over]


def _moved(before: Ticket, after: Ticket) -> transaction.Part:
    same = TicketRow.status == before.status.value
    return transaction.put_if(_row(after), same, refused=transaction.LostRace())


def _sk(number: int) -> str:
    return f"ticket#{number:06d}"


def _row(ticket: Ticket) -> TicketRow:
    offered = ticket.status is TicketStatus.OFFERED
    return TicketRow(
        f"waitlist#{ticket.offering_id}",
        _sk(ticket.number),
        course_id=ticket.course_id,
        institution_id=ticket.institution_id,
        guardian_id=ticket.guardian_id,
        student_id=ticket.student_id,
        status=ticket.status.value,
        joined_at=ticket.joined_at,
        expires_at=ticket.expires_at,
        ended_at=ticket.ended_at,
        waits_for=_OFFERS if offered else None,
        waits_since=ticket.expires_at if offered else None,
    )


def _ticket(row: TicketRow) -> Ticket:
    return Ticket(
        offering_id=OfferingId(row.pk.removeprefix("waitlist#")),
        number=int(row.sk.removeprefix("ticket#")),
        course_id=CourseId(row.course_id),
        institution_id=InstitutionId(row.institution_id),
        guardian_id=GuardianId(row.guardian_id),
        student_id=StudentId(row.student_id),
        joined_at=row.joined_at,
        status=TicketStatus(row.status),
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )
