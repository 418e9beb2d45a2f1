"""All that happened to a review: a line for each of its versions, added in the change's own transaction."""

from pynamodb.attributes import UnicodeAttribute

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel.ids import ReviewId
from shared.kernel.page import Page
from shared.reviews import model
from shared.reviews.store import written


class HappeningRow(Row):
    Meta = meta("reviews")
    change = UnicodeAttribute()
    by = UnicodeAttribute()
    at = Moment()
    text = UnicodeAttribute(default="")
    said = UnicodeAttribute(null=True)


def part(review: model.Review, told: model.Happening) -> transaction.Part:
    """The part that adds what happened; its version is new. Else LostRace."""
    row = HappeningRow(
        review.review_id,
        f"history#{told.version:06d}",
        change=told.change.value,
        by=told.by,
        at=told.at,
        text=told.text,
        said=written.said_text(told.said) if told.said else None,
    )
    return transaction.put_new(row, refused=transaction.LostRace())


def list_of(review_id: ReviewId, *, limit: int, cursor: str | None) -> Page[model.Happening]:
    """One page of all that happened to a review, the newest first."""
    keys = HappeningRow.sk.startswith("history#")
    found = pages.page(HappeningRow, review_id, limit=limit, cursor=cursor, keys=keys, backwards=True)
    return found.map(_happening)


def _happening(row: HappeningRow) -> model.Happening:
    said = written.said(row.said) if row.said else None
    number = int(row.sk.removeprefix("history#"))
    return model.Happening(number, model.Change(row.change), row.by, row.at, row.text, said)
