"""Where a running district is steered: the HTTP behind `python -m infra.local.control`. For this machine only.

A page in somebody's browser can reach 127.0.0.1 too; so only calls that name this address, and come from no page, pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyotp

from infra import verify
from infra.local.bank_books import Booked, NoAccount, TooLittle
from infra.local.bank_corrections import NothingToCorrect
from infra.local.bank_faults import UnknownFault
from infra.local.district_process import District
from infra.local.scanner_simulator import Fault
from infra.local.site import Refused, Request, Site
from infra.local.wechat_pay_callbacks import FAULTS as WECHAT_FAULTS
from infra.local.wechat_pay_orders import Wrong
from shared.kernel import clock, money
from shared.kernel.ids import EnrolmentId

_RUNS_APART = timedelta(hours=1)
_LONG, _RUNS_APART_WHEN_LONG = timedelta(days=2), timedelta(hours=12)
_LONGEST_JOURNEY = timedelta(days=400)
_HEADER = "x-hui-control"


@dataclass(frozen=True)
class SignIn:
    """How somebody of the local district signs in to the console."""

    role: str
    username: str
    password: str
    totp_secret: str


def site(district: District, sign_ins: list[SignIn]) -> Site:
    """The control endpoint of a district."""
    door = _Door(district, {one.username: one for one in sign_ins})
    port = district.control_port
    return Site("control", port, door.routes(), guard=lambda headers: _require_local(headers, port))


def _require_local(headers: Mapping[str, str], port: int) -> None:
    named = headers.get("host") in (f"127.0.0.1:{port}", f"localhost:{port}")
    if not named or "origin" in headers or _HEADER not in headers:
        raise Refused(403, "for the control command on this machine only")


class _Door:
    def __init__(self, district: District, sign_ins: Mapping[str, SignIn]) -> None:
        self._district = district
        self._sign_ins = sign_ins

    def routes(self) -> dict[str, Callable[[Request], Any]]:
        return {
            "GET /status": self._status,
            "POST /clock/advance": self._advance,
            "POST /bank/deposits": self._deposit,
            "POST /bank/school-accounts": self._open_accounts,
            "POST /bank/interest": self._interest,
            "POST /bank/reverse-deposit": lambda request: self._correct(request, self._district.bank.reverse),
            "POST /bank/send-back": lambda request: self._correct(request, self._district.bank.send_back),
            "POST /bank/faults": self._fault,
            "DELETE /bank/faults": self._no_faults,
            "POST /scanner": self._scanner,
            "POST /insurer/faults": self._district.insurer.faults.arm_as_asked,
            "DELETE /insurer/faults": lambda request: self._district.insurer.faults.clear(),
            "POST /streams/pause": self._pause,
            "POST /streams/resume": self._resume,
            "POST /schedules/{name}": self._run,
            "GET /seals": self._verify,
            "GET /totp/{username}": self._totp,
            "POST /wechat/codes": self._wechat_code,
            "POST /wechat/payments": self._wechat_payment,
            "POST /wechat/faults": self._wechat_fault,
            "DELETE /wechat/faults": self._no_wechat_faults,
        }

    def _status(self, request: Request) -> dict[str, Any]:
        district = self._district
        return {
            "now": clock.shown(district.clock()),
            "api": district.api_url,
            "streams": {"paused": district.streams.paused, "waiting": district.streams.waiting()},
            "given_up": district.given_up(),
            "bank": {
                "balance_fen": sum(one["balance_fen"] for one in district.bank.books.accounts() if one["supervised"]),
                "messages": district.bank.messages.counts(),
                "faults": district.bank.faults.listed(),
                "wrong_balances": district.bank.books.audit(),
            },
            "next_runs": {name: clock.shown(due) for name, due in district.scheduler.next_runs().items()},
        }

    def _verify(self, request: Request) -> dict[str, Any]:
        from functions.edge.settings import settings
        from shared.funds.store import books

        self._district.settle()
        broken, sum_up = verify.lines(books.read(), settings().seal_public_keys)
        return {"broken": broken, "sum_up": sum_up}

    def _advance(self, request: Request) -> dict[str, Any]:
        told, now = request.json(), self._district.clock()
        try:
            by = clock.read(told["until"]) - now if "until" in told else timedelta(seconds=told["seconds"])
        except (KeyError, OverflowError, TypeError, ValueError):
            raise Refused(422, "seconds: how many; or until: a moment with its offset") from None
        if not timedelta(0) < by <= _LONGEST_JOURNEY:
            raise Refused(422, "forward, and at most 400 days")
        runs = self._district.advance(by, apart=_RUNS_APART_WHEN_LONG if by > _LONG else _RUNS_APART)
        return {"now": clock.shown(self._district.clock()), "runs": runs}

    def _deposit(self, request: Request) -> dict[str, Any]:
        told = request.json()
        account_no, amount_fen, remittance = self._meant(told)
        if type(amount_fen) is not int or amount_fen <= 0:
            raise Refused(422, "amount_fen: a positive number of fen")
        payer = {
            "payer_name": str(told.get("payer_name", "测试付款人")),
            "payer_account_no": str(told.get("payer_account_no", "6222020000000000")),  # where a refund goes
        }
        try:
            booked = self._district.bank.transfer(account_no, amount_fen, remittance=remittance, **payer)
        except NoAccount:
            raise Refused(404, f"the bank has no account {account_no}") from None
        return {"bank_reference": booked.reference, "account_no": account_no, "amount": money.text(amount_fen)}

    def _open_accounts(self, request: Request) -> dict[str, Any]:
        told = request.json()
        holder, payout = told.get("holder"), told.get("payout_account_no", "")
        if not isinstance(holder, str) or not holder.strip() or not isinstance(payout, str):
            raise Refused(422, "holder: the school's whole name")
        return dict(self._district.bank.open_accounts_for(holder.strip(), payout_account_no=payout))

    def _interest(self, request: Request) -> dict[str, Any]:
        told = request.json()
        account_no, amount_fen = told.get("account_no"), told.get("amount_fen")
        if amount_fen is not None and (type(amount_fen) is not int or amount_fen <= 0):
            raise Refused(422, "amount_fen: a positive number of fen")
        try:
            booked = self._district.bank.credit_interest(account_no, amount_fen=amount_fen)
        except NoAccount:
            raise Refused(404, f"the bank has no account {account_no}") from None
        return {"credits": len(booked), "amount": money.text(sum(one.amount_fen for one in booked))}

    def _meant(self, told: Mapping[str, Any]) -> tuple[str, Any, str]:
        """The account, the amount and the remittance text; from the enrolment where one is named."""
        if "enrolment" not in told:
            return str(told.get("account_no", "")), told.get("amount_fen"), str(told.get("remittance", ""))
        from shared.funds import queries
        from shared.kernel import errors

        try:
            account = queries.get_account(EnrolmentId(str(told["enrolment"])))
        except errors.Missing:
            raise Refused(404, f"there is no enrolment {told['enrolment']}") from None
        amount = told.get("amount_fen") or int(account.due_fen)
        return account.account_no, amount, str(told.get("remittance") or account.payment_reference)

    def _correct(self, request: Request, correct: Callable[[str], Booked]) -> dict[str, Any]:
        named = str(request.json().get("reference", ""))
        try:
            booked = correct(named)
        except NothingToCorrect:
            raise Refused(404, f"there is nothing of {named!r} to take back") from None
        except TooLittle as little:
            raise Refused(409, f"account {little} holds too little") from None
        return {"bank_reference": booked.reference, "amount": money.text(abs(booked.amount_fen))}

    def _fault(self, request: Request) -> dict[str, Any]:
        told = request.json()
        kind, count = str(told.pop("fault", "")), told.pop("count", 1)
        try:
            self._district.bank.faults.arm(kind, count=count, **told)
        except (UnknownFault, TypeError):
            raise Refused(422, f"there is no fault {kind!r}") from None
        return {"faults": self._district.bank.faults.listed()}

    def _no_faults(self, request: Request) -> dict[str, Any]:
        self._district.bank.faults.clear()
        return {"faults": []}

    def _scanner(self, request: Request) -> dict[str, Any]:
        try:
            self._district.scanner.fault = Fault(str(request.json().get("fault")))
        except ValueError:
            raise Refused(422, "fault: none, down, slow or nonsense") from None
        return {"fault": self._district.scanner.fault.value}

    def _pause(self, request: Request) -> dict[str, Any]:
        self._district.streams.pause()
        return {"paused": True, "waiting": self._district.streams.waiting()}

    def _resume(self, request: Request) -> dict[str, Any]:
        self._district.streams.resume()
        return {"paused": False, "waiting": self._district.streams.waiting()}

    def _run(self, request: Request) -> dict[str, Any]:
        name = request.path_parts["name"]
        if name not in self._district.scheduler.next_runs():
            raise Refused(404, f"there is no schedule {name}: {', '.join(self._district.scheduler.next_runs())}")
        return {"answer": self._district.scheduler.run_now(name)}

    def _totp(self, request: Request) -> dict[str, Any]:
        username = request.path_parts["username"]
        if username not in self._sign_ins:
            raise Refused(404, f"there is no {username}: {', '.join(self._sign_ins)}")
        now = self._district.clock()
        code = pyotp.TOTP(self._sign_ins[username].totp_secret)
        left = code.interval - now.timestamp() % code.interval
        return {"code": code.at(now), "valid_seconds": int(left)}

    def _wechat_code(self, request: Request) -> dict[str, Any]:
        openid = request.json().get("openid")
        if not isinstance(openid, str) or not openid:
            raise Refused(422, "openid is missing")
        return {"code": self._district.wechat.code_for(openid)}

    def _wechat_payment(self, request: Request) -> dict[str, Any]:
        """The newest order of an enrolment is paid, as the guardian would in the mini-program."""
        enrolment, pay = str(request.json().get("enrolment", "")), self._district.wechat_pay
        numbers = pay.orders.numbers(f"{enrolment.removeprefix('enr_')}-")
        if not enrolment or not numbers:
            raise Refused(404, f"no order was made for {enrolment}: POST /v1/enrolments/{{id}}/wechat-payment first")
        try:
            told = pay.pay(numbers[-1])
        except Wrong as wrong:
            raise Refused(409, f"{wrong.code} {wrong.message}") from None
        return {"out_trade_no": numbers[-1], "amount": money.text(told["amount"]["total"])}

    def _wechat_fault(self, request: Request) -> dict[str, Any]:
        told, faults = request.json(), self._district.wechat_pay.faults
        try:
            faults.arm(str(told.get("fault")), int(told.get("count", 1)))
        except ValueError:
            raise Refused(422, f"fault: {', '.join(WECHAT_FAULTS)}") from None
        return {"faults": faults.listed()}

    def _no_wechat_faults(self, request: Request) -> dict[str, Any]:
        self._district.wechat_pay.faults.clear()
        return {"faults": []}
