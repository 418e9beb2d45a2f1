"""A school's plaque (牌匾): an A4 page to hang on its wall, and its QR code alone as SVG."""

import io
from datetime import datetime

from functions.documents import qr
from functions.documents.lettering import INK, Colour, Lettering
from functions.edge.settings import settings
from shared.institutions.model import Institution
from shared.kernel import clock
from shared.listings.model import Plaque
from shared.policy.file import record

CONTENT_TYPE = "application/pdf"

_BLUE: Colour = (11, 58, 126)
_MUTED: Colour = (85, 96, 110)
_CODE_MM, _TOP_MM = 96.0, 92.0
_MOST_PLACES = 3
_LINE = 1.35  # of a line's size


def address(plaque: Plaque) -> str:
    """What the code says: the page that tells whether the school is legal."""
    return f"{settings().public_url}/verify/{plaque.plaque_id}"


def svg(plaque: Plaque) -> str:
    """The code alone."""
    out = io.BytesIO()
    qr.code(address(plaque)).save(out, kind="svg", scale=8, border=qr.QUIET)
    return out.getvalue().decode()


def pdf(plaque: Plaque, school: Institution) -> bytes:
    """The page; the same plaque of the same school gives the same bytes."""
    from fpdf import FPDF

    page = FPDF("portrait", "mm", "A4")
    letters = Lettering(page)
    page.set_auto_page_break(False)
    page.set_title(f"{school.name} 牌匾")
    page.set_lang("zh-CN")
    page.set_creation_date(plaque.issued_at)
    page.add_page()
    page.set_draw_color(*_BLUE)
    page.set_line_width(1.6)
    page.rect(10, 10, page.w - 20, page.h - 20)
    y = _centred(letters, page.w, 34, "培训机构办学公示牌", 26, _BLUE, bold=True)
    y = _centred(letters, page.w, y + 1, "Licensed training institution", 12, _MUTED)
    y = _centred(letters, page.w, y + 8, school.name, 21, INK, bold=True)
    for campus in school.campuses[:_MOST_PLACES]:
        y = _centred(letters, page.w, y, campus.address, 11, INK)
    qr.draw(page, address(plaque), left=(page.w - _CODE_MM) / 2, top=_TOP_MM, size=_CODE_MM)
    y = _centred(letters, page.w, _TOP_MM + _CODE_MM + 12, "扫码查验：本机构今日是否合法", 17, _BLUE, bold=True)
    y = _centred(letters, page.w, y, "Scan to check whether this institution is legal today", 11, _MUTED)
    for text in (f"统一社会信用代码 {school.credit_code}", f"办学许可证 {school.licence_no}"):
        y = _centred(letters, page.w, y + 2, text, 12, INK)
    told = "查验页的名称、地址须与此处一致；查不到的，请勿缴费。"
    y = _centred(letters, page.w, y + 4, told, 11, INK)
    told = "The page must name this institution and this place; if it doesn't, don't pay."
    y = _centred(letters, page.w, y, told, 9, _MUTED)
    foot = f"{record()['authority']['name']}　{_day(plaque.issued_at)}签发　{plaque.plaque_id}"
    _centred(letters, page.w, page.h - 20, foot, 9, _MUTED)
    return bytes(page.output())


def _centred(
    letters: Lettering, width: float, y: float, text: str, size: float, colour: Colour, *, bold: bool = False
) -> float:
    """Write a text in the middle, on as many lines as it needs; the baseline of what comes next."""
    for line in letters.wrapped(letters.shown(text), size, width - 40):
        letters.put((width - letters.width(line, size)) / 2, y, line, size=size, colour=colour, bold=bold)
        y += size * 25.4 / 72 * _LINE
    return y


def _day(moment: datetime) -> str:
    return clock.business_day(moment).isoformat()
