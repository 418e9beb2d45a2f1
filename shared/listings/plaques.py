"""Plaques: one a school that is valid, issued once, replaced when it is lost or stolen."""

from datetime import datetime

from shared.dynamo import transaction
from shared.kernel import errors
from shared.kernel.ids import InstitutionId, PlaqueId
from shared.listings.model import Plaque
from shared.listings.store import plaques as store


class NotForPlaque(errors.Conflict):
    code = "not_for_plaque"
    zh = "只有正常办学的机构可以领取牌匾。"
    en = "Only a licensed institution gets a plaque."


class NoPlaqueYet(errors.Missing):
    code = "no_plaque_yet"
    zh = "尚未领取牌匾。"
    en = "The institution has no plaque yet."


class PlaqueReplaced(errors.Conflict):
    code = "plaque_replaced"
    zh = "该牌匾已于{day}换发作废。请以机构现行牌匾为准，或按名称查询。"
    en = "This plaque was replaced on {day} and is void. Scan the institution's present one, or search by name."


def get_of(institution_id: InstitutionId) -> Plaque:
    """The school's valid plaque. Raises NoPlaqueYet."""
    found = store.find_of(institution_id)
    if found is None:
        raise NoPlaqueYet()
    return found


def issue(*, institution_id: InstitutionId, licensed: bool, plaque_id: PlaqueId, by: str, now: datetime) -> Plaque:
    """The school's plaque, made now if it has none. `plaque_id` must be one that nobody can guess.

    Raises NotForPlaque, Unavailable.
    """

    def act() -> Plaque:
        found = store.find_of(institution_id)
        if found is not None:
            return found
        if not licensed:
            raise NotForPlaque()
        made = Plaque(plaque_id, institution_id, by, now)
        transaction.commit(store.parts(made, instead_of=None))
        return made

    return transaction.retried(act)


def replace_it(*, was: Plaque, licensed: bool, plaque_id: PlaqueId, by: str, now: datetime) -> Plaque:
    """A new plaque; the one that it takes the place of is void from now on. Twice over the same one is once.

    Raises NotForPlaque, Unavailable.
    """

    def act() -> Plaque:
        found = store.find_of(was.institution_id)
        if found is not None and found.plaque_id != was.plaque_id:
            return found
        if not licensed:
            raise NotForPlaque()
        made = Plaque(plaque_id, was.institution_id, by, now)
        transaction.commit(store.parts(made, instead_of=was))
        return made

    return transaction.retried(act)
