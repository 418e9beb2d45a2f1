"""The accident covers of paid enrolments, by how they stand; a refused one can be asked for again, with a note."""

from collections.abc import Iterator, Sequence

from chalice.app import Blueprint

from functions.console import cover_words, csv_files, enrolment, officers, roles, words
from functions.console.pages import Answer, Download, NoSuchPage, SeeOther, Shown, Visit, form, page
from shared.funds.model import EnrolmentAccount
from shared.institutions import store as institutions
from shared.insurance import queries, rules, usecases
from shared.insurance.claim_model import ClaimStatus
from shared.insurance.model import Cover, CoverStatus
from shared.insurance.store import claims
from shared.kernel import clock, errors
from shared.policy import insurance
from shared.policy import queries as policies

blueprint = Blueprint(__name__)

PAGE = 20
MOST_COUNTED = 1000
MOST_IN_A_FILE = 2000


@page(blueprint, "/console/covers")
def show_covers(visit: Visit) -> Shown:
    """One page of the covers that stand alike: those that wait the longest first, all others the newest first."""
    of, hours = _of(visit), policies.in_force(at=visit.now).cover_late_hours
    found = queries.list_by_status(of, limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "of": of,
        "rows": found.rows,
        "late": {one.enrolment_id for one in found.rows if rules.is_late(one, hours=hours, now=visit.now)},
        "late_hours": hours,
        "standing": queries.standing(late_hours=hours, now=visit.now, at_most=MOST_COUNTED),
        "most_counted": MOST_COUNTED,
        "claims": {status: claims.count(status, at_most=MOST_COUNTED) for status in ClaimStatus},
        "schools": institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {},
        "terms": insurance.insurance_terms(on=clock.business_day(visit.now)),
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
        "cover_words": cover_words,
    }
    return Shown("covers.html", told)


@page(blueprint, "/console/covers.csv")
def download_covers(visit: Visit) -> Download:
    """The covers that stand alike, as a table. Nobody's name is in it."""
    of = _of(visit)
    found = list(_first(of))
    schools = institutions.get_many(sorted({one.institution_id for one in found})) if found else {}
    rows = [
        [
            one.enrolment_id,
            schools[one.institution_id].name if one.institution_id in schools else one.institution_id,
            one.status.value,
            csv_files.moment(one.since),
            csv_files.moment(one.wanted_at),
            one.policy.policy_no if one.policy else "",
            one.policy.first_day.isoformat() if one.policy else "",
            one.policy.last_day.isoformat() if one.policy else "",
            one.covered_until.isoformat() if one.covered_until else "",
            one.over.value if one.over else "",
            one.refusal,
            one.asked,
        ]
        for one in found
    ]
    name = f"covers-{of.value}-{clock.business_day(visit.now)}.csv"
    return Download(name, csv_files.text(_COLUMNS, visit.language, rows))


@page(blueprint, "/console/enrolments/{enrolment_id}/cover")
def show_cover(visit: Visit) -> Shown:
    """One cover: its policy, what the insurer was told and has said, and the form to ask again. Raises NoCover."""
    return _shown(visit, enrolment.get_account(visit))


@form(blueprint, "/console/enrolments/{enrolment_id}/cover", who=roles.MONEY_MOVERS)
def ask_again(visit: Visit) -> Answer:
    """Have a refused cover asked for again."""
    account = enrolment.get_account(visit)
    try:
        usecases.ask_again(
            enrolment_id=account.enrolment_id,
            by=visit.session.username,
            note=visit.form.get("note", ""),
            now=visit.now,
        )
    except (errors.Invalid, errors.Conflict) as refusal:
        return _shown(visit, account, refusal)
    return SeeOther(f"/console/enrolments/{account.enrolment_id}/cover", {"done": "cover_asked_again"})


_COLUMNS: Sequence[words.Both] = (
    ("报名编号", "enrolment_id"),
    ("机构", "institution"),
    ("状态", "status"),
    ("自", "since"),
    ("应投保时间", "wanted_at"),
    ("保单号", "policy_no"),
    ("保险期起", "first_day"),
    ("保险期止", "last_day"),
    ("保障至", "covered_until"),
    ("终止原因", "over"),
    ("拒保原因", "refusal"),
    ("申请次数", "asked"),
)


def _shown(visit: Visit, account: EnrolmentAccount, refusal: errors.Refusal | None = None) -> Shown:
    cover = queries.get(account.enrolment_id)
    hours = policies.in_force(at=visit.now).cover_late_hours
    told = {
        "account": account,
        "cover": cover,
        "school": institutions.get(account.institution_id),
        "terms": insurance.insurance_terms(on=cover.terms_of or clock.business_day(visit.now)),
        "late": rules.is_late(cover, hours=hours, now=visit.now),
        "officers": officers.names(one.by for one in cover.asked_again),
        "may_ask": cover.status is CoverStatus.REFUSED and visit.role in roles.MONEY_MOVERS,
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "typed": visit.form,
        "most_note": rules.MOST_NOTE,
        "done": visit.query.get("done", ""),
        "cover_words": cover_words,
    }
    return Shown("cover.html", told, refusal.status if refusal else 200)


def _of(visit: Visit) -> CoverStatus:
    """The status that is asked for: the refused without. Raises NoSuchPage."""
    try:
        return CoverStatus(visit.asked("of") or CoverStatus.REFUSED)
    except ValueError:
        raise NoSuchPage() from None


def _first(of: CoverStatus) -> Iterator[Cover]:
    """The covers in a status in the order of the list, so many as a file may hold."""
    cursor, left = None, MOST_IN_A_FILE
    while left > 0:
        found = queries.list_by_status(of, limit=min(left, 100), cursor=cursor)
        yield from found.rows
        left, cursor = left - len(found.rows), found.next_cursor
        if cursor is None:
            return
