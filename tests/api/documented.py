"""A door that lets nothing through but what the OpenAPI document says: the status, the code, every field."""

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from functions.edge import openapi
from tests.edge.doors import Answer, Door


class Documented(Door):
    """Fails a test in which an answer isn't documented."""

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        answer = super().call(method, path, body)
        check(method, path, answer)
        return answer


def check(method: str, path: str, answer: Answer) -> None:
    """Hold an answer to its operation in the document."""
    template = next(one for one in openapi.document()["paths"] if _pattern(one).fullmatch(path.partition("?")[0]))
    told = openapi.document()["paths"][template][method.lower()]["responses"].get(str(answer.status))
    assert told is not None, f"{method} {template} doesn't document {answer.status}: {answer.text}"
    content: dict[str, Any] = told.get("content", {})
    if not content:  # a raw endpoint, or nothing to say
        return
    assert answer.headers["content-type"] in content
    if answer.headers["content-type"] == "application/problem+json":
        assert f"`{answer.code}`" in told["description"], f"{method} {template} doesn't document {answer.code}"
    _validator(template, method.lower(), answer.status).validate(answer.body)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", template))


@cache
def _validator(template: str, method: str, status: int) -> Draft202012Validator:
    document = openapi.document()
    [content] = document["paths"][template][method]["responses"][str(status)]["content"].values()
    return Draft202012Validator(
        {**content["schema"], "components": document["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
