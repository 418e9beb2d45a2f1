"""The service contract (服务合同) of an enrolment, as both sides accepted it: the same whatever changes later."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from functions.console import policy_words, words
from functions.documents.model import Cell, Column, Document, Kind, Table
from functions.edge.sold import Sold
from shared.funds.model import EnrolmentAccount
from shared.kernel import clock, money
from shared.mall.model import weekly_in_english
from shared.mall.transfer_model import Transfer

Said = Callable[[str, str], str]

SECTIONS = ("charge", "teaching", "refunds")
"""The sections of the policy whose figures an enrolment is held to."""

_TERMS: Mapping[str, words.Both] = {
    "course": ("课程", "Course"),
    "category": ("类别", "Category"),
    "summary": ("简介", "Summary"),
    "content": ("培训内容", "What is taught"),
    "mode": ("授课方式", "Where it is taught"),
    "age_from": ("适用年龄自", "From the age of"),
    "age_to": ("适用年龄至", "To the age of"),
    "price_fen": ("培训费总额", "Price of all lessons"),
    "lessons": ("课时数", "Lessons"),
    "minutes_per_lesson": ("每课时", "A lesson lasts"),
    "class": ("班级", "Class"),
    "class_number": ("班号", "Class number"),
    "teacher": ("授课教师", "Teacher"),
    "room": ("教室", "Room"),
    "times": ("上课时间", "Weekly times"),
    "sessions": ("每次课", "Every session"),
    "starts_on": ("开课日期", "First day"),
    "ends_on": ("结课日期", "Last day"),
    "seats": ("班额", "Most students"),
    "minimum_students": ("最低开班人数", "Students needed to open"),
    "full_refund_days": ("全额退费", "Full refund"),
    "supervision": ("预收费监管方式", "How the money is supervised"),
}
"""The facts of the terms in the order of a contract. One that isn't here stands at the end, under its own name."""

_COUNTED: Mapping[str, words.Both] = {
    "age_from": ("{} 岁", "{} years"),
    "age_to": ("{} 岁", "{} years"),
    "lessons": ("{} 课时", "{} lessons"),
    "minutes_per_lesson": ("{} 分钟", "{} minutes"),
    "seats": ("{} 人", "{} students"),
    "minimum_students": ("{} 人", "{} students"),
    "full_refund_days": ("开课前 {} 日或更早提出", "asked for {} days before the start or earlier"),
}
"""What the numbers of the terms count."""

_TIMES = ("times", "sessions")

_SAID: Mapping[tuple[str, str], words.Both] = {
    ("mode", "on_site"): ("线下", "On site"),
    ("mode", "online"): ("线上", "Online"),
    ("supervision", "bank_custody"): ("银行托管", "Held by the bank"),
    **{("category", code): said for code, said in words.CATEGORY_NAMES.items()},
}


def of(sold: Sold, *, student: str, language: str) -> Document:
    """The contract. `student` is the child's name, for who may know it; else empty."""
    account = sold.account

    def t(zh: str, en: str) -> str:
        return en if language == "en" else zh

    return Document(
        name=f"{t('服务合同', 'contract')}-{account.payment_reference[-8:]}",
        title=t("校外培训服务合同", "Service contract for training outside school"),
        language=language,
        figures=[(t("培训费总额", "Price"), account.price_fen)],
        facts=[
            (t("甲方（机构）", "School"), sold.terms["institution"]),
            (t("乙方（监护人）", "Guardian"), _guardian(account, t)),
            (t("信用代码", "Credit code"), sold.credit_code),
            (t("学员", "Student"), student or t("不显示", "not shown")),
            (t("办学许可证", "Licence"), sold.licence_no),
            (t("合同编号", "Contract"), account.payment_reference),
            (t("监管账户", "Account"), account.account_no),
            (t("规则版本", "Rules of"), account.policy_version),
        ],
        tables=[_terms(sold, t), _rules(sold, t, language), _acceptance(sold, t), *_amendments(sold, t)],
        notes=[_how_to_check(t)],
        made_at=account.made_at,
        foot=t(
            "惠服务 · 按报名时双方接受的条款出具，此后只有双方同意的补充约定可以变更。",
            "Hui Service · as both sides accepted it at the sale; only an amendment that both accept alters it.",
        ),
    )


def _terms(sold: Sold, t: Said) -> Table:
    told = {key: value for key, value in sold.terms.items() if key != "institution"}
    known = [key for key in _TERMS if key in told]
    others = sorted(told.keys() - _TERMS.keys())
    rows: list[list[Cell]] = [[t(*_TERMS.get(key, (key, key))), _term(key, told[key], t)] for key in [*known, *others]]
    columns = [Column(t("约定事项", "Term"), Kind.TEXT, 42), Column(t("内容", "As accepted"), Kind.TEXT, 140)]
    return Table(t("一、双方接受的条款", "1. The terms that both sides accepted"), columns, rows)


def _term(key: str, value: Any, t: Said) -> str:
    if key.endswith("_fen"):
        return money.text(value)
    if key in _COUNTED:
        return t(*_COUNTED[key]).format(value)
    if key in _TIMES:
        return t(str(value), weekly_in_english(str(value)))
    said = _SAID.get((key, str(value)))
    return t(*said) if said else str(value)


def _guardian(account: EnrolmentAccount, t: Said) -> str:
    """A guardian signs in by WeChat and gives no name: none is kept, so none can be told."""
    ending = account.guardian_id[-6:]
    return t(
        f"微信登录的监护人，账号尾号 {ending}（本系统不登记姓名）",
        f"signed in by WeChat, account ending {ending} (no name is kept)",
    )


def _rules(sold: Sold, t: Said, language: str) -> Table:
    figures = [one for section in SECTIONS for one in sold.policy.figures if one.section == section]
    rows: list[list[Cell]] = [
        [t(one.note_zh, one.note_en), policy_words.amount(one, language), t(*words.SOURCES[one.source])]
        for one in figures
    ]
    columns = [
        Column(t("规则", "Rule"), Kind.TEXT, 110),
        Column(t("数值", "Figure"), Kind.RATE, 30),
        Column(t("来源", "Source"), Kind.TEXT, 42),
    ]
    title = t("二、报名时的收费、确认与退费规则", "2. The rules of charges, confirmation and refunds at the sale")
    return Table(f"{title} · {sold.policy.version}", columns, rows)


def _acceptance(sold: Sold, t: Said) -> Table:
    account = sold.account
    published = _moment(sold.published_at) if sold.published_at else ""
    before = t("不晚于监护人接受之时", "not later than the guardian's acceptance")
    accepted = _moment(account.made_at)
    rows: list[list[Cell]] = [
        [t("甲方接受", "The school"), t("公开发布本条款：", "published these terms: ") + (published or before)],
        [
            t("乙方接受", "The guardian"),
            f"{accepted} · "
            + t("报名时确认本条款指纹，账号尾号 ", "enrolled under this hash, account ending ")
            + account.guardian_id[-6:],
        ],
        [t("监护人同意", "Consent"), _consent(account.consent_version, t)],
        [t("条款指纹 SHA-256", "SHA-256 of the terms"), sold.terms_hash],
    ]
    columns = [Column(t("一方", "Who"), Kind.TEXT, 42), Column(t("接受", "Acceptance"), Kind.TEXT, 140)]
    return Table(t("三、双方确认", "3. Acceptance"), columns, rows)


def _amendments(sold: Sold, t: Said) -> list[Table]:
    """Each transfer that both sides accepted, under the hash of the new class's terms; none where there is none."""
    columns = [
        Column(t("事项", "What"), Kind.TEXT, 42),
        Column(t("双方同意", "As both sides accepted"), Kind.TEXT, 140),
    ]
    title = t("补充约定（转班）", "Amendment (transfer)")
    return [
        Table(f"{number}{t('、', '. ')}{title} {one.number}", columns, _amended(one, t))
        for number, one in zip(t("四五六七八九", "456789"), sold.amendments, strict=False)
    ]


def _amended(one: Transfer, t: Said) -> list[list[Cell]]:
    sides = (t("乙方（监护人）", "The guardian"), t("甲方（机构）", "The school"))
    first, second = sides if one.opened_by == one.guardian_id else sides[::-1]
    assert one.answered_at is not None
    return [
        [t("转班", "Transfer"), f"{one.from_class} → {one.to_class}"],
        [
            t("课时", "Lessons"),
            t(
                f"余下 {one.lessons} 课时，自第 {one.first_session} 次课起",
                f"{one.lessons} left, from session {one.first_session} on",
            ),
        ],
        [t("价款", "Price"), t("不变", "the same")],
        [t("提出", "Begun by"), f"{first} {_moment(one.opened_at)}"],
        [t("同意", "Accepted by"), f"{second} {_moment(one.answered_at)}"],
        [t("原条款指纹", "Hash of the terms before"), one.from_terms],
        [t("新条款指纹 SHA-256", "SHA-256 of the new terms"), one.to_terms],
    ]


def _moment(at: datetime) -> str:
    return clock.shown(at)[:19].replace("T", " ")


def _consent(version: str, t: Said) -> str:
    """To which text the guardian's consent stood at the sale."""
    if not version:
        return t("报名时未记录", "not noted at the sale")
    return t(f"儿童个人信息处理告知书，第 {version} 版", f"to the use of the child's data, version {version}")


def _how_to_check(t: Said) -> str:
    return t(
        "核对方法：取 GET /v1/enrolments/{编号} 的 terms，按键名排序、不留空格写成一行 JSON（UTF-8，中文不转义），"
        "其 SHA-256 应与上列指纹相同；一字之差，指纹即不同。时间为北京时间。",
        "To check: write `terms` of GET /v1/enrolments/{id} as one line of JSON, its keys sorted, without spaces, in "
        "UTF-8 without escapes; its SHA-256 is the hash above. One letter changed gives another. Times are Beijing's.",
    )
