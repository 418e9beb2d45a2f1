"""Every address that a page points to is made here, so that a stage or a base path stands before all of them."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from functions.edge import static
from functions.edge.settings import settings

HOME = "/console"
_OWN = re.compile(r"/(?:(?:console|verify)(/[A-Za-z0-9_-]+)*)?(\?[A-Za-z0-9_=&%.~+-]*)?")


def link(path: str, **query: str | None) -> str:
    """A path of ours as a browser asks for it. A query's parameter that is None or empty is left out."""
    return urlsplit(settings().public_url).path + with_query(path, query)


def with_query(path: str, query: Mapping[str, str | None]) -> str:
    """A path with its query."""
    told = {name: value for name, value in query.items() if value}
    return path + (f"?{urlencode(told)}" if told else "")


def read_query(text: str) -> dict[str, str]:
    """The parameters of a query."""
    return dict(parse_qsl(text))


def asset(name: str) -> str:
    """A file of `static/`, with a mark that changes when it does."""
    return link(f"/assets/{name}", v=static.version(name))


def safe_next(path: str) -> str:
    """Where to go after signing in: `path` when it is a page of ours, else the console's first."""
    return path if len(path) <= 500 and _OWN.fullmatch(path) else HOME
