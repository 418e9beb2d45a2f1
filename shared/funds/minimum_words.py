"""Why so much is required of a school, in words."""

from shared.funds.minimum_model import Formula
from shared.kernel import money


def explained(formula: Formula, *, language: str) -> str:
    """Why so much is required, in one sentence."""
    floor, required = money.text(formula.floor_fen), money.text(formula.required_fen)
    if not formula.first_month:
        return (
            f"A new school of its size keeps {floor}." if language == "en" else f"新登记机构按规模下限核定：{floor}。"
        )
    receipts, share = money.text(formula.receipts_fen), money.text(formula.share_fen)
    months = f"{formula.first_month}…{formula.last_month}"
    if language == "en":
        return (
            f"The larger of the floor by size, {floor}, and {formula.percent}% of the receipts of {months}, "
            f"{receipts} × {formula.percent}% = {share}: {required}."
        )
    return f"按规模下限 {floor} 与 {months} 收费总额 {receipts} 的{formula.percent}%（{share}）孰高核定：{required}。"
