"""How many applications a person has open: counted in the transactions that open and that close one."""

from pynamodb.attributes import NumberAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.kernel import errors


class TooManyApplications(errors.Conflict):
    code = "too_many_applications"
    zh = "您办理中的设立申请已有 {most} 件，办结后方可再申请。"
    en = "You have {most} applications open. Another one can be made when one of them is closed."


class ApplicantRow(Row):
    """A person who asks to found schools."""

    Meta = meta("filings")
    open = NumberAttribute()


def opened(person: str, *, most: int) -> transaction.Part:
    """The part that counts one more. Its commit raises TooManyApplications when there are `most` already."""
    room = ApplicantRow.open.does_not_exist() | (ApplicantRow.open < most)
    refused = TooManyApplications(most=most)
    return transaction.update(
        ApplicantRow(f"applicant#{person}", "open"), [ApplicantRow.open.add(1)], room, refused=refused
    )


def closed(person: str) -> transaction.Part:
    """The part that counts one less."""
    return transaction.add_up(ApplicantRow(f"applicant#{person}", "open"), [ApplicantRow.open.add(-1)])
