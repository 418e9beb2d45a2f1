from datetime import date, timedelta
from typing import Any

import pytest

from shared.dynamo import transaction
from shared.institutions import rules, store, usecases
from shared.institutions.model import Change, Purpose, Status
from shared.institutions.store import changes, latches
from shared.kernel.ids import InstitutionId
from tests import builders, steps
from tests.builders import NOW, SCHOOL
from tests.tables import dump

pytestmark = pytest.mark.usefixtures("in_memory")
_BY_LATCH = {latches.latch_of(SCHOOL, spread).pk: spread for spread in (builders.an_id("enr", n) for n in range(200))}


def may_sell(on: date = builders.TODAY) -> list[bool]:
    """What each of the school's latches says to an enrolment that asks it."""
    told = []
    for enrolment_id in _BY_LATCH.values():
        try:
            transaction.commit([store.selling_latch(SCHOOL, spread_by=enrolment_id, on=on)])
            told.append(True)
        except store.NotSelling:
            told.append(False)
    return told


class TestRegister:
    def test_a_school_is_found_again_as_it_was_registered(self) -> None:
        school = steps.register()
        assert store.get(SCHOOL) == school
        assert store.list_ids() == [SCHOOL]

    def test_its_bank_accounts_are_known_by_purpose(self) -> None:
        steps.register()
        tuition, minimum = store.find_account(builders.TUITION_NO), store.find_account(builders.MINIMUM_NO)
        assert tuition is not None
        assert minimum is not None
        assert (tuition.institution_id, tuition.purpose) == (SCHOOL, Purpose.TUITION)
        assert minimum.purpose is Purpose.MINIMUM_BALANCE
        assert store.find_account(builders.PAYOUT_NO) is None

    def test_a_school_is_registered_once(self, in_memory: Any) -> None:
        steps.register()
        before = dump(in_memory)
        with pytest.raises(store.AlreadyRegistered):
            steps.register()
        assert dump(in_memory) == before

    def test_two_schools_cannot_share_a_bank_account(self, in_memory: Any) -> None:
        steps.register()
        before = dump(in_memory)
        with pytest.raises(store.AlreadyRegistered):
            steps.register(2, accounts=builders.a_school().accounts)
        assert dump(in_memory) == before

    def test_a_school_with_wrong_papers_is_not_written(self, in_memory: Any) -> None:
        before = dump(in_memory)
        with pytest.raises(rules.WrongLicence):
            steps.register(licence_no="1")
        assert dump(in_memory) == before


class TestLatches:
    def test_many_enrolments_spread_over_all_sixteen(self) -> None:
        assert len(_BY_LATCH) == store.LATCHES == 16

    def test_a_licensed_school_sells_through_every_latch(self) -> None:
        steps.register()
        assert all(may_sell())

    def test_the_last_day_of_its_licence_is_a_day_of_sale_and_the_next_is_not(self) -> None:
        school = steps.register(licence_valid_to=date(2026, 9, 30))
        assert all(may_sell(on=date(2026, 9, 30)))
        assert not any(may_sell(on=date(2026, 10, 1)))
        assert [school.may_sell_on(date(2026, 9, 30)), school.may_sell_on(date(2026, 10, 1))] == [True, False]

    def test_a_school_that_is_not_on_file_sells_nothing(self) -> None:
        assert not any(may_sell())


class TestSuspend:
    def test_all_latches_close_at_once_and_open_again(self) -> None:
        steps.register()
        steps.suspend()
        assert not any(may_sell())
        usecases.reinstate(institution_id=SCHOOL, reason="整改完成", by="科长", now=NOW + timedelta(minutes=2))
        assert all(may_sell())

    def test_lessons_already_sold_are_still_released(self) -> None:
        steps.register()
        steps.suspend()
        transaction.commit([store.releasing_latch(SCHOOL, spread_by=builders.ENROLMENT)])

    def test_every_change_is_kept_with_its_reason_newest_first(self) -> None:
        steps.register()
        steps.suspend()
        first, second = store.list_changes(SCHOOL)
        assert (first.change, first.reason, first.by) == (Change.SUSPENDED, "整改", "科长")
        assert (second.change, second.reason) == (Change.LICENSED, "登记")
        assert (store.get(SCHOOL).status, store.get(SCHOOL).status_reason) == (Status.SUSPENDED, "整改")

    def test_a_second_suspension_is_refused_and_changes_nothing(self, in_memory: Any) -> None:
        steps.register()
        steps.suspend()
        before = dump(in_memory)
        with pytest.raises(rules.StatusCantChange):
            steps.suspend(minutes=2)
        assert dump(in_memory) == before

    def test_of_two_officers_at_once_the_second_is_told(self, in_memory: Any) -> None:
        steps.register()
        school = store.get(SCHOOL)
        steps.suspend()
        before = dump(in_memory)
        change = store.list_changes(SCHOOL)[0]
        with pytest.raises(store.StatusChanged):
            changes.change_status(change, was=school.status)
        assert dump(in_memory) == before

    def test_an_unknown_school_is_missing(self) -> None:
        with pytest.raises(store.UnknownInstitution):
            usecases.suspend(institution_id=InstitutionId("ins_none"), reason="整改", by="科长", now=NOW)


class TestGetMany:
    def test_those_that_are_there_by_id(self) -> None:
        steps.register(1)
        steps.register(2)
        found = store.get_many([InstitutionId(builders.an_id("ins", number)) for number in (2, 1, 3, 2)])
        assert sorted(found) == [builders.an_id("ins", 1), builders.an_id("ins", 2)]
