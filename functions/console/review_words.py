"""The words of the rooms of reviews and of private payment."""

from collections.abc import Mapping

from functions.console.words import Both
from shared.reviews import model

DIMENSIONS = model.DIMENSION_NAMES
MARKS = model.MARK_NAMES
CHANGES = model.CHANGE_NAMES
REPORTS = model.REPORT_NAMES

DECISIONS: Mapping[str, Both] = {
    "hide": ("隐藏，理由公开展示", "Hide it; the reason is public"),
    "restore": ("恢复展示", "Show it again"),
    "keep": ("核查后保留，不作处理", "Looked at: it stays as it is"),
    "clear": ("恢复全部权重，不再降低", "Let it count in full, for good"),
}

REPORT_LEVELS: Mapping[model.ReportStatus, str] = {
    model.ReportStatus.NEW: "red",
    model.ReportStatus.LOOKED_AT: "yellow",
    model.ReportStatus.UPHELD: "red",
    model.ReportStatus.DISMISSED: "grey",
}

DONE: Mapping[str, Both] = {
    "hide": ("已隐藏，公众看到隐藏理由。", "Hidden; the public reads why."),
    "restore": ("已恢复展示。", "Shown again."),
    "keep": ("已记录，评价保留。", "Kept; the reason is on record."),
    "clear": ("已恢复全部权重。", "It counts in full again."),
    "looked_at": ("已记录，核查中。", "On record: it is being looked at."),
    "upheld": ("已认定属实。", "Upheld."),
    "dismissed": ("已认定不属实。", "Dismissed."),
}


def who(subject: str) -> Both:
    """What somebody who signed in is, by the kind of the id."""
    return ("监护人", "A guardian") if subject.startswith("grd_") else ("机构用户", "A school's user")


def hundredths(told: int | None) -> str:
    """A rating as people read it: 437 -> '4.37'."""
    return "–" if told is None else f"{told // 100}.{told % 100:02d}"
