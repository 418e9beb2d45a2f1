"""From an applicant to a school under supervision: what is held to what, and what happens at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from functions.edge import account_opening
from infra.local.bank_simulator import Bank
from shared.approvals import store as approvals
from shared.approvals import usecases as deciding
from shared.approvals.model import Kind, Proposal, Status
from shared.dynamo import transaction
from shared.funds import queries as funds
from shared.institutions import model, rules, store, usecases
from shared.institutions.store import account_requests, finding
from shared.kernel import errors
from shared.kernel.ids import InstitutionId, ItemId, ProposalId
from tests import steps
from tests.builders import NOW, POLICY, TODAY, an_id
from tests.edge.conftest import at, settings
from tests.openings import NEW, an_applicant, ask, bank, license_school
from tests.tables import engine_address, on_engine

__all__ = ["at", "bank", "engine_address", "on_engine", "settings"]


def licensing(number: int = 5, *, licence_no: str = "3703057000005") -> list[transaction.Part]:
    return usecases.licensing(
        institution_id=InstitutionId(an_id("ins", number)),
        licence_no=licence_no,
        valid_to=date(2029, 12, 31),
        reason="公示期满",
        by="科长",
        now=NOW,
    )


def applies(number: int = 5, **changes: object) -> model.Institution:
    applicant = an_applicant(number, **changes)
    transaction.commit(usecases.applying(institution=applicant, by="grd", now=NOW))
    return applicant


@pytest.mark.usefixtures("in_memory")
class TestLicensing:
    def test_is_held_to_the_document_that_was_read(self) -> None:
        applies()
        parts = licensing()
        ends = model.Certificate(ItemId(an_id("itm")), model.CertificateKind.HYGIENE, "X", "卫健", TODAY, TODAY)
        transaction.commit(store.publish(NEW, lambda school: replace(school, certificates=(ends,))))

        with pytest.raises(transaction.LostRace):
            transaction.commit(parts)
        transaction.commit(licensing())

        assert store.get(NEW).certificates == (ends,)
        assert store.get(NEW).status is model.Status.LICENSED

    def test_of_a_school_that_is_licensed_is_refused(self) -> None:
        license_school()
        with pytest.raises(rules.StatusCantChange):
            licensing()

    def test_a_number_is_given_once_whether_a_school_was_registered_with_it_or_licensed(self) -> None:
        steps.register(1)
        license_school(5)
        applies(6)
        for taken in ("3703057000001", "3703057000005"):
            with pytest.raises(store.LicenceTaken):
                transaction.commit(licensing(6, licence_no=taken))
        with pytest.raises(store.LicenceTaken):
            steps.register(7, licence_no="3703057000005")
        assert store.get(InstitutionId(an_id("ins", 6))).status is model.Status.APPLICANT

    def test_an_unsupervised_school_publishes_and_has_no_latches_yet(self) -> None:
        school = license_school()
        ends = model.Certificate(ItemId(an_id("itm")), model.CertificateKind.HYGIENE, "X", "卫健", TODAY, TODAY)
        transaction.commit(store.publish(NEW, lambda was: replace(was, certificates=(ends,))))

        assert store.get(NEW).valid_to < school.valid_to
        with pytest.raises(store.NotSelling):
            transaction.commit([store.selling_latch(NEW, spread_by=an_id("enr"), on=TODAY)])


@pytest.mark.usefixtures("in_memory")
class TestApplicants:
    def test_are_found_by_what_they_are_known_by_and_never_in_place_of_a_school(self) -> None:
        school = steps.register(1)
        applies(5, credit_code=school.credit_code)

        assert finding.by_credit_code(school.credit_code) == school.institution_id
        assert finding.by_name("第5分校", at_most=9) == []
        assert NEW in finding.alike(school)

    def test_are_found_once_when_they_are_licensed(self) -> None:
        school = steps.register(1)
        license_school()

        assert NEW in finding.alike(school)
        assert finding.by_name("第5分校", at_most=9) == [NEW]


def proposed(number: int, numbers: dict[str, str]) -> Proposal:
    """The finance officer has proposed these accounts for the `number`-th school."""
    iid = InstitutionId(an_id("ins", number))
    tuition, minimum = numbers["tuition_account_no"], numbers["minimum_balance_account_no"]
    request = account_requests.get(iid)
    accounts = model.Accounts("银行", tuition, minimum, request.payout_account_no)
    proposal_id = ProposalId(an_id("prp", number))
    return deciding.propose(
        proposal_id=proposal_id,
        kind=Kind.ACCOUNT_OPENING,
        institution_id=iid,
        subject=iid,
        reason="银行已开户",
        by="finance",
        now=NOW,
        words=account_opening.words(accounts, size="small", policy_version=POLICY.version),
        also=[account_requests.propose(request, proposal=proposal_id)],
    )


def approve(proposal: Proposal, by: str) -> str:
    """What an approval comes to: done, or the code of why not."""
    try:
        part = deciding.approve(proposal=proposal, reason="", by=by, now=NOW)
        account_opening.carry_out(proposal=proposal, approval=part, by=by, now=NOW)
    except errors.Refusal as refusal:
        return refusal.code
    return "done"


def together(*acts: Callable[[], str]) -> list[str]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(lambda act: act(), acts))


@pytest.mark.usefixtures("on_engine")
class TestAtOnce:
    def test_of_many_approvals_one_is_carried_out(self, bank: Bank) -> None:
        school = license_school()
        ask()
        proposal = proposed(5, bank.open_accounts_for(school.name))

        came_to = together(*(lambda by=f"boss{n}": approve(proposal, by) for n in range(6)))

        assert came_to.count("done") == 1
        assert set(came_to) == {"done", "proposal_decided"}
        assert [one.change for one in store.list_changes(NEW)].count(model.Change.SUPERVISED) == 1
        assert store.list_ids() == [NEW]
        assert len(funds.list_requirements(NEW, limit=9, cursor=None).rows) == 1
        assert approvals.get(proposal.proposal_id).status is Status.APPROVED
        transaction.commit([store.selling_latch(NEW, spread_by=an_id("enr"), on=TODAY)])

    def test_of_two_schools_with_one_account_one_has_it_and_the_other_none(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = "淄博市临淄区同名培训学校有限公司"
        for number in (5, 6):
            license_school(number, name=name)
            ask(number, payout_account_no=f"62220000000000{number}")
        numbers = bank.open_accounts_for(name)
        both = [proposed(number, numbers) for number in (5, 6)]
        # neither finds it taken when it looks first
        monkeypatch.setattr(store, "find_accounts", lambda account_nos: [])

        came_to = together(*(lambda one=one: approve(one, "boss") for one in both))

        assert came_to == ["account_taken", "done"]
        [opened] = store.list_ids()
        [other] = {an_id("ins", 5), an_id("ins", 6)} - {opened}
        assert not store.get(InstitutionId(other)).accounts.opened
        assert funds.get_minimum_balance(InstitutionId(other)).required_fen == 0

    def test_a_school_that_asks_anew_while_it_is_proposed_has_what_was_proposed_or_is_asked_again(
        self, bank: Bank
    ) -> None:
        school = license_school()
        first = ask()
        numbers = bank.open_accounts_for(school.name)

        def asks() -> str:
            try:
                ask(payout_account_no="6222000000000077")
            except errors.Refusal as refusal:
                return refusal.code
            return "asked"

        def proposes() -> str:
            try:
                proposed(5, numbers)
            except errors.Refusal as refusal:
                return refusal.code
            return "proposed"

        came_to = together(asks, proposes)
        now_asked = account_requests.get(NEW)

        if "proposed" in came_to:
            told = approvals.get(now_asked.proposal).words["payout_account_no"]
            assert told == now_asked.payout_account_no
        else:
            assert came_to == ["account_request_moved", "asked"]
            assert now_asked.payout_account_no != first.payout_account_no
