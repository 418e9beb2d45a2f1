"""Handing in a file as a school does: ask for the form, post the file to where it says. And files to hand in."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import urllib3

from infra.local.doors import Caller, Refused
from infra.local.scanner_simulator import EICAR

_PAGE = b"BT /F1 24 Tf 60 760 Td (SYNTHETIC LICENCE, FOR DEMONSTRATION) Tj ET"
_OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(_PAGE), _PAGE),
)

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


def a_paper() -> bytes:
    """A PDF of one page, which says that it is no real licence."""
    written, places = b"%PDF-1.7\n", []
    for number, one in enumerate(_OBJECTS, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(_OBJECTS) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return written + end % (size, rows, size, len(written))


def a_malicious_paper() -> bytes:
    """The same with the test string of the malware scanners in it, which does nothing."""
    return a_paper() + b"% " + EICAR + b"\n%%EOF\n"


def a_photo() -> bytes:
    """A picture of a room, as a phone writes it: with the place where it was taken."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (640, 480), "#e8eef5")
    drawn = ImageDraw.Draw(picture)
    drawn.rectangle((0, 330, 640, 480), fill="#c9a66b")
    drawn.rectangle((60, 60, 260, 230), fill="#9cc3e6", outline="#ffffff", width=8)
    drawn.rectangle((360, 120, 580, 330), fill="#2f5d50", outline="#7a5230", width=10)
    noted = Image.Exif()
    noted.get_ifd(0x8825).update({1: "N", 2: (36.0, 49.0, 12.0), 3: "E", 4: (118.0, 18.0, 36.0)})
    out = BytesIO()
    picture.save(out, "JPEG", exif=noted)
    return out.getvalue()
