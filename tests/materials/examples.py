"""Files to hand in: good ones, and such as must not be kept. And the places where they are, in memory."""

import struct
import zlib
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from functions.edge import wiring
from functions.files import check_upload
from functions.schedules import check_waiting_uploads
from infra.local.scanner_simulator import EICAR
from shared.kernel.ids import FileId
from shared.materials import scanner as scanners
from shared.materials import usecases
from shared.materials.model import KeptFile, Kind
from shared.materials.store import files
from tests.builders import NOW, SCHOOL, an_id

FILE = FileId(an_id("fil"))
SENT_AT = NOW + timedelta(minutes=1)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\ntrailer << /Root 1 0 R >>\nstartxref\n44\n%%EOF\n"
PROGRAM = b"MZ\x90\x00" + bytes(200)
ARCHIVE = b"PK\x03\x04" + bytes(200)


def a_picture(form: str = "JPEG", *, size: tuple[int, int] = (60, 40), mode: str = "RGB", **beside: Any) -> bytes:
    """A picture: blue, with what is written beside its pixels."""
    out = BytesIO()
    Image.new(mode, size, "blue").save(out, form, **beside)
    return out.getvalue()


def a_photo() -> bytes:
    """A picture as a phone writes it: where and by what it was taken, and that it lies on its side."""
    noted = Image.Exif()
    noted[0x010F] = "SECRETPHONE"  # make
    noted[0x0112] = 6  # turned
    noted.get_ifd(0x8825).update({1: "N", 2: (36.0, 49.0, 12.0)})  # GPS
    return a_picture(exif=noted, comment=b"SECRETCOMMENT")


def a_bomb(width: int = 40_000, height: int = 40_000) -> bytes:
    """A small PNG that says it unpacks to 1.6 thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


class Scanner:
    """A scanner that finds EICAR, and can be down."""

    def __init__(self) -> None:
        self.down = False
        self.scanned = 0

    def scan(self, content: bytes) -> str:
        if self.down:
            raise scanners.ScannerDown()
        self.scanned += 1
        return "Eicar-Signature" if EICAR in content else ""


class Places:
    """The quarantine and what is kept, in memory."""

    def __init__(self) -> None:
        self.sent: dict[str, bytes] = {}
        self.kept: dict[str, tuple[str, bytes]] = {}
        self.scanner = Scanner()

    def fetch(self, key: str, *, at_most: int) -> bytes | None:
        content = self.sent.get(key)
        return None if content is None else content[: at_most + 1]

    def keep(self, key: str, content: bytes, *, content_type: str) -> None:
        self.kept[key] = (content_type, content)


def in_memory_places(monkeypatch: pytest.MonkeyPatch) -> Places:
    """The buckets of the functions that check, and their scanner, in memory."""
    places = Places()
    monkeypatch.setattr(check_upload, "Buckets", lambda: places)
    monkeypatch.setattr(check_waiting_uploads, "Buckets", lambda: places)
    monkeypatch.setattr(wiring, "scanner", lambda: places.scanner)
    return places


def asked(
    file_id: str = FILE,
    content: bytes = PDF,
    *,
    name: str = "办学许可证.pdf",
    content_type: str = "application/pdf",
    now: datetime = NOW,
    **changes: Any,
) -> KeptFile:
    """The first school asks to hand in a file with this content."""
    told: dict[str, Any] = {
        "institution_id": SCHOOL,
        "kind": Kind.DOCUMENT,
        "size": len(content),
        "by": "usr",
        **changes,
    }
    return usecases.ask(file_id=FileId(file_id), name=name, content_type=content_type, now=now, **told)


def handed_in(file_id: str = FILE, content: bytes = PDF, *, places: Places | None = None, **changes: Any) -> KeptFile:
    """A file asked for, sent and checked."""
    asked(file_id, content, **changes)
    places = places or Places()
    places.sent[file_id] = content
    usecases.check(file_id=FileId(file_id), sent_at=SENT_AT, storage=places, scanner=Scanner(), now=SENT_AT)
    return files.get(FileId(file_id))


JPEG: dict[str, Any] = {"name": "照片.jpg", "content_type": "image/jpeg"}
PNG: dict[str, Any] = {"name": "照片.png", "content_type": "image/png"}
WEBP: dict[str, Any] = {"name": "照片.webp", "content_type": "image/webp"}
