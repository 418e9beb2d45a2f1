"""Accounts as people read them: a guardian fetches her statement, a school its own; both say what the ledger says."""

import io
from collections.abc import Iterator
from datetime import date, datetime

import openpyxl

from infra.local.district import DistrictData
from infra.local.district.families import Paying, Plan
from infra.local.doors import Caller
from infra.local.stage import Cast, Enrolments, Step, admin_openid
from shared.kernel.clock import SHANGHAI

_READ_AT = datetime(2026, 10, 9, 16, tzinfo=SHANGHAI)
_PERIOD = "from=2026-08-17&to=2026-10-09"
_SCHOOL = 1


class StatementWrong(RuntimeError):
    """A statement doesn't say what the ledger says."""


class AccountsStory:
    """The steps in which statements are read."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._data = data
        self._enrolments = enrolments

    def steps(self) -> Iterator[Step]:
        """A guardian's, where one has paid; a school's."""
        paid = (plan for plan in self._data.plans if plan.paying is Paying.EXACTLY)
        plan = next((plan for plan in paid if plan.taken.offering.starts_on < date(2026, 10, 1)), None)
        if plan is not None:
            yield Step(_READ_AT, "read-guardian", lambda: self._guardian_reads(plan))
        yield Step(_READ_AT, "read-school", self._school_reads)

    def _guardian_reads(self, plan: Plan) -> None:
        guardian = self._cast.guardian(plan.family.openid)
        address = f"/v1/enrolments/{self._enrolments[str(plan.number)]['enrolment_id']}"
        told, enrolment = guardian.get(f"{address}/statement"), guardian.get(address)
        still_hers = enrolment["held"]["amount_fen"] + enrolment["refund_pending"]["amount_fen"]
        if told["closing_fen"] != still_hers or told["data"][-1]["balance_fen"] != still_hers:
            raise StatementWrong(f"{address} holds {still_hers}, its statement {told['closing_fen']}")
        if not guardian.fetch(f"{address}/statement.pdf").startswith(b"%PDF-"):
            raise StatementWrong(f"{address}/statement.pdf is no PDF")

    def _school_reads(self) -> None:
        admin = self._cast.school_user(admin_openid(_SCHOOL))
        book = openpyxl.load_workbook(io.BytesIO(admin.fetch(f"/v1/school/statement.xlsx?{_PERIOD}")), read_only=True)
        totals = [row for sheet in book for row in sheet.iter_rows(values_only=True) if "合计" in row]
        written, wanted = round(float(str(totals[-1][-1])) * 100), _closing(admin)
        if written != wanted:
            raise StatementWrong(f"the school's account closes with {wanted}, its workbook with {written}")


def _closing(admin: Caller) -> int:
    """What the school's statement closes with, on its last page."""
    address = f"/v1/school/statement?{_PERIOD}&limit=100"
    page = admin.get(address)
    while page["next_cursor"]:
        page = admin.get(f"{address}&cursor={page['next_cursor']}")
    return int(page["closing_fen"])
