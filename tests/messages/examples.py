"""Messages as examples."""

from datetime import timedelta
from typing import Any

from shared.messages import rules
from shared.messages.model import Kind, Message
from tests.builders import ENROLMENT, GUARDIAN, NOW, SESSION


def a_message(**changes: Any) -> Message:
    """To the first guardian: the dispute of her first lesson was upheld."""
    told = {
        "to": GUARDIAN,
        "kind": Kind.DISPUTE_UPHELD,
        "subject": ENROLMENT,
        "occasion": SESSION,
        "figures": {"course": "中国舞一级", "lesson": 3, "reason": "监控为证"},
        "good_until": NOW + timedelta(days=3),
        "now": NOW,
        **changes,
    }
    return rules.made(**told)
