import json
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from shared.kernel.ids import GuardianId, StudentId
from shared.people import model, queries, rules, usecases
from shared.people.store import families, keys, school_users
from shared.people.store import staff as staff_store
from tests.builders import GUARDIAN, NOW, SCHOOL, STUDENT, TEACHER, an_id
from tests.people import examples
from tests.people.examples import PASSWORD, STAFF, TOTP_SECRET, code_at
from tests.tables import dump, just_before

pytestmark = pytest.mark.usefixtures("in_memory")
OTHER = GuardianId(an_id("grd", 2))


class TestSignInGuardian:
    def test_the_first_makes_a_guardian_and_later_ones_find_her(self) -> None:
        new_id = examples.new_ids()

        first = usecases.sign_in_guardian(openid="openid-1", new_id=new_id)
        assert first == an_id("grd", 1)
        assert usecases.sign_in_guardian(openid="openid-1", new_id=new_id) == first
        assert usecases.sign_in_guardian(openid="openid-2", new_id=new_id) == an_id("grd", 2)

    def test_two_first_ones_at_once_make_one_guardian(self, monkeypatch: pytest.MonkeyPatch) -> None:
        find, asked = families.find_guardian, iter([True, False])
        monkeypatch.setattr(families, "find_guardian", lambda openid: None if next(asked) else find(openid))
        families.add_guardian("openid-1", GUARDIAN)

        assert usecases.sign_in_guardian(openid="openid-1", new_id=examples.new_ids()) == GUARDIAN

    def test_the_openid_itself_is_not_kept(self, in_memory: Any) -> None:
        usecases.sign_in_guardian(openid="openid-1", new_id=examples.new_ids())

        assert "openid-1" not in dump(in_memory)


class TestSignInSchoolUser:
    def sign_in(self, invitation: str | None = None, *, openid: str = "openid-1", days: int = 0) -> model.SchoolUser:
        return usecases.sign_in_school_user(
            openid=openid, invitation=invitation, new_id=lambda _: an_id("usr"), now=NOW + timedelta(days=days)
        )

    def test_an_invitation_makes_a_teacher_who_then_needs_none(self) -> None:
        examples.invite()

        teacher = self.sign_in("INVITATION-1")
        assert teacher == model.SchoolUser(an_id("usr"), SCHOOL, TEACHER, "鲁示例")
        assert self.sign_in() == teacher

    def test_an_invitation_without_a_teacher_makes_an_administrator(self) -> None:
        examples.invite(teacher=False)

        assert self.sign_in("INVITATION-1").teacher_id is None

    def test_an_invitation_is_good_once(self) -> None:
        examples.invite()
        self.sign_in("INVITATION-1")

        with pytest.raises(rules.InvitationInvalid):
            self.sign_in("INVITATION-1", openid="openid-2")

    def test_an_invitation_is_used_by_one_of_two_at_once(self, monkeypatch: pytest.MonkeyPatch, in_memory: Any) -> None:
        invitation = examples.invite()
        self.sign_in("INVITATION-1")
        before = dump(in_memory)
        monkeypatch.setattr(school_users, "find_invitation", lambda code: invitation)

        with pytest.raises(rules.InvitationInvalid):
            self.sign_in("INVITATION-1", openid="openid-2")
        assert dump(in_memory) == before

    def test_an_invitation_is_good_for_fourteen_days(self) -> None:
        examples.invite()

        with pytest.raises(rules.InvitationInvalid):
            self.sign_in("INVITATION-1", days=14)

    def test_an_unknown_invitation_is_refused_like_a_used_one(self) -> None:
        with pytest.raises(rules.InvitationInvalid):
            self.sign_in("INVITATION-9")

    def test_nobody_is_a_school_user_uninvited(self) -> None:
        with pytest.raises(rules.NotASchoolUser):
            self.sign_in()

    def test_a_guardian_may_be_a_teacher_too(self) -> None:
        guardian_id = usecases.sign_in_guardian(openid="openid-1", new_id=examples.new_ids())
        examples.invite()
        self.sign_in("INVITATION-1")

        assert usecases.sign_in_guardian(openid="openid-1", new_id=examples.new_ids()) == guardian_id

    def test_a_later_invitation_replaces_the_school(self) -> None:
        examples.invite()
        examples.invite("INVITATION-2", teacher=False)
        self.sign_in("INVITATION-1")

        assert self.sign_in("INVITATION-2").teacher_id is None
        assert self.sign_in().teacher_id is None

    def test_the_code_itself_is_not_kept(self, in_memory: Any) -> None:
        examples.invite()

        assert "INVITATION-1" not in dump(in_memory)


class TestAddChild:
    def test_is_kept_with_the_consent_and_its_text(self) -> None:
        student = examples.add_child(name=" 小示例 ")

        assert (student.name, student.consented_at, student.consent_version) == ("小示例", NOW, "2026-09")
        assert queries.get_student(guardian_id=GUARDIAN, student_id=STUDENT) == student

    def test_twice_is_one_child(self, in_memory: Any) -> None:
        examples.add_child()
        before = dump(in_memory)

        assert examples.add_child(now=NOW + timedelta(hours=1)).consented_at == NOW
        assert dump(in_memory) == before

    def test_without_consent_nothing_is_kept(self, in_memory: Any) -> None:
        before = dump(in_memory)

        with pytest.raises(rules.ConsentMissing):
            examples.add_child(consent=False)
        assert dump(in_memory) == before


class TestGetStudent:
    def test_of_another_guardian_is_missing_like_one_that_is_not_there(self) -> None:
        examples.add_child()

        with pytest.raises(queries.UnknownStudent) as others:
            queries.get_student(guardian_id=OTHER, student_id=STUDENT)
        with pytest.raises(queries.UnknownStudent) as nobodys:
            queries.get_student(guardian_id=OTHER, student_id=StudentId(an_id("stu", 9)))
        assert str(others.value) == str(nobodys.value)


class TestListStudents:
    def test_pages_through_a_guardians_own_children_in_order(self) -> None:
        ids = [StudentId(an_id("stu", number)) for number in (1, 2, 3)]
        for student_id in ids:
            examples.add_child(student_id)
        examples.add_child(StudentId(an_id("stu", 9)), guardian_id=OTHER)

        first = queries.list_students(GUARDIAN, limit=2, cursor=None)
        second = queries.list_students(GUARDIAN, limit=2, cursor=first.next_cursor)
        assert [one.student_id for one in (*first.rows, *second.rows)] == ids
        assert second.next_cursor is None

    def test_is_empty_for_nobodys_children(self) -> None:
        assert queries.list_students(GUARDIAN, limit=2, cursor=None).rows == []


class TestGetStudents:
    def test_keeps_the_order_asked_for_and_leaves_out_who_is_not_there(self) -> None:
        first, second, third = (StudentId(an_id("stu", number)) for number in (1, 2, 3))
        examples.add_child(first)
        examples.add_child(second)

        assert [one.student_id for one in queries.get_students([second, third, first, second])] == [second, first]

    def test_names_are_for_a_roster(self) -> None:
        examples.add_child()

        assert queries.names_of_students([STUDENT]) == {STUDENT: "小示例"}


class TestSignInStaff:
    def test_needs_the_password_and_the_code(self) -> None:
        examples.hire()

        session = examples.sign_in_staff()
        assert (session.staff_id, session.role) == (STAFF, model.StaffRole.FINANCE_OFFICER)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"password": "wrong"},
            {"password": ""},
            {"code": "000000"},
            {"code": ""},
            {"username": "nobody"},
            {"username": ""},
        ],
    )
    def test_never_says_which_of_them_was_wrong(self, wrong: dict[str, str]) -> None:
        examples.hire()

        with pytest.raises(rules.SignInFailed) as refused:
            examples.sign_in_staff(at=NOW, **wrong)
        assert refused.value.figures == {}

    @pytest.mark.parametrize("username", ["x" * 65, "cai\nwu", "\x00"])
    def test_keeps_nothing_of_a_name_that_can_not_be_one(self, username: str, in_memory: Any) -> None:
        before = dump(in_memory)

        with pytest.raises(rules.SignInFailed):
            examples.sign_in_staff(username=username)
        assert dump(in_memory) == before

    def test_a_code_is_good_once(self) -> None:
        examples.hire()
        examples.sign_in_staff()

        with pytest.raises(rules.SignInFailed):
            examples.sign_in_staff()
        examples.sign_in_staff(at=NOW + timedelta(seconds=30))

    def test_a_code_is_good_once_for_two_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        examples.hire()
        before = staff_store.find_staff("caiwu")
        examples.sign_in_staff()
        monkeypatch.setattr(staff_store, "find_staff", lambda username: before)

        with pytest.raises(rules.SignInFailed):
            examples.sign_in_staff()

    @pytest.mark.parametrize("username", ["caiwu", "nobody"])
    def test_five_failures_lock_the_name_whether_or_not_anybody_has_it(self, username: str) -> None:
        examples.hire()
        for second in range(5):
            with pytest.raises(rules.SignInFailed):
                examples.sign_in_staff(at=NOW + timedelta(seconds=second), username=username, password="wrong")

        with pytest.raises(rules.SignInLocked) as locked:
            examples.sign_in_staff(at=NOW + timedelta(seconds=5), username=username)
        assert locked.value.figures == {"retry_after_seconds": 15 * 60 - 1}

    def test_the_lock_opens_after_fifteen_minutes(self) -> None:
        examples.hire()
        for _ in range(5):
            with pytest.raises(rules.SignInFailed):
                examples.sign_in_staff(password="wrong")

        almost = NOW + timedelta(minutes=15) - timedelta(seconds=1)
        with pytest.raises(rules.SignInLocked) as locked:
            examples.sign_in_staff(at=almost)
        assert locked.value.figures == {"retry_after_seconds": 1}
        examples.sign_in_staff(at=NOW + timedelta(minutes=15))

    def test_asking_while_locked_does_not_lock_for_longer(self) -> None:
        examples.hire()
        for _ in range(5):
            with pytest.raises(rules.SignInFailed):
                examples.sign_in_staff(password="wrong")
        for minutes in range(15):
            with pytest.raises(rules.SignInLocked):
                examples.sign_in_staff(at=NOW + timedelta(minutes=minutes))

        examples.sign_in_staff(at=NOW + timedelta(minutes=15))

    def test_a_success_in_that_moment_opens_the_lock(self) -> None:
        examples.hire()
        for _ in range(5):
            with pytest.raises(rules.SignInFailed):
                examples.sign_in_staff(password="wrong")

        with just_before("GetItem", lambda: staff_store.forget_attempts("caiwu")):
            assert examples.sign_in_staff().username == "caiwu"

    def test_the_first_of_two_at_once_does_not_lock_out_the_other(self) -> None:
        examples.hire()

        def somebody_else() -> None:
            with pytest.raises(rules.SignInFailed):
                examples.sign_in_staff(password="wrong")

        with ExitStack() as stack:  # just before the second: the first found no attempts yet
            second = just_before("UpdateItem", somebody_else)
            stack.enter_context(just_before("UpdateItem", lambda: stack.enter_context(second)))
            assert examples.sign_in_staff().username == "caiwu"

    def test_a_success_begins_the_count_anew(self) -> None:
        examples.hire()
        for round_ in range(3):
            at = NOW + timedelta(minutes=round_)
            for _ in range(4):
                with pytest.raises(rules.SignInFailed):
                    examples.sign_in_staff(at=at, password="wrong")
            examples.sign_in_staff(at=at)

    def test_neither_password_nor_cookie_is_kept(self, in_memory: Any) -> None:
        examples.hire()
        examples.sign_in_staff(secret="a-cookie-of-the-staff")

        kept = dump(in_memory)
        assert json.dumps(PASSWORD) not in kept
        assert "a-cookie-of-the-staff" not in kept
        assert "$argon2id$" in kept

    def test_nobody_is_hired_twice(self) -> None:
        examples.hire()

        with pytest.raises(keys.AlreadyThere):
            examples.hire()

    def test_the_code_is_the_phones(self) -> None:
        assert (len(code_at()), TOTP_SECRET.isalnum()) == (6, True)


class TestGetStaffSession:
    def test_stays_alive_by_being_used(self) -> None:
        examples.hire()
        examples.sign_in_staff()

        for minutes in (29, 58, 87):
            session = usecases.get_staff_session(secret="a-cookie", now=NOW + timedelta(minutes=minutes))
            assert (session.username, session.csrf, session.began_at) == ("caiwu", "a-form-token", NOW)
        with pytest.raises(rules.SessionOver):
            usecases.get_staff_session(secret="a-cookie", now=NOW + timedelta(minutes=87 + 30))

    def test_is_over_after_signing_out(self) -> None:
        examples.hire()
        examples.sign_in_staff()
        usecases.sign_out_staff(secret="a-cookie")

        with pytest.raises(rules.SessionOver):
            usecases.get_staff_session(secret="a-cookie", now=NOW)

    def test_signing_out_in_the_moment_of_use_stays_signed_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        examples.hire()
        examples.sign_in_staff()
        before = staff_store.find_session("a-cookie")
        usecases.sign_out_staff(secret="a-cookie")
        with monkeypatch.context() as patch:
            patch.setattr(staff_store, "find_session", lambda secret: before)
            usecases.get_staff_session(secret="a-cookie", now=NOW + timedelta(minutes=2))

        with pytest.raises(rules.SessionOver):
            usecases.get_staff_session(secret="a-cookie", now=NOW + timedelta(minutes=2))

    def test_of_another_cookie_is_none(self) -> None:
        examples.hire()
        examples.sign_in_staff()

        with pytest.raises(rules.SessionOver):
            usecases.get_staff_session(secret="another-cookie", now=NOW)


class TestRecordStaffReading:
    def test_lists_who_read_whose_data_for_what_newest_first(self) -> None:
        for minute, purpose in enumerate(["核对退费", "处理投诉"]):
            at = NOW + timedelta(minutes=minute)
            usecases.record_staff_reading(staff_id=STAFF, subject=STUDENT, purpose=purpose, now=at)
        usecases.record_staff_reading(staff_id=STAFF, subject=GUARDIAN, purpose="其他", now=NOW)

        page = queries.list_readings(STUDENT, limit=10, cursor=None)
        assert page.rows == [(NOW + timedelta(minutes=1), STAFF, "处理投诉"), (NOW, STAFF, "核对退费")]


class TestSignOut:
    def test_revokes_the_token_until_it_would_have_expired(self, in_memory: Any) -> None:
        assert not queries.is_revoked("tok_1")
        usecases.sign_out(token_id="tok_1", expires_at=NOW)

        assert queries.is_revoked("tok_1")
        assert f'"N": "{int(NOW.timestamp())}"' in json.loads(dump(in_memory))["people"][0]
