from datetime import UTC, datetime, timedelta

import pytest

from shared.people import model, rules
from tests.builders import NOW, SCHOOL
from tests.people.examples import STAFF, a_staff, code_at

ONE_SECOND = timedelta(seconds=1)


class TestCheckChild:
    def check(self, *, name: str = "小示例", month: str = "2017-05", consent: bool = True, now: datetime = NOW) -> None:
        rules.check_child(name, month, consent, now)

    @pytest.mark.parametrize("name", ["小示例", "古丽·示例", "O'Example", "欧阳 示例", " 小示例 "])
    def test_lets_a_name_be_as_names_are(self, name: str) -> None:
        self.check(name=name)

    @pytest.mark.parametrize("name", ["", "  ", "\u3000", "小\n示例", "小\u202e示例", "小\x00", "\u200b"])
    def test_refuses_a_name_that_can_not_be_seen(self, name: str) -> None:
        with pytest.raises(rules.WrongName) as refused:
            self.check(name=name)
        assert refused.value.pointer == "/name"

    @pytest.mark.parametrize(
        "month", ["2017-5", "2017-13", "2017-00", "17-05", "2017/05", "２０１７-０５", "1899-12", "2026-10", ""]
    )
    def test_refuses_a_month_that_is_none_or_to_come(self, month: str) -> None:
        with pytest.raises(rules.WrongBirthMonth) as refused:
            self.check(month=month)
        assert refused.value.pointer == "/birth_month"

    def test_a_month_begins_in_shanghai(self) -> None:
        midnight = datetime(2026, 9, 30, 16, tzinfo=UTC)

        self.check(month="2026-10", now=midnight)
        with pytest.raises(rules.WrongBirthMonth):
            self.check(month="2026-10", now=midnight - ONE_SECOND)

    def test_needs_the_guardians_consent_before_anything_else(self) -> None:
        with pytest.raises(rules.ConsentMissing):
            self.check(name="", consent=False)


class TestCheckInvitation:
    def test_takes_one_until_it_expires(self) -> None:
        invitation = model.Invitation(SCHOOL, None, "鲁示例", NOW)

        assert rules.check_invitation(invitation, NOW - ONE_SECOND) is invitation
        with pytest.raises(rules.InvitationInvalid):
            rules.check_invitation(invitation, NOW)

    def test_refuses_one_that_is_not_there(self) -> None:
        with pytest.raises(rules.InvitationInvalid):
            rules.check_invitation(None, NOW)


class TestTotpStep:
    STEP = int(NOW.timestamp()) // 30

    def test_takes_the_code_of_now_and_of_the_step_before(self) -> None:
        assert rules.totp_step(a_staff(), code_at(NOW), NOW) == self.STEP
        assert rules.totp_step(a_staff(), code_at(NOW - timedelta(seconds=30)), NOW) == self.STEP - 1

    @pytest.mark.parametrize("seconds", [-60, 30, 3600])
    def test_refuses_an_older_or_a_later_code(self, seconds: int) -> None:
        assert rules.totp_step(a_staff(), code_at(NOW + timedelta(seconds=seconds)), NOW) is None

    @pytest.mark.parametrize("code", ["", "12345", "abcdef", "000000 "])
    def test_refuses_what_is_no_code(self, code: str) -> None:
        assert rules.totp_step(a_staff(), code, NOW) is None

    def test_refuses_a_code_that_was_used_and_any_before_it(self) -> None:
        used = a_staff(last_totp_step=self.STEP)

        assert rules.totp_step(used, code_at(NOW), NOW) is None
        assert rules.totp_step(used, code_at(NOW - timedelta(seconds=30)), NOW) is None


class TestCheckSession:
    def session(self, *, began: timedelta, seen: timedelta) -> model.StaffSession:
        role = model.StaffRole.AUDITOR
        return model.StaffSession("", STAFF, "shenji", "临示例", "审计科", role, "form", NOW - began, NOW - seen)

    def test_lasts_eight_hours_however_busy(self) -> None:
        rules.check_session(self.session(began=timedelta(hours=8) - ONE_SECOND, seen=ONE_SECOND), NOW)
        with pytest.raises(rules.SessionOver):
            rules.check_session(self.session(began=timedelta(hours=8), seen=ONE_SECOND), NOW)

    def test_lasts_half_an_hour_without_use(self) -> None:
        half = timedelta(minutes=30)

        rules.check_session(self.session(began=half, seen=half - ONE_SECOND), NOW)
        with pytest.raises(rules.SessionOver):
            rules.check_session(self.session(began=half, seen=half), NOW)

    def test_is_over_when_it_is_not_there(self) -> None:
        with pytest.raises(rules.SessionOver):
            rules.check_session(None, NOW)
