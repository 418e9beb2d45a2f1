"""A licensed school comes under supervision (纳入监管): it asks, and two people agree to take its accounts over."""

import re
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.institutions import model, store
from shared.institutions.store import account_requests, founding
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId

SIZES = ("small", "medium", "large")
MOST_NAME = 60
_ACCOUNT_NO = re.compile(r"[0-9]{8,30}")


class NeedsLicence(errors.Conflict):
    code = "accounts_need_licence"
    zh = "取得办学许可证且正常办学的机构才能申请开立监管账户。"
    en = "Only a licensed school asks for supervised accounts."


class AccountsOpened(errors.Conflict):
    code = "accounts_opened"
    zh = "该机构的监管账户已开立。"
    en = "The school's accounts are opened already."


class WrongAccountNo(errors.Invalid):
    code = "wrong_account_no"
    zh = "账号应为8至30位数字。"
    en = "An account number has 8 to 30 digits."


class WrongBankName(errors.Invalid):
    code = "wrong_bank_name"
    zh = "请填写开户行全称（至多60字）。"
    en = "Give the bank's name, of at most 60 characters."


class SameAccountTwice(errors.Invalid):
    code = "same_account_twice"
    zh = "学费账户、最低余额账户和收款账户须互不相同。"
    en = "The tuition, the minimum balance and the payout account are three different ones."


class PayoutAccountSupervised(errors.Invalid):
    code = "payout_account_supervised"
    zh = "收款账户不能是监管账户，请填写机构自己的银行账户。"
    en = "Payouts go to an account of the school's own, not to a supervised one."


class WrongSize(errors.Invalid):
    code = "wrong_size"
    zh = "规模应为小型、中型或大型。"
    en = "A school's size is small, medium or large."


def ask(
    *,
    institution_id: InstitutionId,
    payout_bank_name: str,
    payout_account_no: str,
    replaces: model.AccountRequest | None,
    by: str,
    now: datetime,
) -> model.AccountRequest:
    """Ask for supervised accounts, in place of what was asked before; the same again changes nothing.

    Raises UnknownInstitution, NeedsLicence, AccountsOpened, WrongBankName, WrongAccountNo, PayoutAccountSupervised,
    LostRace when what `replaces` says isn't so any more.
    """
    check_may_ask(store.get(institution_id))
    bank_name = check_bank_name(payout_bank_name, pointer="/payout_bank_name")
    number = check_account_no(payout_account_no, pointer="/payout_account_no")
    if store.find_account(number) is not None:
        raise PayoutAccountSupervised(pointer="/payout_account_no")
    asked = model.AccountRequest(institution_id, bank_name, number, by, now)
    if replaces and (replaces.payout_bank_name, replaces.payout_account_no) == (bank_name, number):
        return replaces
    transaction.commit([account_requests.put(asked, replaces=replaces)])
    return asked


def supervising(
    *,
    request: model.AccountRequest,
    accounts: model.Accounts,
    size: str,
    reason: str,
    by: str,
    now: datetime,
) -> list[transaction.Part]:
    """The parts that take over what the bank has opened, for a school as it was read now; they end its request.

    From their commit on the school may sell, is in the directory, and has its latches. Raises UnknownInstitution,
    NeedsLicence, AccountsOpened; their commit raises LostRace, AccountRequestMoved, AccountTaken.
    """

    def become(was: model.Institution) -> model.Institution:
        check_may_ask(was)
        return replace(was, accounts=replace(accounts, supervised_since=clock.business_day(now)), size=size)

    change = model.StatusChange(request.institution_id, model.Change.SUPERVISED, reason, by, now)
    return [account_requests.done(request), *founding.supervise(request.institution_id, become, change)]


def check_may_ask(school: model.Institution) -> None:
    """Raises NeedsLicence, AccountsOpened."""
    if school.accounts.opened:
        raise AccountsOpened()
    if school.status is not model.Status.LICENSED:
        raise NeedsLicence()


def check_accounts(
    *, bank_name: str, tuition_account_no: str, minimum_balance_account_no: str, payout_account_no: str
) -> model.Accounts:
    """The accounts that are proposed. Raises WrongBankName, WrongAccountNo, SameAccountTwice; each with its pointer."""
    accounts = model.Accounts(
        bank_name=check_bank_name(bank_name, pointer="/bank_name"),
        tuition_account_no=check_account_no(tuition_account_no, pointer="/tuition_account_no"),
        minimum_balance_account_no=check_account_no(minimum_balance_account_no, pointer="/minimum_balance_account_no"),
        payout_account_no=check_account_no(payout_account_no, pointer="/payout_account_no"),
    )
    numbers = {accounts.tuition_account_no, accounts.minimum_balance_account_no, accounts.payout_account_no}
    if len(numbers) < 3:
        raise SameAccountTwice(pointer="/minimum_balance_account_no")
    return accounts


def check_size(size: str) -> str:
    """A school's size. Raises WrongSize."""
    if size not in SIZES:
        raise WrongSize(pointer="/size")
    return size


def check_account_no(text: str, *, pointer: str) -> str:
    """An account number without the spaces that people write in it. Raises WrongAccountNo."""
    number = "".join(text.split())
    if not _ACCOUNT_NO.fullmatch(number):
        raise WrongAccountNo(pointer=pointer)
    return number


def check_bank_name(text: str, *, pointer: str) -> str:
    """A bank's name without the space around it. Raises WrongBankName."""
    name = text.strip()
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise WrongBankName(pointer=pointer)
    return name
