"""What is in a file: its real type by its first bytes, and what of it is kept.

A picture is opened and written anew, so nothing but its pixels is kept: no place, no camera, no hidden parts. A PDF is
kept as it is, after a look at its structure: that is a sieve, no proof. What can hide in one is the scanner's to find.
"""

import re
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from shared.materials import rules
from shared.materials.limits import Limits
from shared.materials.model import KeptFile

if TYPE_CHECKING:
    from PIL import Image

PDF = "application/pdf"
_PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_STARTS = {
    PDF: rb"%PDF-[12]\.[0-9]",
    "image/jpeg": rb"\xff\xd8\xff",
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/webp": rb"RIFF....WEBP",
}
_NEVER_TAKEN = {
    b"MZ": "EXE",
    b"\x7fELF": "ELF",
    b"\xcf\xfa\xed\xfe": "Mach-O",
    b"\xca\xfe\xba\xbe": "Mach-O / Java",
    b"#!": "script",
    b"PK\x03\x04": "ZIP",
    b"Rar!": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}
_JPEG_QUALITY = 92
_END_OF_A_PDF_BYTES = 1024
_ACTIVE = re.compile(rb"/(Launch|JavaScript|EmbeddedFiles?|RichMedia)(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_PACKED = re.compile(rb"/ObjStm\b[^>]{0,400}>>\s*stream\r?\n", re.DOTALL)
_MOST_UNPACKED_BYTES = 20 * 1024 * 1024


def kept(file: KeptFile, content: bytes, *, limits: Limits) -> bytes:
    """What is kept of a file's content.

    Raises ContentDiffers, ProgramOrArchive, PictureTooLarge, PictureUnreadable, PdfUnreadable, PdfActive.
    """
    _check_type(file.content_type, content)
    if file.content_type == PDF:
        _check_pdf(content)
        return content
    return _written_anew(content, _PICTURES[file.content_type], most_pixels=limits.picture_max_pixels)


def _check_type(declared: str, content: bytes) -> None:
    if re.match(_STARTS[declared], content, re.DOTALL):
        return
    for start, name in _NEVER_TAKEN.items():
        if content.startswith(start):
            raise rules.ProgramOrArchive(found=name)
    raise rules.ContentDiffers(declared=declared, found=_found(content))


def _found(content: bytes) -> str:
    """A name for what the first bytes are, the type's where they say it."""
    import puremagic

    for name, start in _STARTS.items():
        if re.match(start, content, re.DOTALL):
            return name
    try:
        return puremagic.magic_string(content[:4096])[0].mime_type or "unknown"
    except puremagic.PureError:
        return "unknown"


def _written_anew(content: bytes, form: str, *, most_pixels: int) -> bytes:
    """A picture of the same form with the same pixels and nothing else; upright, as its camera noted it."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, and is judged here before anything is unpacked
    try:
        with Image.open(BytesIO(content), formats=(form,)) as sent:
            pixels = sent.width * sent.height
            if pixels > most_pixels:
                raise rules.PictureTooLarge(pixels=pixels, most=most_pixels)
            clean = _plain(ImageOps.exif_transpose(sent), form)
            out = BytesIO()
            clean.save(out, form, **({"quality": _JPEG_QUALITY} if form != "PNG" else {}))
    except rules.PictureTooLarge:
        raise
    except Exception as error:  # whatever a decoder stumbles over, it is the picture that is at fault
        raise rules.PictureUnreadable() from error
    return out.getvalue()


def _plain(picture: "Image.Image", form: str) -> "Image.Image":
    """In colours that every reader knows, and without a word beside the pixels."""
    see_through = form != "JPEG" and picture.has_transparency_data
    wanted = "RGBA" if see_through else "L" if picture.mode in ("1", "L", "I;16") else "RGB"
    if picture.mode == "I;16":  # 65,536 greys; Pillow would cut off all but the darkest 256
        picture = picture.point(lambda grey: grey * (1 / 257))
    plain = picture.convert(wanted) if picture.mode != wanted else picture.copy()
    plain.info.clear()
    return plain


def _check_pdf(content: bytes) -> None:
    """Whole from its header to its end, nothing in it that runs or is attached. Raises PdfUnreadable, PdfActive."""
    if b"startxref" not in content or b"%%EOF" not in content[-_END_OF_A_PDF_BYTES:]:
        raise rules.PdfUnreadable()
    for part in (content, *_unpacked(content)):
        found = _ACTIVE.search(_ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), part))
        if found is not None:
            raise rules.PdfActive(found=found[0].decode())


def _unpacked(content: bytes) -> list[bytes]:
    """What is in a PDF's packed objects. One that can't be unpacked, or is a bomb, can't be looked into."""
    found = []
    left = _MOST_UNPACKED_BYTES
    for packed in _PACKED.finditer(content):
        try:
            one = zlib.decompressobj().decompress(content[packed.end() :], left)
        except zlib.error:
            raise rules.PdfUnreadable() from None
        left -= len(one)
        if left <= 0:
            raise rules.PdfUnreadable()
        found.append(one)
    return found
