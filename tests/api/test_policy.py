"""The policy over HTTP, and the version that a sale carries when it is made just before or after a change."""

from datetime import timedelta

from shared.kernel import clock
from shared.policy import queries
from tests.api.district import STRANGER, STRANGERS_CHILD, District, enrolling
from tests.builders import GUARDIAN
from tests.console.visitors import sign_in, text_of
from tests.edge.doors import Clock, Door, bearer
from tests.policy.examples import FIRST, STARTS, a_change, adopt, withdraw

BEGINS = clock.start_of(STARTS)
A_SECOND = timedelta(seconds=1)


def signed_in(district: District, guardian: str = GUARDIAN) -> Door:
    """A guardian's door, with a token of the moment."""
    return district.nobody.with_headers(authorization=bearer(guardian))


class TestPolicy:
    def test_tells_each_number_with_its_source(self, district: District) -> None:
        told = district.nobody.get("/v1/policy").body

        [unpaid] = [one for one in told["in_force"]["figures"] if one["name"] == "unpaid_hours"]
        assert unpaid == {
            "name": "unpaid_hours",
            "section": "charge",
            "section_name": "收费",
            "value": 72,
            "source": "assumed",
            "note": "报名后72小时内未付款自动取消",
        }
        assert (told["in_force"]["version"], told["in_force"]["base"], told["coming"]) == (FIRST.version, None, [])
        assert len(told["in_force"]["figures"]) == len(FIRST.figures)

    def test_speaks_english_when_asked(self, district: District) -> None:
        english = district.nobody.with_headers(accept_language="en")
        told = english.get("/v1/policy").body["in_force"]["figures"]

        assert "an unpaid enrolment expires after 72 hours" in [one["note"] for one in told]

    def test_tells_what_is_to_come_without_who_decided(self, district: District) -> None:
        adopt()
        answer = district.nobody.get("/v1/policy")

        assert [(one["version"], one["standing"]) for one in answer.body["coming"]] == [("linzi-2026.2", "coming")]
        assert "admin" not in answer.text
        assert "supervisor" not in answer.text

    def test_a_version_stands_as_the_days_go(self, district: District, at: Clock) -> None:
        adopt()
        found = []
        for moment in (BEGINS - A_SECOND, BEGINS):
            at.now = moment
            both = [district.nobody.get(f"/v1/policy/{name}").body for name in ("linzi-2026.1", "linzi-2026.2")]
            found.append([one["standing"] for one in both])

        assert found == [["in_force", "coming"], ["past", "in_force"]]

    def test_one_that_is_withdrawn_says_so(self, district: District) -> None:
        withdraw(adopt().policy.version)

        assert district.nobody.get("/v1/policy/linzi-2026.2").body["standing"] == "withdrawn"
        assert district.nobody.get("/v1/policy").body["coming"] == []

    def test_one_that_there_is_not_is_missing(self, district: District) -> None:
        answer = district.nobody.get("/v1/policy/linzi-2026.2")

        assert (answer.status, answer.code) == (404, "unknown_policy_version")


class TestSale:
    def test_carries_the_version_of_its_moment_a_second_before_and_after_the_change(
        self, district: District, at: Clock
    ) -> None:
        """In a container that has sold all the evening; the contract, the expiry and the console say the same."""
        offering = district.opens(seats=9)
        adopt(a_change(48))
        at.now = BEGINS - timedelta(hours=2)
        district.nobody.get("/health")

        at.now = BEGINS - A_SECOND
        before = enrolling(offering)(signed_in(district)).body
        at.now = BEGINS
        after = enrolling(offering, key="enrol-0009", student_id=STRANGERS_CHILD)(signed_in(district, STRANGER)).body

        assert (before["policy_version"], after["policy_version"]) == ("linzi-2026.1", "linzi-2026.2")
        expire = [BEGINS - A_SECOND + timedelta(hours=72), BEGINS + timedelta(hours=48)]
        assert [one["payment"]["pay_before"] for one in (before, after)] == list(map(clock.shown, expire))

    def test_keeps_it_when_it_is_asked_for_again_and_for_its_refund(self, district: District, at: Clock) -> None:
        offering = district.opens(seats=9)
        adopt(a_change(48))
        at.now = BEGINS - A_SECOND
        sold = enrolling(offering)(signed_in(district)).body
        at.now = BEGINS + timedelta(minutes=1)
        again = enrolling(offering)(signed_in(district)).body

        assert again == sold
        found = signed_in(district).get(f"/v1/enrolments/{sold['enrolment_id']}").body
        assert found["policy_version"] == "linzi-2026.1"
        assert queries.get(version=found["policy_version"]).unpaid_hours == 72
        visitor = sign_in()
        assert "linzi-2026.1" in text_of(visitor.get(f"/console/enrolments/{sold['enrolment_id']}"))
