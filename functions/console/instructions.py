"""What the bank is instructed to pay (付款指令) on a business day: how much of each kind, and as a pain.001 file."""

from collections.abc import Sequence
from datetime import date

from chalice.app import Blueprint

from functions.console import periods, roles, words
from functions.console.pages import Download, NoSuchPage, Shown, Visit, page
from functions.documents import instruction_files
from shared.funds import instructions
from shared.funds.instructions import Instruction, InstructionKind
from shared.institutions import store as institutions
from shared.kernel import clock, errors

blueprint = Blueprint(__name__)

KINDS: dict[InstructionKind, words.Both] = {
    InstructionKind.PAYOUT: ("划拨", "Payouts"),
    InstructionKind.REFUND: ("退费", "Refunds"),
    InstructionKind.SUSPENSE_RETURN: ("待查款退回", "Returns of suspense"),
    InstructionKind.MINIMUM_WITHDRAWAL: ("最低余额支取", "Withdrawals from minimum balances"),
}


class NothingInstructed(errors.Missing):
    code = "nothing_instructed"
    zh = "{day} 没有这一类付款指令。"
    en = "Nothing of this kind is instructed for {day}."


@page(blueprint, "/console/instructions", who=roles.MONEY)
def show_instructions(visit: Visit) -> Shown:
    """The instructions of a day, today unless the query says another, by kind."""
    today = clock.business_day(visit.now)
    sentence = ""
    try:
        day = periods.day(visit, "day") or today
    except periods.DayUnreadable as refusal:
        day, sentence = today, refusal.sentence(visit.language)
    found = instructions.list_of_day(institutions.list_ids(), day)
    told = {
        "day": day,
        "today": today,
        "sentence": sentence,
        "kinds": [(kind, names, _of(found, kind)) for kind, names in KINDS.items()],
    }
    return Shown("instructions.html", told, 422 if sentence else 200)


@page(blueprint, "/console/instructions/{day}/{kind}/pain.001.xml", who=roles.MONEY)
def download_instructions(visit: Visit) -> Download:
    """The file of one day and kind, for a bank that takes files. Raises NoSuchPage, NothingInstructed."""
    day, kind = _day(visit.path["day"]), _kind(visit.path["kind"])
    found = _of(instructions.list_of_day(institutions.list_ids(), day), kind)
    if not found:
        raise NothingInstructed(day=day.isoformat())
    schools = institutions.get_many([one.institution_id for one in found])
    content = instruction_files.of(found, schools, kind=kind, day=day, now=visit.now)
    name = f"pain.001-{day}-{kind.value.replace('_', '-')}.xml"
    return Download(name, content.decode(), "application/xml; charset=utf-8")


def _of(found: Sequence[Instruction], kind: InstructionKind) -> list[Instruction]:
    return [one for one in found if one.kind is kind]


def _day(text: str) -> date:
    """Raises NoSuchPage."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoSuchPage() from None


def _kind(text: str) -> InstructionKind:
    """Raises NoSuchPage."""
    if text not in set(InstructionKind):
        raise NoSuchPage()
    return InstructionKind(text)
