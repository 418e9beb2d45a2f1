import pytest

from functions.edge import staff_session
from tests.builders import NOW
from tests.console.visitors import Visitor, text_of
from tests.edge.doors import Answer, Clock
from tests.people import examples

pytestmark = pytest.mark.usefixtures("in_memory")


@pytest.fixture(autouse=True)
def _finance_officer(in_memory: object) -> None:
    examples.hire()


def sign_in(**changes: str) -> Answer:
    form = {"username": "caiwu", "password": examples.PASSWORD, "code": examples.code_at(NOW), "next": "/console"}
    return Visitor().post("/console/sign-in", {**form, **changes})


def cookie_of(answer: Answer) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


class TestSignIn:
    def test_opens_the_console(self) -> None:
        answer = sign_in()

        assert (answer.status, answer.headers["location"]) == (303, "/console")
        assert "临示例" in Visitor(cookie_of(answer)).get("/console").text

    def test_the_cookie_is_for_the_server_and_this_site_only(self) -> None:
        assert sign_in().headers["set-cookie"].endswith("; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict")

    def test_over_https_the_cookie_never_travels_in_the_clear(self, settings: pytest.MonkeyPatch) -> None:
        settings.setenv("PUBLIC_URL", "https://hui.example/prod")

        answer = sign_in()

        assert answer.headers["set-cookie"].endswith("; Secure")
        assert answer.headers["location"] == "/prod/console"

    def test_a_code_may_be_typed_in_two_groups(self) -> None:
        code = examples.code_at(NOW)

        assert sign_in(code=f"{code[:3]} {code[3:]}").status == 303

    @pytest.mark.parametrize(
        "wrong", [{"password": "wrong"}, {"code": "000000"}, {"username": "nobody"}, {"username": ""}, {"code": "口令"}]
    )
    def test_says_the_same_whatever_is_wrong(self, wrong: dict[str, str]) -> None:
        answer = sign_in(**wrong)

        assert answer.status == 401
        assert "用户名、密码或动态口令有误。" in text_of(answer)
        assert "set-cookie" not in answer.headers

    def test_shows_the_username_again_and_no_secret(self) -> None:
        answer = sign_in(username='"><b>', password="a-password", code="123456")

        assert 'value="&#34;&gt;&lt;b&gt;"' in answer.text
        assert "a-password" not in answer.text
        assert "123456" not in answer.text

    def test_locks_after_five_failures_and_says_how_long(self) -> None:
        for _ in range(5):
            sign_in(password="wrong")

        answer = sign_in()

        assert answer.status == 429
        assert "失败次数过多" in text_of(answer)

    @pytest.mark.parametrize(
        "wanted", ["/console/alerts", "/console/policy?version=linzi-2026.1", "/console/schools/ins_1?timeline=abc_-"]
    )
    def test_leads_to_where_one_wanted_to_go(self, wanted: str) -> None:
        assert sign_in(next=wanted).headers["location"] == wanted

    @pytest.mark.parametrize(
        "wanted",
        [
            "",
            "https://evil.example/console",
            "//evil.example/console",
            "/\\evil.example",
            "/console//evil.example",
            "/console/../v1/me",
            "/consoles",
            "/console\n/x",
            "/console/x?a=1#b",
            "javascript:alert(1)",
            "/console/" + "a" * 600,
        ],
    )
    def test_leads_nowhere_else(self, wanted: str) -> None:
        assert sign_in(next=wanted).headers["location"] == "/console"
        assert 'name="next" value="/console"' in Visitor().get("/console/sign-in").text

    def test_the_same_code_opens_once(self) -> None:
        assert [sign_in().status, sign_in().status] == [303, 401]


class TestSignOut:
    def test_ends_the_session(self) -> None:
        cookie = cookie_of(sign_in())
        csrf = staff_session.current(cookie).csrf

        answer = Visitor(cookie, csrf).post("/console/sign-out")

        assert answer.headers["location"] == "/console/sign-in"
        assert answer.headers["set-cookie"].startswith("hui_session=; Path=/; Max-Age=0;")
        assert Visitor(cookie).get("/console").status == 303

    def test_a_forged_form_ends_nothing(self) -> None:
        cookie = cookie_of(sign_in())

        assert Visitor(cookie, "forged").post("/console/sign-out").status == 403
        assert Visitor(cookie).get("/console").status == 200

    def test_without_a_session_there_is_nothing_to_end(self, at: Clock) -> None:
        assert Visitor().post("/console/sign-out").headers["location"] == "/console/sign-in"
