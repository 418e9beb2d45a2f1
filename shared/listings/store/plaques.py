"""Where plaques are kept."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import InstitutionId, PlaqueId
from shared.listings import model

_SK = "plaque"


class UnknownPlaque(errors.Missing):
    code = "unknown_plaque"
    zh = "这块牌匾不是主管部门签发的，可能是伪造的。请勿缴费，并向主管部门反映。"
    en = "The authority hasn't issued this plaque; it may be forged. Don't pay, and tell the authority."


class PlaqueRow(Row):
    """A plaque under its own id, for ever; and which one is the school's, under the school's."""

    Meta = meta("listings")
    plaque_id = UnicodeAttribute()
    institution_id = UnicodeAttribute()
    issued_by = UnicodeAttribute()
    issued_at = Moment()
    replaced_at = Moment(null=True)


def parts(new: model.Plaque, *, instead_of: model.Plaque | None) -> list[transaction.Part]:
    """What makes a plaque the school's, and voids the one before. The commit raises LostRace."""
    again = transaction.LostRace()
    own = _row(new.institution_id, new)
    parts = [transaction.put_new(_row(_pk(new.plaque_id), new), refused=again)]
    if instead_of is None:
        return [*parts, transaction.put_new(own, refused=again)]
    void = PlaqueRow(_pk(instead_of.plaque_id), _SK)
    return [
        *parts,
        transaction.put_if(own, PlaqueRow.plaque_id == instead_of.plaque_id, refused=again),
        transaction.update(void, [PlaqueRow.replaced_at.set(new.issued_at)], PlaqueRow.pk.exists(), refused=again),
    ]


def get(plaque_id: str) -> model.Plaque:
    """A plaque, void ones too. Raises UnknownPlaque for one that we haven't issued."""
    try:
        return _of(PlaqueRow.get(_pk(plaque_id), _SK, consistent_read=True))
    except PlaqueRow.DoesNotExist:
        raise UnknownPlaque() from None


def find_of(institution_id: InstitutionId) -> model.Plaque | None:
    """The school's valid plaque, or None before it has one."""
    try:
        return _of(PlaqueRow.get(institution_id, _SK, consistent_read=True))
    except PlaqueRow.DoesNotExist:
        return None


def _pk(plaque_id: str) -> str:
    return f"plaque#{plaque_id}"


def _row(pk: str, one: model.Plaque) -> PlaqueRow:
    return PlaqueRow(
        pk,
        _SK,
        plaque_id=one.plaque_id,
        institution_id=one.institution_id,
        issued_by=one.issued_by,
        issued_at=one.issued_at,
    )


def _of(row: Any) -> model.Plaque:
    return model.Plaque(
        plaque_id=PlaqueId(row.plaque_id),
        institution_id=InstitutionId(row.institution_id),
        issued_by=row.issued_by,
        issued_at=row.issued_at,
        replaced_at=row.replaced_at,
    )
