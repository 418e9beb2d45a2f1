"""Signing in and out, who I am, my children."""

from collections.abc import Iterator

import pytest

from functions.edge import wiring
from infra.local import trouble
from infra.local.wechat_simulator import WeChat
from shared.people import usecases as people
from tests.api.district import STRANGERS_CHILD, Act, District
from tests.builders import GUARDIAN, NOW, SCHOOL, STUDENT, TEACHER
from tests.edge.conftest import SETTINGS
from tests.edge.doors import Clock, pointers
from tests.people import examples


@pytest.fixture
def wechat(settings: pytest.MonkeyPatch) -> Iterator[WeChat]:
    """WeChat, as its simulator plays it over HTTP."""
    port = trouble.free_ports(1)
    simulator = WeChat(port=port, app_id=SETTINGS["WECHAT_APP_ID"], secret=SETTINGS["WECHAT_SECRET"])
    simulator.start()
    settings.setenv("WECHAT_URL", f"http://127.0.0.1:{port}")
    wiring.wechat.cache_clear()
    yield simulator
    simulator.stop()


def signing_in(code: str, **more: str) -> Act:
    return lambda door: door.post("/v1/sign-ins", {"wechat_code": code, **more})


class TestSignIn:
    def test_of_a_guardian_gives_a_token_of_half_an_hour(self, district: District, wechat: WeChat) -> None:
        answer = signing_in(wechat.code_for("openid-1"))(district.nobody)

        assert answer.status == 201
        assert (answer.body["role"], answer.body["expires_at"]) == ("guardian", "2026-09-01T10:30:00+08:00")
        me = district.nobody.with_headers(authorization=f"Bearer {answer.body['token']}").get("/v1/me").body
        assert (me["subject"], me["role"]) == (answer.body["subject"], "guardian")

    def test_of_the_same_account_is_the_same_guardian(self, district: District, wechat: WeChat) -> None:
        first, again, other = (
            signing_in(wechat.code_for(openid))(district.nobody).body["subject"] for openid in ("a", "a", "b")
        )

        assert first == again != other

    def test_of_a_teacher_begins_with_an_invitation(self, district: District, wechat: WeChat) -> None:
        examples.invite()

        first = signing_in(wechat.code_for("openid-t"), invitation="INVITATION-1")(district.nobody).body
        again = signing_in(wechat.code_for("openid-t"), **{"as": "school"})(district.nobody).body

        assert (first["role"], first["institution_id"], first["teacher_id"]) == ("teacher", SCHOOL, TEACHER)
        assert (again["subject"], again["role"]) == (first["subject"], "teacher")

    def test_of_a_schools_administrator(self, district: District, wechat: WeChat) -> None:
        examples.invite(teacher=False)

        told = signing_in(wechat.code_for("openid-t"), invitation="INVITATION-1")(district.nobody).body

        assert (told["role"], told["teacher_id"]) == ("school_admin", None)

    def test_with_a_code_that_is_used_or_unknown_is_refused(self, district: District, wechat: WeChat) -> None:
        used = wechat.code_for("openid-1")
        signing_in(used)(district.nobody)

        for code in (used, "unknown"):
            district.refuses(district.nobody, signing_in(code), 401, "wechat_code_invalid")

    def test_of_nobody_of_a_school_is_refused(self, district: District, wechat: WeChat) -> None:
        answer = signing_in(wechat.code_for("openid-1"), **{"as": "school"})(district.nobody)

        assert (answer.status, answer.code) == (403, "not_a_school_user")

    def test_with_an_invitation_that_is_used_or_over_is_refused(
        self, district: District, wechat: WeChat, at: Clock
    ) -> None:
        examples.invite()
        examples.invite("INVITATION-2")
        signing_in(wechat.code_for("openid-1"), invitation="INVITATION-1")(district.nobody)
        at.pass_by(days=14)

        for invitation in ("INVITATION-1", "INVITATION-2", "INVITATION-3"):
            answer = signing_in(wechat.code_for("openid-2"), invitation=invitation)(district.nobody)
            assert (answer.status, answer.code) == (403, "invitation_invalid")

    def test_while_wechat_is_not_there_is_503(self, district: District) -> None:
        district.refuses(district.nobody, signing_in("a-code"), 503, "try_again")


class TestChildren:
    def test_are_added_and_listed(self, district: District) -> None:
        body = {"name": " 小示例 ", "birth_month": "2017-05", "consent": True}

        added = district.guardian.post("/v1/me/children", body, key="child-0001")

        assert added.status == 201
        assert added.body == {
            "student_id": added.body["student_id"],
            "name": "小示例",
            "birth_month": "2017-05",
            "consented_at": "2026-09-01T10:00:00+08:00",
            "consent_version": "2026-09",
            "consent_withdrawn_at": None,
        }
        assert district.guardian.get("/v1/me/children").body == {"data": [added.body], "next_cursor": None}

    def test_of_another_guardian_are_not_listed(self, district: District) -> None:
        people.add_child(
            student_id=STRANGERS_CHILD,
            guardian_id=GUARDIAN,
            name="小示例",
            birth_month="2017-05",
            consent=True,
            now=NOW,
        )

        assert district.stranger.get("/v1/me/children").body["data"] == []

    @pytest.mark.parametrize(
        ("wrong", "pointer", "code"),
        [
            ({"consent": False}, "/consent", "consent_missing"),
            ({"name": " "}, "/name", "wrong_name"),
            ({"name": "小\u202e例"}, "/name", "wrong_name"),
            ({"birth_month": "2026-10"}, "/birth_month", "wrong_birth_month"),
            ({"birth_month": "2017-13"}, "/birth_month", "wrong_birth_month"),
        ],
    )
    def test_that_are_wrong_are_refused(
        self, district: District, wrong: dict[str, object], pointer: str, code: str
    ) -> None:
        body = {"name": "小示例", "birth_month": "2017-05", "consent": True, **wrong}

        answer = district.refuses(
            district.guardian, lambda door: door.post("/v1/me/children", body, key="child-0001"), 422, code
        )

        assert pointers(answer) == [(pointer, code)]

    def test_are_not_anothers_by_their_id(self, district: District) -> None:
        examples.add_child()

        assert district.stranger.get(f"/v1/me/children?cursor={STUDENT}").code == "bad_cursor"
