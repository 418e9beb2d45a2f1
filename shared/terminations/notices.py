"""The notice of a termination: issued by two people, executed once an account by the bank, revoked until then."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.policy.file import record
from shared.terminations import model, rules, signature
from shared.terminations.model import Case, Notice, NoticeStatus, Return, Step
from shared.terminations.store import cases, notices


def check_issuable(*, case: Case, remaining: rules.Remaining, minimum_fen: int, payable_fen: int, by: str) -> None:
    """Whether a notice over these amounts may be proposed or approved now by somebody.

    Raises StepNotNext, CheckerCantIssue, LiabilitiesRemain, CheckOutdated.
    """
    rules.check_step(case, Step.NOTICE_ISSUED)
    assert case.check is not None
    if by == case.check.by:
        raise rules.CheckerCantIssue()
    if remaining:
        raise rules.LiabilitiesRemain(**rules.listed(remaining))
    if (case.check.minimum_fen, case.check.payable_fen) != (minimum_fen, payable_fen):
        raise rules.CheckOutdated()


def issue(
    *,
    institution_id: InstitutionId,
    school: Mapping[str, str],
    returns: Sequence[Return],
    key: str,
    proposed_by: str,
    approved_by: str,
    approval: transaction.Part,
    now: datetime,
) -> Notice:
    """Issue the next number of the year, signed with `key`, together with the approval.

    `school`: its name, credit_code and payee_account_no. It supplements the last notice, if that is over and wasn't
    revoked. Raises UnknownCase, StepNotNext, the approval's refusal,
    Unavailable.
    """

    def attempt() -> Notice:
        was = cases.get(institution_id)
        rules.check_step(was, Step.NOTICE_ISSUED)
        year = clock.business_day(now).year
        count = notices.count_of(year) + 1
        last = notices.find(was.notice) if was.notice else None
        supplements = last.number if last and last.status is not NoticeStatus.REVOKED else ""
        people = (proposed_by, approved_by)
        notice = _signed(institution_id, school, returns, key, (year, count), supplements, people, now)
        stage = model.Stage(Step.NOTICE_ISSUED, now, approved_by)
        after = replace(
            was, step=Step.NOTICE_ISSUED, history=(*was.history, stage), notices=(*was.notices, notice.number)
        )
        transaction.commit([approval, *notices.put_new(notice, year=year, count=count), cases.change(was, after)])
        return notice

    return transaction.retried(attempt)


def _signed(
    institution_id: InstitutionId,
    school: Mapping[str, str],
    returns: Sequence[Return],
    key: str,
    numbered: tuple[int, int],
    supplements: str,
    people: tuple[str, str],
    now: datetime,
) -> Notice:
    authority = record()["authority"]
    number = rules.number(*numbered)
    title = rules.title(number, prefix=authority["notice_prefix"])
    content = rules.content(
        {
            "notice_no": number,
            "title": title,
            "supplements": supplements or None,
            "issued_by": authority["name"],
            "issued_at": clock.shown(now),
            "school": school["name"],
            "credit_code": school["credit_code"],
            "payee_account_no": school["payee_account_no"],
            "returns": [
                {"purpose": one.purpose, "account_no": one.account_no, "amount_fen": one.amount_fen} for one in returns
            ],
            "currency": "CNY",
        }
    )
    signed, key_id = signature.sign(key, content)
    return Notice(
        number=number,
        title=title,
        institution_id=institution_id,
        school=school["name"],
        credit_code=school["credit_code"],
        payee_account_no=school["payee_account_no"],
        returns=tuple(returns),
        issued_at=now,
        proposed_by=people[0],
        approved_by=people[1],
        content=content,
        signature=signed,
        key_id=key_id,
        supplements=supplements,
    )


def note_instructed(*, number: str, now: datetime) -> Notice:
    """Note that the bank has accepted a notice. Twice is once. Raises UnknownNotice."""

    def attempt() -> Notice:
        was = notices.get(number)
        if was.instructed_at is not None:
            return was
        after = replace(was, instructed_at=now)
        transaction.commit([notices.change(was, after)])
        return after

    return transaction.retried(attempt)


def use(
    *, number: str, account_no: str, amount_fen: Fen, signature: str, bank_reference: str, at: datetime
) -> transaction.Part:
    """The part of the bank's payment that uses a notice up on one account.

    Raises UnknownNotice, NoticeForged, NoticeRevoked, NoticeMismatch, NoticeUsed, ReturnFailed; its commit LostRace.
    """
    was = notices.get(number)
    found = rules.check_return(was, account_no=account_no, amount_fen=amount_fen, signature=signature)
    return notices.change(was, _answered(was, found, replace(found, bank_reference=bank_reference, returned_at=at)))


def note_failure(*, number: str, account_no: str, amount_fen: Fen, reason: str, at: datetime) -> Notice:
    """The bank couldn't return what an account holds: the money is still there, and this notice is over for it.

    Twice is once. Raises UnknownNotice, NoticeMismatch, NoticeUsed, Unavailable.
    """

    def attempt() -> Notice:
        was = notices.get(number)
        found = rules.check_failure(was, account_no=account_no, amount_fen=amount_fen)
        if found.failure:
            return was
        after = _answered(was, found, replace(found, failure=reason or _NO_REASON, failed_at=at))
        transaction.commit([notices.change(was, after)])
        return after

    return transaction.retried(attempt)


_NO_REASON = "银行未说明原因"


def _answered(was: Notice, found: Return, answered: Return) -> Notice:
    return replace(was, returns=tuple(answered if one is found else one for one in was.returns))


def revoke(*, number: str, reason: str, by: str, approval: transaction.Part, now: datetime) -> Notice:
    """Revoke a notice that the bank hasn't begun to execute, together with the approval; liabilities are checked anew.

    Raises UnknownNotice, NoticeUsed, NoticeRevoked, StepNotNext, the approval's refusal, Unavailable.
    """

    def attempt() -> Notice:
        was = notices.get(number)
        rules.check_revocable(was)
        case = cases.get(was.institution_id)
        rules.check_step(case, Step.PUBLICITY)
        after = replace(was, revoked_at=now, revoked_by=by, revocation_reason=reason)
        stage = model.Stage(Step.PUBLICITY, now, by)
        back = replace(case, step=Step.PUBLICITY, history=(*case.history, stage), check=None)
        transaction.commit([approval, notices.change(was, after), cases.change(case, back)])
        return after

    return transaction.retried(attempt)


def closing(*, institution_id: InstitutionId, now: datetime) -> transaction.Part:
    """The part that closes a case, in the transaction that ends the school. Raises UnknownCase, StepNotNext."""
    was = cases.get(institution_id)
    rules.check_step(was, Step.CLOSED)
    stage = model.Stage(Step.CLOSED, now, model.PLATFORM)
    return cases.change(was, replace(was, step=Step.CLOSED, history=(*was.history, stage)))
