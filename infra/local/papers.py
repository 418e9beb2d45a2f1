"""What schools of the demonstration hand in: papers and pictures, each with its own title and content. None is real."""

import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from functions.documents.lettering import FONT
from infra.local.scanner_simulator import EICAR
from shared.institutions.model import Institution

PAGE, _MARGIN, _LINE, _PER_LINE = (620, 877), 64, 42, 23
_INK, _GREY, _RED = (35, 39, 47), (140, 146, 156), (196, 38, 32)
_NOT_REAL = "演示样张，非真实证照 SYNTHETIC, FOR DEMONSTRATION"

WRITTEN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "business_licence": (
        "营业执照",
        (
            "名称：{name}",
            "统一社会信用代码：{code}",
            "类型：有限责任公司",
            "法定代表人：{head}",
            "住所：{place}",
            "经营范围：面向中小学生的校外非学科类培训",
        ),
    ),
    "registration_certificate": (
        "民办非企业单位登记证书",
        (
            "名称：{name}",
            "统一社会信用代码：{code}",
            "法定代表人：{head}",
            "住所：{place}",
            "业务主管单位：临淄区教育和体育局",
        ),
    ),
    "school_licence": (
        "办学许可证",
        (
            "名称：{name}",
            "许可证号：{licence}",
            "举办者：{head}",
            "地址：{place}",
            "办学内容：非学科类培训",
            "发证机关：临淄区教育和体育局",
        ),
    ),
    "founder_identity": (
        "举办者身份证明",
        ("姓名：{head}", "公民身份号码：370305********1234", "签发机关：临淄公安分局（演示，已遮盖）"),
    ),
    "premises_proof": (
        "场地租赁合同",
        (
            "出租方：临淄示例置业有限公司",
            "承租方：{name}",
            "坐落：{place}",
            "建筑面积：320 平方米",
            "租期：2026年7月1日至2029年6月30日",
        ),
    ),
    "floor_plan": (
        "场地平面图",
        (
            "机构：{name}",
            "坐落：{place}",
            "教室一 60平方米，教室二 54平方米，教室三 48平方米",
            "疏散通道两处，宽 1.4 米；监控点位 4 个",
        ),
    ),
    "fire_inspection": (
        "消防验收意见书",
        (
            "单位：{name}",
            "地址：{place}",
            "文号：临消验字〔2026〕第0118号",
            "结论：消防验收合格",
            "有效期至：2027年12月31日",
        ),
    ),
    "capital_proof": (
        "银行存款证明",
        ("户名：{name}", "开户行：中国银行临淄支行", "币种及金额：人民币 500,000.00 元", "用途：开办资金"),
    ),
    "teacher_list": (
        "从业人员名册",
        (
            "机构：{name}",
            "1 文示例，教师资格证，专职",
            "2 史示例，教师资格证，专职",
            "3 季示例，后勤",
            "承诺：无在职中小学教师",
        ),
    ),
    "liability_insurance": (
        "场所责任保险单",
        (
            "被保险人：{name}",
            "承保地点：{place}",
            "每次事故赔偿限额：人民币 2,000,000 元",
            "保险期间：2026年1月1日至2027年12月31日",
        ),
    ),
    "charge_rules": (
        "收退费管理办法",
        (
            "机构：{name}",
            "一、一次收费不超过60课时和5000元。",
            "二、学费全部进入银行监管账户。",
            "三、未上的课按剩余课时退费，原路退回。",
        ),
    ),
    "annual_accounts": (
        "上年度财务审计报告",
        ("被审计单位：{name}", "审计机构：淄博示例会计师事务所", "意见：财务报表公允反映", "预收费全部存放于监管账户"),
    ),
    "founder_resolution": (
        "举办者变更决议",
        ("机构：{name}", "决议：举办者由 {head} 变更为 莒示例", "全体举办者签字：{head}、莒示例"),
    ),
    "charter": ("章程", ("机构：{name}", "第一条 举办者：{head}", "第二条 办学范围：非学科类培训")),
}
"""What stands in a paper, by the catalogue's item. `{head}` is the legal representative, `{place}` the address."""


@dataclass(frozen=True)
class Holder:
    """Whose papers they are."""

    name: str
    code: str
    head: str
    place: str
    licence: str = ""

    @classmethod
    def of(cls, school: Institution) -> "Holder":
        """A school of the district."""
        place = school.campuses[0].address
        return cls(school.name, school.credit_code, school.legal_representative, place, school.licence_no)


@dataclass(frozen=True)
class Paper:
    """A paper for an item of the catalogue. `code` is the item; papers of one `name` are one file."""

    code: str
    name: str
    content: bytes


def paper(code: str, holder: Holder, of: str, *, differs: Iterable[str] = (), sealed: bool = True) -> Paper:
    """A school's paper for an item, named by what it is `of` (its filing); lines in `differs` stand for those alike.

    A line stands for the one that begins the same, up to the colon.
    """
    title, lines = WRITTEN[code]
    changed = {line.partition("：")[0]: line for line in differs}
    told = [changed.get(line.partition("：")[0], line).format(**vars(holder)) for line in lines]
    return Paper(code, f"{title}（{of}）.pdf", scanned(title, told, seal=holder.name if sealed else ""))


def volume(codes: Iterable[str], holder: Holder, of: str) -> list[Paper]:
    """One bound volume of a school, which holds what several items ask for."""
    told = list(codes)
    contents = [f"{number} {WRITTEN[code][0]}" for number, code in enumerate(told, 1)]
    content = scanned("材料合订本", [f"机构：{holder.name}", f"申报：{of}", *contents], seal=holder.name)
    return [Paper(code, f"材料合订本（{of}）.pdf", content) for code in told]


def scanned(title: str, lines: Iterable[str], *, seal: str = "") -> bytes:
    """A PDF of one page, as a scanner makes it: a title, what is written, and a red seal. Always the same bytes."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", PAGE, (251, 250, 246))
    drawn = ImageDraw.Draw(page)
    width, height = PAGE
    drawn.rectangle((24, 24, width - 24, height - 24), outline=_GREY, width=2)
    drawn.text((width // 2, 110), title, font=_font(34), fill=_INK, anchor="mm")
    y = 190
    for line in (part for one in lines for part in _wrapped(one)):
        drawn.text((_MARGIN, y), line, font=_font(21), fill=_INK)
        y += _LINE
    if seal:
        drawn.ellipse((width - 236, height - 266, width - 76, height - 106), outline=_RED, width=4)
        drawn.text((width - 156, height - 196), seal[:7], font=_font(19), fill=_RED, anchor="mm")
        drawn.text((width - 156, height - 166), f"{seal[7:14]}", font=_font(19), fill=_RED, anchor="mm")
    drawn.text((width // 2, height - 52), _NOT_REAL, font=_font(15), fill=_GREY, anchor="mm")
    made, out = time.gmtime(0), BytesIO()
    page.save(out, "PDF", resolution=75, title=title, creationDate=made, modDate=made)
    return out.getvalue()


def malicious(paper: bytes) -> bytes:
    """A paper with the test string of the malware scanners in it, which does nothing."""
    return paper + b"% " + EICAR + b"\n%%EOF\n"


def photo(caption: str) -> bytes:
    """A picture of what the caption says, as a phone writes it: with the place where it was taken."""
    from PIL import Image, ImageDraw

    shade = hashlib.sha256(caption.encode()).digest()
    picture = Image.new("RGB", (640, 480), (216 + shade[0] % 32, 222 + shade[1] % 28, 232 + shade[2] % 20))
    drawn = ImageDraw.Draw(picture)
    drawn.rectangle((0, 330, 640, 480), fill="#c9a66b")
    left = 40 + shade[3] % 80
    drawn.rectangle((left, 60, left + 200, 230), fill="#9cc3e6", outline="#ffffff", width=8)
    drawn.rectangle((380, 120, 580, 330), fill=(40, 80 + shade[4] % 60, 80), outline="#7a5230", width=10)
    drawn.text((320, 420), caption, font=_font(30), fill=_INK, anchor="mm")
    noted = Image.Exif()
    noted.get_ifd(0x8825).update({1: "N", 2: (36.0, 49.0, 12.0), 3: "E", 4: (118.0, 18.0, 36.0)})
    out = BytesIO()
    picture.save(out, "JPEG", exif=noted)
    return out.getvalue()


def _wrapped(line: str) -> list[str]:
    return [line[at : at + _PER_LINE] for at in range(0, len(line), _PER_LINE)] or [""]


@cache
def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONT), size)
