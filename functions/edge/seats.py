"""An enrolment's seat in its class."""

from shared.dynamo import transaction
from shared.funds.model import EnrolmentAccount
from shared.mall import store as mall


def seat_of(account: EnrolmentAccount) -> transaction.Part:
    """The part that gives an enrolment's seat back to its class."""
    return mall.give_back_seat(account.course_id, account.offering_id)
