"""A decision on a filing as a document, with its number."""

from collections.abc import Callable

from functions.documents.model import Column, Document, Kind, Table
from shared.filings import catalogue, workflows
from shared.filings.model import Case, Filing, Outcome
from shared.kernel import clock
from shared.policy.file import record

Said = Callable[[str, str], str]
"""Chinese or English, as the document is."""

TITLES = {
    Filing.APPLICATION: ("设立申请审批决定书", "Decision on an application"),
    Filing.CHANGE: ("变更审批决定书", "Decision on a change"),
    Filing.ANNUAL_INSPECTION: ("年度检查结论书", "Result of an annual inspection"),
}
OUTCOMES = {
    Outcome.PASS: ("通过", "Passed"),
    Outcome.CONDITIONAL: ("整改后通过", "Passed under conditions"),
    Outcome.FAIL: ("不通过", "Not passed"),
}


def title_of(number: str) -> str:
    """A decision's number as it stands on paper: 临教审〔2026〕0007号."""
    year, _, count = number.partition("-")
    return f"{record()['authority']['decision_prefix']}〔{year}〕{count}号"


def of(case: Case, *, credit_code: str, language: str) -> Document:
    """The document of a case that is decided."""
    decision = case.decision
    assert decision is not None

    def t(zh: str, en: str) -> str:
        return en if language == "en" else zh

    return Document(
        name=f"{t('决定书', 'decision')}-{decision.number}",
        title=f"{t(*TITLES[case.filing])} {title_of(decision.number)}",
        language=language,
        figures=[],
        facts=[
            (t("机构", "Institution"), case.subject),
            (t("信用代码", "Credit code"), credit_code),
            (t("决定", "Decision"), t(*OUTCOMES[decision.outcome])),
            (t("理由", "Reason"), decision.reason),
            (t("现场核查", "Site visit"), _visit(case, t)),
            (t("签发机关", "Issued by"), record()["authority"]["name"]),
            (t("决定日期", "Decided on"), str(clock.business_day(decision.at))),
        ],
        tables=[_materials(case, t, english=language == "en"), *([_findings(case, t)] if case.findings else [])],
        notes=[
            t(
                "不服本决定的，可在公示期内提出异议，或依法申请行政复议。",
                "Whoever disagrees may object while it is public, or ask for an administrative review by law.",
            )
        ],
        made_at=decision.at,
        foot=t(
            "惠服务 · 本决定书以审批机关的登记为准，可按编号查验。",
            "Hui Service · the authority's record prevails; it can be looked up by its number.",
        ),
    )


def _materials(case: Case, t: Said, *, english: bool) -> Table:
    asked = catalogue.get(case.catalogue_version, case.filing, case.institution_type)
    rows = [
        [item.names[english], ref.name, ref.sha256[:16], case.materials[item.code].expires_on]
        for item in asked.items
        if item.code in case.materials
        for ref in case.materials[item.code].files
    ]
    columns = [
        Column(t("材料", "Material"), Kind.TEXT, 50),
        Column(t("文件", "File"), Kind.TEXT, 50),
        Column(t("文件摘要", "SHA-256, the beginning"), Kind.TEXT, 36),
        Column(t("有效期至", "Valid until"), Kind.DAY, 24),
    ]
    return Table(t("审核材料", "Materials looked at"), columns, rows, empty=t("没有材料", "No material"))


def _findings(case: Case, t: Said) -> Table:
    columns = [
        Column(t("问题", "Finding"), Kind.TEXT, 90),
        Column(t("整改期限", "To be put right by"), Kind.DAY, 30),
        Column(t("整改完毕", "Put right"), Kind.MOMENT, 34),
    ]
    rows = [[one.text, one.due_on, one.closed_at] for one in case.findings]
    return Table(t("现场核查问题", "Findings of the site visit"), columns, rows)


def _visit(case: Case, t: Said) -> str:
    if not case.visit:
        return t("未进行现场核查", "No site visit")
    checklist = workflows.get(case.workflow_version).checklist
    good = sum(case.visit.checked.get(line.code, False) for line in checklist)
    return f"{case.visit.on} · {t('符合', 'met')} {good}/{len(checklist)}"
