"""What approvals do to the lists of schools and of persons; see `acts.CarryOut`."""

from datetime import date, datetime

from functions.edge import listing_acts, personnel_acts
from shared.approvals.model import Proposal
from shared.dynamo.transaction import Part
from shared.kernel.ids import FileId
from shared.listings import store as listings
from shared.listings.model import ChangeKind, ListName
from shared.personnel.model import ListName as PersonnelList


def whitelist(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    """Put a school on the white list. Raises what the list refuses."""
    _list(proposal, ListName.WHITE, approval, by, now)


def blacklist(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    """Put a school on the black list. Raises what the list refuses."""
    _list(proposal, ListName.BLACK, approval, by, now)


def _list(proposal: Proposal, becomes: ListName, approval: Part, by: str, now: datetime) -> None:
    until = proposal.words.get("until")
    listing_acts.put_on(
        institution_id=proposal.institution_id,
        becomes=becomes,
        reason=proposal.reason,
        evidence=proposal.words["evidence"],
        files=named_files(proposal),
        until=date.fromisoformat(until) if until else None,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        also=[approval],
    )


def named_files(proposal: Proposal) -> tuple[FileId, ...]:
    """The files that a proposal names as evidence."""
    return tuple(FileId(one) for one in proposal.words.get("files", "").split())


def delist(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    """Take a school off its list. Raises what the list refuses."""
    listing_acts.take_off(
        institution_id=proposal.institution_id,
        kind=ChangeKind.REMOVED,
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        also=[approval],
    )


def answer_appeal(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    """Answer a school's appeal. Raises what the list refuses."""
    listing_acts.answer_appeal(
        appeal=listings.get_appeal(proposal.institution_id, proposal.figures["listing_change"]),
        upheld=proposal.words["appeal_answer"] == "upheld",
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        approval=approval,
    )


def blacklist_person(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    """Put a person on the personnel blacklist. Raises what the list refuses."""
    until = proposal.words.get("until")
    personnel_acts.blacklist(
        number=proposal.words["qualification_no"],
        name=proposal.words["person_name"],
        reason=proposal.reason,
        evidence=proposal.words["evidence"],
        until=date.fromisoformat(until) if until else None,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        also=[approval],
    )


def delist_person(proposal: Proposal, approval: Part, by: str, now: datetime) -> None:
    """Take a person off a list. Raises what the list refuses."""
    personnel_acts.take_off(
        number=proposal.words["qualification_no"],
        on=PersonnelList(proposal.words["person_list"]),
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        approved_by=by,
        now=now,
        also=[approval],
    )
