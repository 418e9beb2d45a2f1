"""Handing in a file as a school does: ask for the form, post the file to where it says."""

from collections.abc import Mapping
from typing import Any

import urllib3

from infra.local.doors import Caller, Refused

PDF, JPEG = "application/pdf", "image/jpeg"


def hand_in(admin: Caller, *, name: str, content: bytes, content_type: str, key: str) -> str:
    """The id of a file that a school's administrator hands in; its check comes afterwards.

    The same `key` again is the same file. Raises Refused.
    """
    kind = "document" if content_type == PDF else "picture"
    asked = {"kind": kind, "name": name, "size": len(content), "content_type": content_type}
    told = admin.post("/v1/school/uploads", asked, key=key)
    if admin.get(f"/v1/school/files/{told['file_id']}")["status"] == "waiting":
        _send(told, name, content, content_type)
    return str(told["file_id"])


def hand_in_picture(person: Caller, *, name: str, content: bytes, key: str) -> str:
    """The id of a picture (JPEG) that a person hands in for herself; else like `hand_in`. Raises Refused."""
    told = person.post("/v1/me/uploads", {"name": name, "size": len(content), "content_type": JPEG}, key=key)
    if person.get(f"/v1/me/uploads/{told['file_id']}")["status"] == "waiting":
        _send(told, name, content, JPEG)
    return str(told["file_id"])


def _send(told: Mapping[str, Any], name: str, content: bytes, content_type: str) -> None:
    """Post a file to where its form says. Raises Refused."""
    fields: dict[str, Any] = {**told["fields"], "file": (name, content, content_type)}
    answer = urllib3.request("POST", told["url"], fields=fields, retries=False)
    if answer.status != 204:
        raise Refused(f"{told['url']}: {answer.status} {answer.data.decode()}")
