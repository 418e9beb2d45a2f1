"""A change filing meets the record that it changes: what is asked for, checked, shown, carried out by two people."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from functions.edge import course_acts
from shared.dynamo import transaction
from shared.dynamo.transaction import Part
from shared.filings import decisions
from shared.filings.model import Amended, Case
from shared.filings.store import cases
from shared.institutions import amending, store, usecases
from shared.institutions.amending import FIELD_NAMES, Amendment, Field
from shared.institutions.model import Institution
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from shared.mall import usage
from shared.mall.model import CATEGORIES
from shared.mall.store import cards

_CATEGORIES = {one.code: (one.zh, one.en) for one in CATEGORIES}
_SIZES = {"small": ("小型", "Small"), "medium": ("中型", "Medium"), "large": ("大型", "Large")}


class CategoryUnknown(errors.Invalid):
    code = "amendment_category_unknown"
    zh = "没有这个办学类别，或列了两次。"
    en = "There is no such category, or it stands there twice."


@dataclass(frozen=True)
class Line:
    """A field that changes, to be read: its name, what it was, what it becomes."""

    field: str
    name: str
    before: str
    after: str


def asked(school: Institution, after: Institution) -> tuple[Amended, ...]:
    """What a filing changes. Raises CategoryUnknown and what `amending.check` refuses."""
    known = set(after.categories) <= set(_CATEGORIES)
    if after.categories != school.categories and not (known and len(set(after.categories)) == len(after.categories)):
        raise CategoryUnknown(pointer="/changes/categories")
    return tuple(Amended(one.field.value, one.before, one.after) for one in amending.check(school, after))


def becoming(school: Institution, **changes: Any) -> Institution:
    """The school with some fields as they are asked for; None leaves one as it is."""
    return replace(school, **{name: value for name, value in changes.items() if value is not None})


def check(case: Case) -> None:
    """Whether a filing could be carried out now. Raises RecordChanged and what `amending.check` refuses."""
    if case.amendments:
        school = store.get(case.institution_id)
        amending.check(school, amending.amended(school, _of(case)))


def held_free(case: Case, *, now: datetime) -> list[Part]:
    """The parts that hold while no class is taught at a campus that a filing closes. Raises StillInUse.

    It isn't asked when the change is filed: until it has passed and was public the classes may be over.
    """
    told = {one.field: one for one in _of(case)}
    if Field.CAMPUSES not in told:
        return []
    before, after = (
        {campus_id: name for campus_id, name, *_ in json.loads(text)}
        for text in (told[Field.CAMPUSES].before, told[Field.CAMPUSES].after)
    )
    closed = {campus_id: name for campus_id, name in before.items() if campus_id not in after}
    return usage.held_free(InstitutionId(case.institution_id), closed, pointer="/changes/campuses", now=now)


def superseded(case: Case) -> bool:
    """Whether the record has changed since, or the school has ended: a filing can't be carried out any more."""
    if case.amendments and store.get(case.institution_id).status.ending:
        return True
    try:
        check(case)
    except (errors.Conflict, errors.Invalid):
        return bool(case.amendments)
    return False


def apply(*, case_id: str, reason: str, by: str, now: datetime, also: Sequence[Part]) -> None:
    """Amend the record by a filing that has passed, and close it, in one transaction with what is in `also`.

    Its courses are found by its new names and places from then on.

    Raises what `decisions.amending` and `institutions.amending` refuse, StillInUse, what `also` refuses, Unavailable.
    """

    def attempt() -> None:
        case, closed = decisions.amending(case_id=case_id, by=by, now=now)
        iid = InstitutionId(case.institution_id)
        try:
            record = usecases.amending(institution_id=iid, amendments=_of(case), reason=reason, by=by, now=now)
            # read after the record: what is committed holds only while that is what it was then
            after = amending.amended(store.get(iid), _of(case))
        except amending.RecordChanged:
            if cases.get(case_id).state is not case.state:
                raise
            raise transaction.LostRace() from None  # it was this filing that somebody else has just carried out
        found_by = cards.of_school(course_acts.facts_of(after), now=now)
        transaction.commit([*also, *closed, *record, *held_free(case, now=now), found_by])

    transaction.retried(attempt)


def lines(told: Iterable[tuple[str, str, str]], language: str) -> list[Line]:
    """Fields with what they were and what they become, each as text, to be read in 'zh' or 'en'."""
    english = language == "en"
    found = [(Field(field), before, after) for field, before, after in told]
    return [
        Line(field.value, FIELD_NAMES[field][english], _shown(field, before, english), _shown(field, after, english))
        for field, before, after in found
    ]


def lines_of(case: Case, language: str) -> list[Line]:
    """What a filing changes, to be read."""
    return lines([(one.field, one.before, one.after) for one in case.amendments], language)


def _of(case: Case) -> list[Amendment]:
    return [Amendment(Field(one.field), one.before, one.after) for one in case.amendments]


def _shown(field: Field, text: str, english: bool) -> str:
    told = json.loads(text)
    if field is Field.CAMPUSES:
        return "; ".join(" ".join(filter(None, rest)) for _, *rest in told)
    if field is Field.CATEGORIES:
        return "、".join(_CATEGORIES[one][english] if one in _CATEGORIES else one for one in told)
    return _SIZES[told][english] if field is Field.SIZE and told in _SIZES else str(told)
