"""What licensed schools ask for to come under supervision: one line each, which waits until its accounts are opened."""

from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.institutions.model import AccountRequest
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page

_SK = "account-request"
_WAITS = "accounts"


class NoAccountRequest(errors.Missing):
    code = "no_account_request"
    zh = "该机构没有待办理的开户申请。"
    en = "The school isn't asking for accounts."


class AccountRequestMoved(errors.Conflict):
    code = "account_request_moved"
    zh = "开户申请刚刚变更或已提出，请刷新后再试。"
    en = "What the school asks for has just changed, or is proposed already. Reload and try again."


class ByWait(GlobalSecondaryIndex[Any]):
    """What waits for the bureau, the longest first. A row that waits for nothing isn't in it."""

    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_since = Moment(range_key=True)


class AccountRequestRow(Row):
    """`proposal`: what was proposed on it last; whether that still waits, the proposal itself says.

    `waits_for` and `waits_since` are there until the accounts are opened.
    """

    Meta = meta("institutions")
    waiting = ByWait()
    payout_bank_name = UnicodeAttribute()
    payout_account_no = UnicodeAttribute()
    asked_by = UnicodeAttribute()
    asked_at = Moment()
    proposal = UnicodeAttribute(default="")
    waits_for = UnicodeAttribute(null=True)
    waits_since = Moment(null=True)


def put(request: AccountRequest, *, replaces: AccountRequest | None) -> transaction.Part:
    """The part that keeps what a school asks for, in place of what was read. Its commit raises LostRace."""
    row = _row_of(request)
    if replaces is None:
        return transaction.put_new(row, refused=transaction.LostRace())
    return transaction.put_if(row, _as_read(replaces), refused=transaction.LostRace())


def propose(request: AccountRequest, *, proposal: str) -> transaction.Part:
    """The part that binds a request to a proposal, as it was read. Its commit raises AccountRequestMoved."""
    bound = [AccountRequestRow.proposal.set(proposal)]
    row = AccountRequestRow(request.institution_id, _SK)
    return transaction.update(row, bound, _as_read(request), refused=AccountRequestMoved())


def done(request: AccountRequest) -> transaction.Part:
    """The part after which a request doesn't wait any more, as it was read. Its commit raises AccountRequestMoved."""
    row = AccountRequestRow(request.institution_id, _SK)
    over: list[Action] = [AccountRequestRow.waits_for.remove(), AccountRequestRow.waits_since.remove()]
    return transaction.update(row, over, _as_read(request), refused=AccountRequestMoved())


def find(institution_id: InstitutionId) -> AccountRequest | None:
    """What a school asks for, None when nothing of it waits."""
    try:
        row = AccountRequestRow.get(institution_id, _SK, consistent_read=True)
    except AccountRequestRow.DoesNotExist:
        return None
    return _request(row) if row.waits_for else None


def get(institution_id: InstitutionId) -> AccountRequest:
    """What a school asks for. Raises NoAccountRequest."""
    found = find(institution_id)
    if found is None:
        raise NoAccountRequest()
    return found


def list_page(*, limit: int, cursor: str | None) -> Page[AccountRequest]:
    """One page of those who ask, the longest waiting first."""
    page = pages.page(AccountRequestRow, _WAITS, limit=limit, cursor=cursor, index=AccountRequestRow.waiting)
    keys = [(row.pk, row.sk) for row in page.rows]
    found = {row.pk: row for row in AccountRequestRow.batch_get(keys, consistent_read=True)} if keys else {}
    there = [found[pk] for pk, _ in keys if pk in found]
    return Page([_request(row) for row in there if row.waits_for], page.next_cursor)


def count(*, at_most: int) -> int:
    """How many ask; no more than `at_most` are counted."""
    return min(int(AccountRequestRow.waiting.count(_WAITS, limit=at_most)), at_most)


def _as_read(request: AccountRequest) -> Condition:
    asked = (AccountRequestRow.asked_at == request.asked_at) & (AccountRequestRow.proposal == request.proposal)
    waits = AccountRequestRow.waits_for == _WAITS
    same: Condition = asked & waits & (AccountRequestRow.payout_account_no == request.payout_account_no)
    return same


def _row_of(request: AccountRequest) -> AccountRequestRow:
    return AccountRequestRow(
        request.institution_id,
        _SK,
        payout_bank_name=request.payout_bank_name,
        payout_account_no=request.payout_account_no,
        asked_by=request.asked_by,
        asked_at=request.asked_at,
        proposal=request.proposal,
        waits_for=_WAITS,
        waits_since=request.asked_at,
    )


def _request(row: Any) -> AccountRequest:
    asked_at: datetime = row.asked_at
    return AccountRequest(
        InstitutionId(row.pk), row.payout_bank_name, row.payout_account_no, row.asked_by, asked_at, row.proposal
    )
