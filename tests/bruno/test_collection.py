"""The API as a Bruno collection."""

import importlib
import json
import re
from typing import Any

import pytest

from infra.bruno import collection, walk

importlib.import_module("app")
from functions.edge.openapi import document  # noqa: E402 -- the app registers what the document tells


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """The whole collection, by path."""
    told = document()
    known = walk.variables(api="http://127.0.0.1:8000", control="http://127.0.0.1:8004")
    return dict(collection.files(told, walk.requests(told), known))


def operations() -> dict[str, Any]:
    """What the document has, by name."""
    return {told["operationId"]: told for methods in document()["paths"].values() for told in methods.values()}


class TestEveryOperation:
    def test_has_a_request(self, files: dict[str, str]) -> None:
        assert {path.rpartition("/")[2] for path in files if path.startswith("api/")} == {
            f"{name}.bru" for name in operations()
        }

    def test_says_who_calls_where_that_matters(self, files: dict[str, str]) -> None:
        for name, told in operations().items():
            text = files[f"api/{told['tags'][0]}/{name}.bru"]
            assert ("Authorization: Bearer {{token}}" in text) == ("security" in told), name

    def test_has_a_body_of_the_documents_fields_to_start_from(self, files: dict[str, str]) -> None:
        text = files["api/enrolments/enrol.bru"]
        body = json.loads(re.search(r"body:json \{\n(.*?)\n\}\n", text, re.DOTALL).group(1))  # type: ignore[union-attr]

        assert body == {"course_id": "", "offering_id": "", "student_id": "", "terms_hash": ""}


class TestTheWalk:
    def test_uses_only_what_a_step_before_has_kept(self) -> None:
        known = {*walk.variables(api="", control=""), "run"}
        for request in walk.requests(document()):
            used = set(re.findall(r"\{\{(\w+)\}\}", f"{request.url} {request.body} {request.headers}"))
            assert used <= known, (request.en, used - known)
            known |= set(request.keep)

    def test_does_what_a_parent_and_a_school_do_in_a_term(self) -> None:
        walked = " ".join(request.url for request in walk.requests(document()))

        for part in ("search", "compare", "quote", "contract.pdf", "roster", "confirmations", "dispute", "statement"):
            assert part in walked

    def test_is_in_order_and_begins_with_a_run_of_its_own(self, files: dict[str, str]) -> None:
        steps = sorted(path for path in files if path.startswith("walk/"))

        assert len(steps) == len(walk.requests(document()))
        assert 'bru.setVar("run"' in files[steps[0]]
        assert not any('bru.setVar("run"' in files[step] for step in steps[1:])

    def test_a_call_that_the_document_does_not_have_is_a_mistake(self) -> None:
        told = document()
        without = {**told, "paths": {path: one for path, one in told["paths"].items() if path != "/v1/me/quote"}}

        with pytest.raises(KeyError, match="get_quote"):
            walk.requests(without)
