"""What every endpoint does with a request, on an app of a few endpoints that say back what they were given."""

import json
import logging
from collections.abc import Iterator
from typing import Annotated, Literal

import pydantic
import pytest
from chalice.app import Blueprint

from functions.edge import contract
from functions.edge.auth import Audience
from functions.edge.contract import Call, Money, PageQuery, Request, endpoint
from shared.kernel import errors
from shared.kernel.page import Page
from tests.edge.doors import Answer, Door, an_app, bearer, pointers

PROBLEM = "application/problem+json"


class SoldOut(errors.Conflict):
    code = "sold_out"
    zh = "{seats} 个座位已满。"
    en = "All {seats} seats are taken."


class TooOften(errors.Limited):
    code = "too_often"
    zh = "请稍候。"
    en = "Wait a moment."


class NotHere(errors.Denied):
    code = "not_here"
    zh = "不在此处。"
    en = "Not here."


class Toy(Request):
    name: Annotated[str, pydantic.Field(min_length=1, max_length=5)]
    count: Annotated[int, pydantic.Field(ge=1, le=9)] = 1
    price: Money | None = None
    kind: Literal["a", "b"] = "a"
    tags: Annotated[list[str], pydantic.Field(max_length=2)] = []


class Told(pydantic.BaseModel):
    told: str


REFUSALS = {
    "sold_out": SoldOut(pointer="/offering_id", seats=30),
    "too_often": TooOften(retry_after_seconds=17),
    "too_often_unsaid": TooOften(),
    "busy": errors.Unavailable(),
    "not_here": NotHere(),
    "figures_missing": SoldOut(),
}


@pytest.fixture(scope="module")
def blueprint() -> Iterator[Blueprint]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contract, "CONTRACTS", {})
        yield _blueprint()


@pytest.fixture(scope="module")
def door(blueprint: Blueprint) -> Door:
    return Door(an_app(blueprint))


def _blueprint() -> Blueprint:
    made = Blueprint("toys")

    @endpoint(
        made,
        "POST",
        "/toys",
        audience=Audience.PUBLIC,
        request=Toy,
        response=Told,
        status=201,
        summary_zh="",
        summary_en="",
    )
    def make(call: Call[Toy]) -> Told:
        return Told(told=call.body.model_dump_json())

    @endpoint(made, "GET", "/toys/{toy_id}", audience=Audience.PUBLIC, response=Told, summary_zh="", summary_en="")
    def read(call: Call[None]) -> Told:
        return Told(told=f"{call.path['toy_id']} {call.language} {call.now.isoformat()} {call.request_id}")

    @endpoint(
        made, "GET", "/toys", audience=Audience.PUBLIC, query=PageQuery, response=Told, summary_zh="", summary_en=""
    )
    def read_all(call: Call[None]) -> Page[Told]:
        return Page([Told(told=str(call.page.limit)), Told(told=str(call.page.cursor))], "next")

    @endpoint(made, "DELETE", "/toys/{toy_id}", audience=Audience.PUBLIC, status=204, summary_zh="", summary_en="")
    def lose(call: Call[None]) -> None:
        return None

    @endpoint(made, "POST", "/refusals/{name}", audience=Audience.PUBLIC, response=Told, summary_zh="", summary_en="")
    def refuse(call: Call[None]) -> Told:
        raise REFUSALS[call.path["name"]]

    @endpoint(made, "GET", "/bug", audience=Audience.PUBLIC, response=Told, summary_zh="", summary_en="")
    def fail(call: Call[None]) -> Told:
        raise RuntimeError("the secret of the house")

    @endpoint(made, "GET", "/mine", audience=Audience.GUARDIAN, response=Told, summary_zh="", summary_en="")
    def mine(call: Call[None]) -> Told:
        return Told(told=call.guardian_id)

    return made


class TestBody:
    def test_reaches_the_view_checked(self, door: Door) -> None:
        answer = door.post("/toys", {"name": "球", "price": {"amount_fen": 5, "currency": "CNY"}})

        assert (answer.status, answer.headers["content-type"]) == (201, "application/json")
        assert json.loads(answer.body["told"])["price"] == {"amount_fen": 5, "currency": "CNY"}

    @pytest.mark.parametrize(
        ("wrong", "pointer", "code"),
        [
            ({}, "/name", "missing"),
            ({"name": ""}, "/name", "too_short"),
            ({"name": "六个字的名字"}, "/name", "too_long"),
            ({"name": 5}, "/name", "not_text"),
            ({"name": None}, "/name", "not_text"),
            ({"name": "球", "count": 1.0}, "/count", "not_whole"),
            ({"name": "球", "count": 1.5}, "/count", "not_whole"),
            ({"name": "球", "count": "1"}, "/count", "not_whole"),
            ({"name": "球", "count": True}, "/count", "not_whole"),
            ({"name": "球", "count": 0}, "/count", "too_small"),
            ({"name": "球", "count": 10**30}, "/count", "too_great"),
            ({"name": "球", "colour": "red"}, "/colour", "unknown_field"),
            ({"name": "球", "a/b~c": 1}, "/a~1b~0c", "unknown_field"),
            ({"name": "球", "kind": "c"}, "/kind", "not_one_of"),
            ({"name": "球", "tags": ["1", "2", "3"]}, "/tags", "too_many"),
            ({"name": "球", "tags": ["1", 2]}, "/tags/1", "not_text"),
            ({"name": "球", "tags": "1"}, "/tags", "not_a_list"),
            ({"name": "球", "price": 5}, "/price", "not_an_object"),
            ({"name": "球", "price": {"amount_fen": -1}}, "/price/amount_fen", "too_small"),
            ({"name": "球", "price": {"amount_fen": 0.5}}, "/price/amount_fen", "not_whole"),
            ({"name": "球", "price": {"amount_fen": 1, "currency": "USD"}}, "/price/currency", "not_one_of"),
            ([], "", "not_an_object"),
            ("球", "", "not_an_object"),
            (None, "", "not_an_object"),
        ],
    )
    def test_that_is_wrong_is_refused_field_by_field(self, door: Door, wrong: object, pointer: str, code: str) -> None:
        answer = door.post("/toys", json.dumps(wrong).encode())

        assert (answer.status, answer.code) == (422, "invalid_request")
        assert pointers(answer) == [(pointer, code)]

    def test_is_told_in_chinese_and_in_english(self, door: Door) -> None:
        wrong = {"name": "六个字的名字"}

        assert door.post("/toys", wrong).body["errors"][0]["detail"] == "至多 5 个字符。"
        english = door.with_headers(accept_language="en-GB,en;q=0.9").post("/toys", wrong)
        assert english.body["errors"][0]["detail"] == "At most 5 characters."

    def test_with_a_thousand_wrong_fields_is_told_about_twenty(self, door: Door) -> None:
        answer = door.post("/toys", {"x" * 900 + str(number): 1 for number in range(60)})

        assert len(answer.body["errors"]) == 20
        assert max(len(one["pointer"]) for one in answer.body["errors"]) == 200

    @pytest.mark.parametrize(
        "broken",
        [
            b"{",
            b'{"name": "a",}',
            b'{"name": NaN}',
            b"\xff\xfe",
            b'{"name": "\\ud800"}',
            b"[" * 60_000,
            b"1" * 6000 + b"x",
        ],
    )
    def test_that_is_not_json_is_400(self, door: Door, broken: bytes) -> None:
        answer = door.post("/toys", broken)

        assert (answer.status, answer.code) == (400, "broken_json")

    def test_over_64_kib_is_413_and_just_under_is_read(self, door: Door) -> None:
        assert door.post("/toys", b" " * 65_536 + b"{}").code == "too_large"
        assert door.post("/toys", b" " * 65_534 + b"{}").code == "invalid_request"

    @pytest.mark.parametrize(
        "other", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    )
    def test_of_another_type_is_415(self, door: Door, other: str) -> None:
        answer = door.with_headers(content_type=other).post("/toys", {"name": "球"})

        assert (answer.status, answer.code) == (415, "wrong_content_type")

    def test_may_name_its_charset(self, door: Door) -> None:
        assert (
            door.with_headers(content_type="Application/JSON; charset=utf-8").post("/toys", {"name": "球"}).status
            == 201
        )

    def test_that_is_missing_is_read_as_an_empty_object(self, door: Door) -> None:
        assert pointers(door.post("/toys")) == [("/name", "missing")]


class TestQuery:
    def test_has_defaults(self, door: Door) -> None:
        assert door.get("/toys").body == {"data": [{"told": "20"}, {"told": "None"}], "next_cursor": "next"}

    def test_reaches_the_view(self, door: Door) -> None:
        assert door.get("/toys?limit=100&cursor=abc").body["data"] == [{"told": "100"}, {"told": "abc"}]

    @pytest.mark.parametrize(
        ("query", "pointer", "code"),
        [
            ("limit=0", "/limit", "too_small"),
            ("limit=101", "/limit", "too_great"),
            ("limit=ten", "/limit", "not_whole"),
            ("limit=1.5", "/limit", "not_whole"),
            ("limit=" + "9" * 5000, "/limit", "not_whole"),
            ("page=2", "/page", "unknown_field"),
            ("cursor=" + "x" * 1001, "/cursor", "too_long"),
        ],
    )
    def test_that_is_wrong_is_refused(self, door: Door, query: str, pointer: str, code: str) -> None:
        answer = door.get(f"/toys?{query}")

        assert (answer.status, answer.code) == (422, "invalid_request")
        assert pointers(answer) == [(pointer, code)]


class TestRefusal:
    def test_is_a_problem_document_in_chinese(self, door: Door) -> None:
        answer = door.with_headers(x_request_id="caller-0001").post("/refusals/sold_out")

        assert answer.status == 409
        assert answer.headers["content-type"] == PROBLEM
        assert answer.headers["content-language"] == "zh-CN"
        assert answer.body == {
            "type": "/docs/problems#sold_out",
            "title": "与现状不符",
            "status": 409,
            "code": "sold_out",
            "detail": "30 个座位已满。",
            "instance": "/refusals/sold_out",
            "request_id": "caller-0001",
            "errors": [{"pointer": "/offering_id", "code": "sold_out", "detail": "30 个座位已满。"}],
        }

    def test_is_in_english_when_asked_for(self, door: Door) -> None:
        answer = door.with_headers(accept_language="en").post("/refusals/sold_out")

        assert (answer.headers["content-language"], answer.body["detail"]) == ("en", "All 30 seats are taken.")

    def test_points_to_the_public_address(self, door: Door, settings: pytest.MonkeyPatch) -> None:
        settings.setenv("PUBLIC_URL", "https://hui.example/api/")

        assert door.post("/refusals/sold_out").body["type"] == "https://hui.example/api/docs/problems#sold_out"

    def test_that_is_limited_says_when_to_come_back(self, door: Door) -> None:
        answer = door.post("/refusals/too_often")

        assert (answer.status, answer.headers["retry-after"]) == (429, "17")
        assert answer.headers["ratelimit"] == '"too_often";r=0;t=17'
        assert door.post("/refusals/too_often_unsaid").headers["retry-after"] == "1"

    def test_for_now_says_to_try_again(self, door: Door) -> None:
        answer = door.post("/refusals/busy")

        assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "try_again", "1")

    def test_of_a_role_is_403(self, door: Door) -> None:
        assert door.post("/refusals/not_here").status == 403

    def test_that_can_not_be_put_into_words_is_a_bug(self, door: Door) -> None:
        assert door.post("/refusals/figures_missing").code == "internal_error"


class TestBug:
    def test_is_500_and_tells_nothing(self, door: Door) -> None:
        answer = door.get("/bug")

        assert (answer.status, answer.code) == (500, "internal_error")
        assert "secret" not in answer.text

    def test_is_logged_once_with_the_request_id(self, door: Door, caplog: pytest.LogCaptureFixture) -> None:
        door.with_headers(x_request_id="caller-0002").get("/bug")

        [bug] = [one for one in caplog.records if one.levelno >= logging.ERROR]
        assert vars(bug)["request_id"] == "caller-0002"
        assert "the secret of the house" in str(bug.exc_info)


class TestEveryAnswer:
    @pytest.fixture(params=["/toys", "/bug", "/toys?limit=0", "/mine"])
    def answer(self, door: Door, request: pytest.FixtureRequest) -> Answer:
        return door.get(request.param)

    def test_is_neither_kept_nor_guessed_at(self, answer: Answer) -> None:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"

    def test_has_a_request_id(self, answer: Answer) -> None:
        assert answer.headers["x-request-id"].startswith("req_")

    @pytest.mark.parametrize(
        "insane", ["short", "x" * 65, "with space", "new\tline12", '"quoted"id', "零一二三四五六七"]
    )
    def test_takes_no_insane_request_id(self, door: Door, insane: str) -> None:
        assert door.with_headers(x_request_id=insane).get("/toys").headers["x-request-id"].startswith("req_")

    def test_without_content_has_no_type(self, door: Door) -> None:
        answer = door.call("DELETE", "/toys/1")

        assert (answer.status, answer.text) == (204, "")
        assert "content-type" not in answer.headers


class TestEveryRequest:
    def test_is_one_line_of_the_log_without_personal_data(self, door: Door, caplog: pytest.LogCaptureFixture) -> None:
        door.with_headers(x_request_id="caller-0003").post("/toys", {"name": "小明"})

        [line] = caplog.records
        told = vars(line)
        assert {name: told[name] for name in ("method", "route", "status", "request_id", "principal", "code")} == {
            "method": "POST",
            "route": "/toys",
            "status": 201,
            "request_id": "caller-0003",
            "principal": "",
            "code": "",
        }
        assert told["milliseconds"] >= 0
        assert "小明" not in repr(told)


class TestEndpoint:
    def make(self, blueprint: Blueprint, name: str, path: str, *, idempotent: bool = False) -> None:
        def view(call: Call[None]) -> None:
            return None

        view.__name__ = name
        endpoint(
            blueprint, "POST", path, audience=Audience.PUBLIC, idempotent=idempotent, summary_zh="", summary_en=""
        )(view)

    def test_is_not_registered_twice(self, blueprint: Blueprint) -> None:
        with pytest.raises(ValueError, match="registered twice"):
            self.make(blueprint, "again", "/toys")

    def test_has_a_name_of_its_own(self, blueprint: Blueprint) -> None:
        with pytest.raises(ValueError, match="two views are named make"):
            self.make(blueprint, "make", "/others")

    def test_for_everybody_takes_no_idempotency_key(self, blueprint: Blueprint) -> None:
        with pytest.raises(ValueError, match="belongs to somebody"):
            self.make(blueprint, "keyed", "/keyed", idempotent=True)


class TestLanguage:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("", "zh"),
            ("zh-CN", "zh"),
            ("en", "en"),
            ("en-US,en;q=0.9,zh;q=0.8", "en"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
            ("en;q=0.1, zh;q=0.9", "zh"),
            ("en;q=0", "zh"),
            ("en;q=much", "zh"),
            ("fr, de;q=0.5", "zh"),
            ("fr, en;q=0.5", "en"),
            ("*", "zh"),
            ("enm", "zh"),
        ],
    )
    def test_is_chinese_unless_english_is_asked_for(self, door: Door, asked: str, expected: str) -> None:
        answer = door.with_headers(accept_language=asked).get("/toys/7")

        assert answer.body["told"].split()[:2] == ["7", expected]


class TestSignedIn:
    def test_nobody_is_told_to_sign_in(self, door: Door) -> None:
        answer = door.get("/mine")

        assert (answer.status, answer.code) == (401, "token_missing")
        assert answer.headers["www-authenticate"] == 'Bearer realm="hui"'

    @pytest.mark.usefixtures("in_memory")
    def test_somebody_is_told_to_the_view_and_to_the_log(self, door: Door, caplog: pytest.LogCaptureFixture) -> None:
        answer = door.with_headers(authorization=bearer("grd_0001")).get("/mine")

        assert answer.body == {"told": "grd_0001"}
        assert vars(caplog.records[-1])["principal"] == "grd_0001"
