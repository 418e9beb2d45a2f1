"""The page that every problem document's `type` leads to."""

import re
from html import unescape

from app import app
from functions.edge.contract import CONTRACTS
from functions.edge.settings import settings
from shared.kernel import errors
from tests.edge.doors import Door


def page() -> str:
    answer = Door(app).get("/docs/problems")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return answer.text


class TestGetProblems:
    def test_tells_of_every_refusal_that_an_endpoint_documents(self) -> None:
        text = unescape(page())

        for refusal in {one for contract in CONTRACTS.values() for one in contract.errors}:
            assert f'id="{refusal.code}"' in text
            assert f"<td>{refusal.status}</td><td>{refusal.zh}</td>" in text
            assert refusal.en in text, refusal.code

    def test_a_code_stands_there_once(self) -> None:
        codes = re.findall(r'<tr id="(\w+)">', page())

        assert len(codes) == len(set(codes)) > 50

    def test_is_where_the_type_of_a_problem_leads(self) -> None:
        told = Door(app).get("/v1/me").body

        address, _, code = told["type"].removeprefix(settings().public_url).partition("#")
        assert address == "/docs/problems"
        assert f'id="{code}"' in page()

    def test_kinds_without_a_code_of_their_own_are_left_out(self) -> None:
        assert not hasattr(errors.Conflict, "code")
        assert 'id=""' not in page()
