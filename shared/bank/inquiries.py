"""The bank's own word on accounts: asked for by number, signed, over HTTPS. It moves nothing.

Its key is one of its own, so that who may ask can't instruct.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import urllib3

from shared.bank import signature
from shared.kernel import errors, strict_json
from shared.kernel.money import Fen


class BankSilent(errors.Unavailable):
    code = "bank_silent"
    zh = "银行暂时没有答复，未作任何更改，请稍后再试。"
    en = "The bank doesn't answer now. Nothing was changed; try again later."


class BankUnclear(errors.Unavailable):
    code = "bank_unclear"
    zh = "银行的答复无法读取，未作任何更改，请联系银行。"
    en = "The bank's answer can't be read. Nothing was changed; talk to the bank."


class BankKnowsNot(errors.Conflict):
    code = "bank_knows_no_account"
    zh = "银行没有账号 {account_no}。"
    en = "The bank has no account {account_no}."


class HeldByOther(errors.Conflict):
    code = "account_held_by_other"
    zh = "账号 {account_no} 在银行的户名不是“{holder}”。"
    en = "By the bank the account {account_no} isn't held by {holder}."


class NotSupervised(errors.Conflict):
    code = "account_not_supervised"
    zh = "账号 {account_no} 在银行不是监管账户。"
    en = "By the bank the account {account_no} isn't a supervised one."


class PayoutSupervised(errors.Conflict):
    code = "payout_account_supervised_by_bank"
    zh = "收款账号 {account_no} 在银行是监管账户，不能用于收款。"
    en = "By the bank the payout account {account_no} is a supervised one."


@dataclass(frozen=True)
class BankAccount:
    """An account as the bank has it now."""

    account_no: str
    holder: str
    supervised: bool
    balance_fen: Fen


class BankInquiries:
    """Asks the bank at `url`, signed with `key` (`whsec_…`)."""

    def __init__(self, *, url: str, key: str, timeout_seconds: float = 5.0) -> None:
        self._url = url.rstrip("/")
        self._key = key
        timeout = urllib3.Timeout(connect=timeout_seconds, read=timeout_seconds)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=8)

    def find_accounts(self, account_nos: Sequence[str], *, now: datetime) -> dict[str, BankAccount]:
        """These accounts as the bank has them at one moment; one that it doesn't know isn't in the answer.

        Raises BankSilent when it doesn't answer or is busy, BankUnclear when it answers something else.
        """
        body = json.dumps({"account_nos": list(account_nos)}, separators=(",", ":")).encode()
        headers = signature.sign(self._key, message_id=f"inquiry-{'-'.join(account_nos)}", at=now, body=body)
        address = f"{self._url}/account-inquiries"
        try:
            answer = self._http.request(
                "POST", address, body=body, headers={**headers, "content-type": "application/json"}, redirect=False
            )
        except urllib3.exceptions.HTTPError:
            raise BankSilent() from None
        if answer.status >= 500 or answer.status == 429:
            raise BankSilent()
        if answer.status != 200:
            raise BankUnclear()
        found = _read(answer.data)
        if not set(found) <= set(account_nos):
            raise BankUnclear()
        return found


def check_held(
    found: Mapping[str, BankAccount], *, holder: str, supervised: Sequence[str], payout_account_no: str
) -> None:
    """Whether the bank has these supervised accounts for a holder, and the payout account too if it knows that one.

    Names are the same in any width and with any spaces. Raises BankKnowsNot, NotSupervised, HeldByOther,
    PayoutSupervised.
    """
    for account_no in supervised:
        if account_no not in found:
            raise BankKnowsNot(account_no=account_no)
        if not found[account_no].supervised:
            raise NotSupervised(account_no=account_no)
        _check_holder(found[account_no], holder)
    if payout := found.get(payout_account_no):
        if payout.supervised:
            raise PayoutSupervised(account_no=payout_account_no)
        _check_holder(payout, holder)


def _check_holder(account: BankAccount, holder: str) -> None:
    if _plain(account.holder) != _plain(holder):
        raise HeldByOther(account_no=account.account_no, holder=holder)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _read(content: bytes) -> dict[str, BankAccount]:
    """What the bank answered. Raises BankUnclear."""
    try:
        accounts = [_account(one) for one in strict_json.read(content)["data"]]
        found = {one.account_no: one for one in accounts}
        if len(found) < len(accounts):
            raise BankUnclear()
        return found
    except (ValueError, TypeError, KeyError):
        raise BankUnclear() from None


def _account(told: Mapping[str, Any]) -> BankAccount:
    """Raises TypeError, KeyError, ValueError for what isn't an account in CNY."""
    kinds = {"account_no": str, "holder": str, "supervised": bool, "balance_fen": int, "currency": str}
    if any(type(told[name]) is not kind for name, kind in kinds.items()) or told["currency"] != "CNY":
        raise ValueError(told)
    return BankAccount(told["account_no"], told["holder"], told["supervised"], Fen(told["balance_fen"]))
