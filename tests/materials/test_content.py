"""What of a file is kept, and what is refused for what is in it."""

import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from shared.kernel import errors
from shared.materials import content, limits, rules
from shared.materials.model import FileStatus, KeptFile, Kind
from tests.builders import NOW, SCHOOL
from tests.materials import examples
from tests.materials.examples import FILE, JPEG, PDF, PNG, WEBP


def kept(sent: bytes, *, name: str = "a.pdf", content_type: str = "application/pdf") -> bytes:
    file = KeptFile(
        FILE, SCHOOL, Kind.DOCUMENT, name, content_type, len(sent), "usr", NOW, NOW, FileStatus.CHECKING, NOW
    )
    return content.kept(file, sent, limits=limits.in_force())


def opened(told: bytes) -> Any:
    picture = Image.open(BytesIO(told))
    picture.load()
    return picture


class TestPictures:
    @pytest.mark.parametrize(
        ("form", "of"), [("JPEG", JPEG), ("PNG", PNG), ("WEBP", WEBP)], ids=["jpeg", "png", "webp"]
    )
    def test_are_written_anew_in_their_own_form(self, form: str, of: dict[str, str]) -> None:
        picture = opened(kept(examples.a_picture(form), **of))

        assert (picture.format, picture.size) == (form, (60, 40))
        assert picture.convert("RGB").getpixel((5, 5))[2] > 240

    def test_lose_place_camera_and_comment_and_stand_upright(self) -> None:
        sent = examples.a_photo()
        assert b"SECRETPHONE" in sent
        assert b"SECRETCOMMENT" in sent

        told = kept(sent, **JPEG)

        assert b"SECRET" not in told
        assert dict(opened(told).getexif()) == {}
        assert opened(told).size == (40, 60)

    @pytest.mark.parametrize(("form", "of"), [("PNG", PNG), ("WEBP", WEBP)], ids=["png", "webp"])
    def test_lose_their_profile_and_words_in_other_forms(self, form: str, of: dict[str, str]) -> None:
        noted = Image.Exif()
        noted[0x010F] = "SECRETPHONE"
        sent = examples.a_picture(form, icc_profile=b"SECRETPROFILE", exif=noted)

        assert b"SECRET" in sent
        assert b"SECRET" not in kept(sent, **of)

    def test_lose_what_is_written_behind_them(self) -> None:
        assert b"SECRET" not in kept(examples.a_picture("PNG") + b"SECRET", **PNG)

    @pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16"])
    def test_of_every_mode_are_kept(self, mode: str) -> None:
        out = BytesIO()
        Image.new(mode, (3, 2)).save(out, "PNG")

        assert opened(kept(out.getvalue(), **PNG)).size == (3, 2)

    def test_of_many_greys_keep_them_apart(self) -> None:
        out = BytesIO()
        many = Image.new("I;16", (2, 1))
        many.putpixel((0, 0), 20_000)
        many.putpixel((1, 0), 40_000)
        many.save(out, "PNG")

        told = opened(kept(out.getvalue(), **PNG))

        assert [told.getpixel((x, 0)) for x in (0, 1)] == [77, 155]

    def test_keep_what_is_seen_through(self) -> None:
        out = BytesIO()
        Image.new("RGBA", (3, 2), (0, 0, 255, 0)).save(out, "PNG")

        assert opened(kept(out.getvalue(), **PNG)).getpixel((0, 0))[3] == 0

    def test_that_are_bombs_are_never_unpacked(self) -> None:
        with pytest.raises(rules.PictureTooLarge) as caught:
            kept(examples.a_bomb(), **PNG)

        assert caught.value.figures == {"pixels": 1_600_000_000, "most": 50_000_000}

    @pytest.mark.parametrize("sent", [examples.a_picture()[:-200], b"\xff\xd8\xff" + bytes(50)])
    def test_that_are_damaged_are_refused(self, sent: bytes) -> None:
        with pytest.raises(rules.PictureUnreadable):
            kept(sent, **JPEG)


class TestTypes:
    @pytest.mark.parametrize(
        ("sent", "found"),
        [
            (examples.PROGRAM, "EXE"),
            (b"\x7fELF\x02\x01\x01" + bytes(99), "ELF"),
            (b"#!/bin/sh\necho", "script"),
            (examples.ARCHIVE, "ZIP"),
            (b"Rar!\x1a\x07\x00", "RAR"),
            (b"\x1f\x8b\x08" + bytes(20), "gzip"),
        ],
    )
    def test_of_programs_and_archives_are_named(self, sent: bytes, found: str) -> None:
        with pytest.raises(rules.ProgramOrArchive) as caught:
            kept(sent)

        assert caught.value.figures == {"found": found}

    @pytest.mark.parametrize(
        ("sent", "found"),
        [
            (examples.a_picture("PNG"), "image/png"),
            (b"GIF89a" + bytes(20), "image/gif"),
            (b"<html><script>", "text/html"),
            (b"plain words", "unknown"),
            (b" " + PDF, "unknown"),
        ],
    )
    def test_that_were_not_declared_are_refused(self, sent: bytes, found: str) -> None:
        with pytest.raises(rules.ContentDiffers) as caught:
            kept(sent)

        assert caught.value.figures["declared"] == "application/pdf"
        assert caught.value.figures["found"] in (found, "application/pdf")


def written(*, attached: bool = False) -> bytes:
    """A PDF as another program writes it."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if attached:
        writer.add_attachment("a.exe", b"MZ")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


class TestPdf:
    def test_is_kept_to_the_byte(self) -> None:
        sent = written()

        assert kept(sent) == sent
        assert len(PdfReader(BytesIO(sent)).pages) == 1

    @pytest.mark.parametrize("sent", [PDF[:-8], PDF.replace(b"startxref", b""), b"%PDF-1.7\n"])
    def test_that_is_not_whole_is_refused(self, sent: bytes) -> None:
        with pytest.raises(rules.PdfUnreadable):
            kept(sent)

    def test_that_carries_something_is_refused(self) -> None:
        with pytest.raises(rules.PdfActive):
            kept(written(attached=True))

    @pytest.mark.parametrize("name", [b"/Launch", b"/JavaScript", b"/J#61vaScript", b"/RichMedia"])
    def test_that_acts_is_refused_however_it_is_written(self, name: bytes) -> None:
        with pytest.raises(rules.PdfActive):
            kept(PDF.replace(b"/Type", b"/S " + name + b" /Type"))

    def test_that_packs_it_away_is_refused(self) -> None:
        packed = zlib.compress(b"5 0 << /S /JavaScript /JS (x) >>")
        sent = PDF.replace(
            b"xref\n0", b"2 0 obj << /Type /ObjStm /N 1 >>\nstream\n" + packed + b"\nendstream\nxref\n0", 1
        )
        with pytest.raises(rules.PdfActive):
            kept(sent)

    @pytest.mark.parametrize("packed", [b"not packed at all", zlib.compress(bytes(30_000_000))])
    def test_that_can_not_be_looked_into_is_refused(self, packed: bytes) -> None:
        sent = PDF.replace(
            b"xref\n0", b"2 0 obj << /Type /ObjStm /N 1 >>\nstream\n" + packed + b"\nendstream\nxref\n0", 1
        )
        with pytest.raises(rules.PdfUnreadable):
            kept(sent)

    def test_with_a_like_name_is_kept(self) -> None:
        sent: bytes = PDF.replace(b"/Type", b"/Launcher 1 /Type")
        assert kept(sent) == sent


def test_every_reason_has_both_languages() -> None:
    for one in rules.REFUSALS.values():
        assert issubclass(one, errors.Invalid)
        assert one.zh != one.en
