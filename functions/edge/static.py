"""Files that pages need, with their types; served as `/assets/{name}`."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.kernel import errors

_FOLDERS = (Path(__file__).parent.parent / "console" / "static", Path(__file__).parent / "static")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


class UnknownAsset(errors.Missing):
    code = "unknown_asset"
    zh = "没有这个文件。"
    en = "There is no such file."


@dataclass(frozen=True)
class Asset:
    """A file's text, its type, and the tag that changes with it."""

    text: str
    content_type: str
    etag: str


@cache
def get(name: str) -> Asset:
    """A file by its name. Raises UnknownAsset."""
    for folder in _FOLDERS:
        path = folder / name
        if path.name == name and path.suffix in _TYPES and path.is_file():
            text = path.read_text(encoding="utf-8")
            return Asset(text, _TYPES[path.suffix], f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"')
    raise UnknownAsset()


def version(name: str) -> str:
    """What stands behind `?v=` so that a changed file is fetched anew."""
    return get(name).etag.strip('"')
