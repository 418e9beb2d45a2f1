"""A receipt (收据) of what came in for an enrolment, with a QR code that leads to the page that says it is genuine."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.documents.model import Cell, Column, Document, Kind, Table
from functions.edge.settings import settings
from shared.funds.receipts import Receipt, Received
from shared.institutions.model import Institution

STATES = {False: ("已入监管账户", "In the supervised account"), True: ("已被银行冲正", "Reversed by the bank")}
"""How a deposit stands, by whether the bank has taken it back."""


def address(receipt: Receipt) -> str:
    """What the code says: the page that tells whether the receipt is genuine."""
    return f"{settings().public_url}/verify/receipt/{receipt.code}"


def of(
    receipt: Receipt, school: Institution, terms: Mapping[str, Any], *, student: str, language: str, now: datetime
) -> Document:
    """The receipt as it is now. `student` is the child's name, for who may know it; else empty."""
    account = receipt.account

    def t(zh: str, en: str) -> str:
        return en if language == "en" else zh

    def row(one: Received) -> list[Cell]:
        state = t(*STATES[one.reversed_on is not None])
        return [one.bank_reference, one.day, f"{state} {one.reversed_on or ''}".strip(), one.amount_fen]

    columns = [
        Column(t("银行流水", "Bank reference"), Kind.TEXT, 62),
        Column(t("入账日", "Day"), Kind.DAY, 28),
        Column(t("状态", "State"), Kind.TEXT, 56),
        Column(t("金额（元）", "Amount (yuan)"), Kind.YUAN, 36),
    ]
    total: list[Cell] = [t("合计（不含已冲正）", "Total, without what is reversed"), None, "", receipt.total_fen]
    return Document(
        name=f"{t('收据', 'receipt')}-{account.payment_reference[-8:]}",
        title=t("预收培训费收据", "Receipt for prepaid tuition"),
        language=language,
        figures=[(t("收款合计", "Received"), receipt.total_fen), (t("合同价款", "Price"), account.price_fen)],
        facts=[
            (t("收款机构", "School"), terms["institution"]),
            (t("信用代码", "Credit code"), school.credit_code),
            (t("课程班级", "Class"), f"{terms['course']} · {terms['class']}"),
            (t("学员", "Student"), student or t("不显示", "not shown")),
            (t("报名编号", "Enrolment"), account.payment_reference),
            (t("监管账户", "Account"), account.account_no),
        ],
        tables=[Table(t("入账", "Deposits"), columns, [row(one) for one in receipt.deposits], total)],
        notes=[
            t(
                "本收据证明上列款项已进入银行监管账户，不是发票；退费另见对账单。",
                "It shows that this money came into the bank's supervised account. It is no invoice. Refunds: see the "
                "statement.",
            )
        ],
        made_at=now,
        code=(address(receipt), t("扫码查验真伪", "Scan to check that it is genuine")),
    )
