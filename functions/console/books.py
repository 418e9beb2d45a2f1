"""A school's books to take away, as plain-text accounting that an auditor's own program reads."""

from collections.abc import Callable, Iterator

from chalice.app import Blueprint

from functions.console.pages import Download, Visit, page
from functions.console.schools import get_school
from shared.funds import plain_text
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, Entry
from shared.institutions.model import Institution
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId

blueprint = Blueprint(__name__)

_MOST = 12_000  # entries: about 5 MB, and a function's answer may have 6
_AT_ONCE = 500


class BookTooLong(errors.Conflict):
    code = "book_too_long"
    zh = "该机构的分录超过 {most} 笔，不能一次下载。"
    en = "The school has more than {most} entries; they can't be downloaded in one file."


@page(blueprint, "/console/schools/{institution_id}/books.beancount")
def download_beancount(visit: Visit) -> Download:
    """A school's whole book for beancount. Raises UnknownInstitution, BookTooLong."""
    return _download(visit, "beancount", plain_text.beancount)


@page(blueprint, "/console/schools/{institution_id}/books.journal")
def download_hledger(visit: Visit) -> Download:
    """A school's whole book for hledger. Raises UnknownInstitution, BookTooLong."""
    return _download(visit, "journal", plain_text.hledger)


def _download(visit: Visit, ending: str, write: Callable[[plain_text.Book], Iterator[str]]) -> Download:
    school = get_school(visit)
    text = "".join(f"{line}\n" for line in write(_book(school)))
    name = f"books-{school.institution_id}-{clock.business_day(visit.now)}.{ending}"
    return Download(name, text, "text/plain; charset=utf-8")


def _book(school: Institution) -> plain_text.Book:
    """The journal is read first: what has moved on since is known by its version, and isn't asserted."""
    iid = school.institution_id
    entries = list(_entries(iid))
    return plain_text.book(
        title=school.short_name,
        entries=entries,
        accounts=list(_accounts(iid)),
        totals=funds.get_totals(iid),
        minimum=funds.get_minimum_balance(iid),
        bank_balances={},
    )


def _entries(institution_id: InstitutionId) -> Iterator[Entry]:
    count, cursor = 0, None
    while True:
        found = funds.list_journal(institution_id, limit=_AT_ONCE, cursor=cursor)
        yield from found.rows
        count, cursor = count + len(found.rows), found.next_cursor
        if count > _MOST:
            raise BookTooLong(most=_MOST)
        if cursor is None:
            return


def _accounts(institution_id: InstitutionId) -> Iterator[EnrolmentAccount]:
    cursor = None
    while True:
        found = funds.list_by_institution(institution_id, limit=_AT_ONCE, cursor=cursor)
        yield from found.rows
        cursor = found.next_cursor
        if cursor is None:
            return
