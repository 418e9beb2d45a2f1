"""The page that a problem document's `type` leads to: every code, what it means, and with which status it comes."""

from collections.abc import Iterator
from html import escape
from typing import Any

from chalice.app import Blueprint, Response

from functions.edge import static
from functions.edge.contract import raw_endpoint
from shared.kernel import errors

blueprint = Blueprint(__name__)

_CSP = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@raw_endpoint(blueprint, "GET", "/docs/problems", summary_zh="错误代码", summary_en="What each problem code means")
def get_problems() -> Response:
    """Every refusal that the loaded functions can give, by its code."""
    by_code = {one.code: one for one in _refusals(errors.Refusal)}
    rows = "\n".join(_row(by_code[code]) for code in sorted(by_code))
    page = static.get("problems.html")
    headers: dict[str, Any] = {"Content-Type": page.content_type, "Content-Security-Policy": _CSP}
    return Response(body=page.text.replace("<!-- rows -->", rows), headers=headers)


def _refusals(kind: type[errors.Refusal]) -> Iterator[type[errors.Refusal]]:
    if "code" in vars(kind):
        yield kind
    for one in kind.__subclasses__():
        yield from _refusals(one)


def _row(one: type[errors.Refusal]) -> str:
    code = escape(one.code)
    return (
        f'<tr id="{code}"><th scope="row"><a href="#{code}"><code>{code}</code></a></th><td>{one.status}</td>'
        f'<td>{escape(one.zh)}</td><td lang="en">{escape(one.en)}</td></tr>'
    )
