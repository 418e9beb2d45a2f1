"""The sums of each course's and each school's rating: one row each, added to in a review's own transaction."""

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.kernel.ids import CourseId, InstitutionId
from shared.reviews import model, rating

_SK = "rating"


class RatingRow(Row):
    """An attribute for each sum."""

    Meta = meta("reviews")
    locals().update({name: NumberAttribute(default=0) for name in rating.names()})


def parts(before: model.Review | None, after: model.Review) -> list[transaction.Part]:
    """The parts that bring a change of a review into the sums; none when it changes nothing of them."""
    difference = rating.difference(before, after)
    if not difference:
        return []
    actions: list[Action] = [Path(name).add(by) for name, by in sorted(difference.items())]
    return [transaction.add_up(RatingRow(_key(of), _SK), actions) for of in (after.course_id, after.institution_id)]


def get_many(of: Sequence[CourseId | InstitutionId], *, consistent: bool = False) -> dict[str, rating.Rating]:
    """The ratings of courses and schools by their ids, a hundred in one read; who has none has an empty one."""
    wanted = list(dict.fromkeys(of))
    keys = [(_key(one), _SK) for one in wanted]
    rows = RatingRow.batch_get(keys, consistent_read=consistent) if wanted else ()
    found = {row.pk: _rating(row) for row in rows}
    return {one: found.get(_key(one), rating.Rating()) for one in wanted}


def _key(of: CourseId | InstitutionId) -> str:
    return f"rating#{of}"


def _rating(row: Any) -> rating.Rating:
    sums = {name: int(getattr(row, name)) for name in rating.names()}
    return rating.Rating({name: told for name, told in sums.items() if told})
