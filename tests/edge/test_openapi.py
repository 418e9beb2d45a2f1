"""The OpenAPI document: valid by itself, and of all that is served. tests/api holds every real answer to it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import events
import functions
import shared
from app import app
from functions.edge import openapi
from functions.edge.contract import CONTRACTS
from shared.kernel import errors
from tests.edge.doors import Door

DOCUMENT = openapi.document()
OPERATIONS = [
    pytest.param(path, method, told, id=f"{method.upper()} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method, told in operations.items()
]
each_operation = pytest.mark.parametrize(("path", "method", "told"), OPERATIONS)


def everything_in(told: Any) -> Iterator[Any]:
    """Every object of a document, however deep."""
    if isinstance(told, dict):
        yield told
    for one in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from everything_in(one)


def schemas() -> Iterator[Any]:
    """Every schema of the document."""
    yield from DOCUMENT["components"]["schemas"].values()
    yield from (one["schema"] for one in everything_in(DOCUMENT["paths"]) if isinstance(one.get("schema"), dict))


class TestDocument:
    def test_is_served_as_it_is(self) -> None:
        answer = Door(app).get("/openapi.json")

        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        assert answer.body == json.loads(json.dumps(DOCUMENT))

    def test_says_which_openapi_it_is_and_what_it_is_of(self) -> None:
        assert re.fullmatch(r"3\.1\.\d", DOCUMENT["openapi"])
        assert DOCUMENT["info"]["title"]
        assert DOCUMENT["info"]["version"]

    def test_every_reference_leads_somewhere(self) -> None:
        references = {one["$ref"] for one in everything_in(DOCUMENT) if "$ref" in one}

        assert references
        for reference in references:
            assert reference.removeprefix("#/components/schemas/") in DOCUMENT["components"]["schemas"]

    def test_every_schema_is_one_and_is_used(self) -> None:
        for schema in schemas():
            Draft202012Validator.check_schema(schema)
        used = {one["$ref"].rpartition("/")[2] for one in everything_in(DOCUMENT) if "$ref" in one}
        assert set(DOCUMENT["components"]["schemas"]) - used == UNREFERENCED

    def test_every_operation_has_a_name_of_its_own(self) -> None:
        names = [told["operationId"] for path in DOCUMENT["paths"].values() for told in path.values()]

        assert len(set(names)) == len(names)

    def test_is_of_every_route_and_of_no_other(self) -> None:
        served = {(path, method.lower()) for path, methods in app.routes.items() for method in methods if _of_api(path)}
        told = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods if _of_api(path)}

        assert told == served
        assert len(told) > 20

    def test_has_no_money_that_is_not_whole(self) -> None:
        money = [
            (name, told)
            for one in everything_in(DOCUMENT)
            for name, told in one.get("properties", {}).items()
            if name.endswith("_fen") and name != "legs_fen"
        ]

        assert money
        assert {told["type"] for _, told in money} == {"integer"}


UNREFERENCED = {
    "CatalogueQuery",
    "ChangesQuery",
    "CompareQuery",
    "EnrolmentStatementQuery",
    "PageQuery",
    "PeriodQuery",
    "QuoteQuery",
    "ReviewsQuery",
    "SearchQuery",
    "TimetableQuery",
    "SchoolStatementQuery",
    "VerifyQuery",
}


def _of_api(path: str) -> bool:
    return path.startswith("/v1/")


@each_operation
class TestOperation:
    def test_declares_the_parameters_of_its_path(self, path: str, method: str, told: dict[str, Any]) -> None:
        declared = [(one["name"], one["in"]) for one in told["parameters"]]
        in_path = [one for one in told["parameters"] if one["in"] == "path"]

        assert len(set(declared)) == len(declared)
        assert {one["name"] for one in in_path} == set(re.findall(r"\{(\w+)\}", path))
        assert all(one["required"] for one in in_path)
        assert all("schema" in one for one in told["parameters"])

    def test_says_what_it_is_in_both_languages(self, path: str, method: str, told: dict[str, Any]) -> None:
        assert re.search("[一-鿿]", told["summary"])
        assert re.search("[a-z]", told["description"])

    def test_has_one_good_answer_and_describes_them_all(self, path: str, method: str, told: dict[str, Any]) -> None:
        good = [status for status in told["responses"] if status < "400"]

        assert len(good) == 1
        assert all(one["description"] for one in told["responses"].values())
        assert all(re.fullmatch("[2-5][0-9]{2}", status) for status in told["responses"])

    def test_refuses_with_problems(self, path: str, method: str, told: dict[str, Any]) -> None:
        for status, answer in told["responses"].items():
            if status >= "400":
                [(content_type, content)] = answer["content"].items()
                own = CONTRACTS[method.upper(), path].refusal if status != "500" else None
                assert content_type == ("application/json" if own else "application/problem+json")
                assert content["schema"] == {"$ref": f"#/components/schemas/{own.__name__ if own else 'Problem'}"}
                for code, sentences in re.findall(r"^`(\w+)` (.+)$", answer["description"], re.MULTILINE):
                    assert CODES[code] == int(status), code
                    assert re.search("[一-鿿].*[a-z]", sentences)

    def test_says_who_may_use_it(self, path: str, method: str, told: dict[str, Any]) -> None:
        contract = CONTRACTS[method.upper(), path]

        assert told.get("security") == (None if contract.audience == "public" else [{"token": []}])
        assert ("401" in told["responses"]) == (contract.audience != "public" or path in SIGNED)

    def test_of_a_command_documents_its_key(self, path: str, method: str, told: dict[str, Any]) -> None:
        keys = [one for one in told["parameters"] if one["name"] == "Idempotency-Key"]

        assert len(keys) == CONTRACTS[method.upper(), path].idempotent


SIGNED = {
    "/v1/bank/events",
    "/v1/bank/statements",
    "/v1/sign-ins",
    "/v1/wechat/pay/notifications",
    "/v1/insurer/events",
}  # by the bank, by WeChat


def _refusals(of: type[errors.Refusal] = errors.Refusal) -> Iterator[type[errors.Refusal]]:
    for one in of.__subclasses__():
        yield one
        yield from _refusals(one)


def _ours() -> list[type[errors.Refusal]]:
    """Every refusal that can be told: those with a code, of the code that is deployed."""
    deployed = tuple(package.__name__ for package in (functions, shared, events))
    return [one for one in _refusals() if one.__module__.startswith(deployed) and "code" in vars(one)]


CODES = {one.code: one.status for one in _ours()}


class TestCodes:
    def test_have_one_status_each(self) -> None:
        assert {(one.code, one.status) for one in _ours()} == set(CODES.items())
