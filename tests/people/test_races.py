"""What twenty do at once, on an engine that takes threads."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.edge import wiring
from shared.kernel import errors
from shared.people import rules, usecases
from tests.builders import NOW
from tests.people import examples

pytestmark = pytest.mark.usefixtures("on_engine")
AT_ONCE = 20


def together(act: Callable[[int], Any]) -> Counter[Any]:
    """What came of it when it was done from twenty threads: each value, or refusal by its code."""

    def told(number: int) -> Any:
        try:
            return act(number)
        except errors.Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Counter(threads.map(told, range(AT_ONCE)))


class TestAtOnce:
    def test_first_sign_ins_of_one_account_make_one_guardian(self) -> None:
        found = together(lambda _: usecases.sign_in_guardian(openid="openid-1", new_id=wiring.new_id))

        assert list(found.values()) == [AT_ONCE]

    def test_one_invitation_makes_one_teacher(self) -> None:
        examples.invite()

        found = together(
            lambda number: (
                usecases.sign_in_school_user(
                    openid=f"openid-{number}", invitation="INVITATION-1", new_id=wiring.new_id, now=NOW
                ).name
            )
        )
        assert found == {"鲁示例": 1, rules.InvitationInvalid.code: AT_ONCE - 1}

    def test_guesses_of_a_password_are_checked_five_times(self, monkeypatch: pytest.MonkeyPatch) -> None:
        examples.hire()
        checked: list[str] = []

        def matches(password_hash: str, password: str) -> bool:
            checked.append(password)
            return False

        monkeypatch.setattr(usecases, "_matches", matches)

        found = together(lambda number: examples.sign_in_staff(password=f"guess-{number}"))
        assert len(checked) == rules.FAILURES_ALLOWED
        assert found == {rules.SignInFailed.code: 5, rules.SignInLocked.code: AT_ONCE - 5}

    def test_one_code_signs_in_once(self) -> None:
        examples.hire()

        found = together(lambda number: examples.sign_in_staff(secret=f"cookie-{number}").username)
        assert found["caiwu"] == 1
