"""Insurance claims: from the guardian over the insurer's HTTP to its signed word. Nothing lost, each once."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app import app
from functions.edge import wiring
from functions.schedules import send_claims
from infra.local import trouble
from infra.local.insurer_faults import InsurerFault
from infra.local.insurer_simulator import Insurer
from shared.bank import signature
from shared.insurance import claims, queries, usecases
from shared.insurance.claim_model import Claim, ClaimStatus
from shared.insurance.store import claims as store
from shared.kernel.ids import ClaimId
from shared.messages import queries as messages
from tests import steps
from tests.api.district import Act, District
from tests.builders import ENROLMENT, GUARDIAN, NOW, TODAY, an_id
from tests.console.visitors import sign_in, text_of
from tests.edge.doors import Answer, Clock, Door
from tests.insurance.examples import an_enrolment
from tests.materials import examples as uploads
from tests.schedules.running import run
from tests.tables import killed_before

KEY = "whsec_d2Ugc2lnbiBvdXIgcmVxdWVzdHMgd2l0aCBpdA=="
THEIRS = "whsec_dGhlIGluc3VyZXIgc2lnbnMgd2l0aCB0aGlzIG9uZQ=="
URL = f"/v1/enrolments/{ENROLMENT}/claims"
TEXT = "下课时在楼梯摔倒，手腕骨折"


@pytest.fixture
def insurer(at: Clock, settings: pytest.MonkeyPatch) -> Iterator[Insurer]:
    made = Insurer(port=trouble.free_ports(1), key=KEY, clock=at, webhook_key=THEIRS)
    made.start()
    settings.setenv("INSURER_URL", made.site.url)
    settings.setenv("INSURER_SIGNING_KEY", KEY)
    settings.setenv("INSURER_WEBHOOK_KEYS", THEIRS)
    clear = wiring.insurer.cache_clear
    clear()
    yield made
    clear()
    made.stop()


def put_covered() -> None:
    """The first enrolment is paid and covered from the 1st of September through the 30th of November."""
    steps.open_account(paid_fen=1000)
    usecases.follow(enrolment=an_enrolment(), now=NOW)
    cover = queries.get(ENROLMENT)
    request = json.dumps({"cover_id": cover.cover_id, "first_day": "2026-09-01", "last_day": "2026-11-30"})
    begun = usecases.begin(cover=cover, request=request, terms_of=TODAY, now=NOW)
    assert begun is not None
    policy = wiring.insurer().issue(begun, now=NOW)
    usecases.note_issued(enrolment_id=ENROLMENT, policy=policy, now=NOW)


@pytest.fixture
def covered(district: District, insurer: Insurer) -> Insurer:
    put_covered()
    return insurer


def claiming(day: str = "2026-09-01", *, key: str = "claim-0001", **told: Any) -> Act:
    return lambda door: door.post(URL, {"accident_on": day, "text": TEXT, **told}, key=key)


def send() -> dict[str, int]:
    return run(send_claims.send_claims)


def the_claim() -> Claim:
    [found] = store.list_of(ENROLMENT)
    return found


def hears(told: dict[str, Any], *, key: str = THEIRS, **changes: Any) -> Answer:
    """The insurer posts its word."""
    body = json.dumps({**told, **changes}, ensure_ascii=False).encode()
    headers = signature.sign(key, message_id="msg_1", at=NOW, body=body)
    return Door(app, **{name.replace("-", "_"): value for name, value in headers.items()}).post(
        "/v1/insurer/events", body
    )


class TestOnTheEngine:
    def test_many_at_once_open_one_and_of_many_runs_one_asks(
        self, on_engine: Any, insurer: Insurer, hurried: list[int]
    ) -> None:
        put_covered()

        def open_claim(_: int) -> str:
            told = claims.open_claim(
                enrolment_id=ENROLMENT, guardian_id=GUARDIAN, accident_on=TODAY, text=TEXT, pictures=[], now=NOW
            )
            return told.claim_id

        with ThreadPoolExecutor(8) as hands:
            assert len(set(hands.map(open_claim, range(12)))) == 1
            claim = the_claim()
            begun = list(hands.map(lambda _: claims.begin(claim=claim, now=NOW), range(8)))

        assert sum(one is not None for one in begun) == 1


class TestOpening:
    def test_goes_to_the_insurer_and_is_forgotten_here(self, district: District, covered: Insurer) -> None:
        assert claiming()(district.guardian).body["status"] == "wanted"
        assert the_claim().text == TEXT
        assert send()["claim_send"] == 1

        [shown] = district.guardian.get(URL).body["data"]
        assert (shown["status"], the_claim().text, the_claim().pictures) == ("received", "", ())
        assert TEXT not in district.dump(but=["edge"])

    @pytest.mark.parametrize(
        ("day", "code"),
        [("2026-08-31", "accident_outside_cover"), ("2026-09-02", "accident_in_future")],
    )
    def test_of_a_day_outside_the_cover_is_refused(
        self, district: District, covered: Insurer, day: str, code: str
    ) -> None:
        district.refuses(district.guardian, claiming(day), 422, code)

    def test_twice_is_once_and_another_story_of_the_day_is_refused(self, district: District, covered: Insurer) -> None:
        first = claiming()(district.guardian)
        assert claiming(key="claim-0002")(district.guardian).body == first.body

        district.refuses(
            district.guardian, claiming(key="claim-0003", text="另一件事"), 409, "accident_claimed_already"
        )

    def test_without_a_policy_is_refused(self, district: District, insurer: Insurer) -> None:
        steps.open_account(paid_fen=1000)
        district.refuses(district.guardian, claiming(), 404, "no_cover")
        usecases.follow(enrolment=an_enrolment(), now=NOW)
        district.refuses(district.guardian, claiming(), 409, "no_policy_to_claim")

    def test_of_anothers_enrolment_or_with_anothers_picture_is_404(self, district: District, covered: Insurer) -> None:
        district.refuses(district.stranger, claiming(), 404, "unknown_enrolment")
        uploads.asked(an_id("fil", 7), institution_id="", by=an_id("grd", 2))
        told = claiming(pictures=[an_id("fil", 7)])
        district.refuses(district.guardian, told, 404, "unknown_file")


class TestOnTheWay:
    @pytest.fixture(autouse=True)
    def _claimed(self, district: District, covered: Insurer) -> None:
        claiming()(district.guardian)

    def test_an_insurer_that_is_down_gets_it_afterwards(self, covered: Insurer, at: Clock) -> None:
        covered.faults.arm(InsurerFault.DOWN, hours=48)
        for _ in range(48):
            send()
            at.pass_by(hours=1)
        assert (the_claim().status, the_claim().text) == (ClaimStatus.WANTED, TEXT)
        at.pass_by(hours=4)

        assert send()["claim_send"] == 1
        assert the_claim().status is ClaimStatus.RECEIVED

    @pytest.mark.parametrize("fault", [InsurerFault.LOSE, InsurerFault.NONSENSE, InsurerFault.DUPLICATE])
    def test_an_answer_that_is_lost_or_nonsense_or_twice_comes_to_one_claim(
        self, covered: Insurer, at: Clock, fault: InsurerFault
    ) -> None:
        covered.faults.arm(fault)
        send()
        at.pass_by(minutes=15)
        send()

        assert (the_claim().status, the_claim().revision) == (ClaimStatus.RECEIVED, 1)

    def test_a_run_that_is_broken_off_is_made_up_by_the_next(self, at: Clock) -> None:
        with killed_before("TransactWriteItems", call=2):
            send()
        at.pass_by(minutes=15)
        send()

        assert (the_claim().status, the_claim().revision) == (ClaimStatus.RECEIVED, 1)

    def test_one_that_the_insurer_does_not_take_is_told_with_its_reason(
        self, district: District, covered: Insurer
    ) -> None:
        covered._books.execute("update policies set policy_no = 'ANOTHER'")
        send()

        [shown] = district.guardian.get(URL).body["data"]
        assert (shown["status"], shown["reason"]) == ("refused", "没有这份保单")
        assert [one.kind.value for one in messages.list_of(GUARDIAN, limit=9, cursor=None).rows] == ["claim_moved"]


class TestInsurersWord:
    @pytest.fixture(autouse=True)
    def _received(self, district: District, covered: Insurer) -> None:
        claiming()(district.guardian)
        send()

    def test_from_more_wanted_to_paid(self, district: District, covered: Insurer) -> None:
        claim_id = the_claim().claim_id
        assert hears(covered.claims.say(claim_id, "more_wanted", asked="请补充诊断证明")).body == {"status": "noted"}
        [shown] = district.guardian.get(URL).body["data"]
        assert (shown["status"], shown["asked"]) == ("more_wanted", "请补充诊断证明")

        added = district.guardian.post(f"{URL}/{claim_id}/supplement", {"text": "诊断证明见图"}, key="more-00001")
        assert added.body["status"] == "wanted"
        send()
        assert (the_claim().status, the_claim().text) == (ClaimStatus.RECEIVED, "")
        hears(covered.claims.say(claim_id, "accepted"))
        hears(covered.claims.say(claim_id, "paid", paid_fen=120_000))

        [shown] = district.guardian.get(URL).body["data"]
        assert (shown["status"], shown["paid"]["amount_fen"]) == ("paid", 120_000)

    def test_that_comes_again_late_or_out_of_order_changes_nothing(self, covered: Insurer) -> None:
        claim_id = the_claim().claim_id
        accepted = covered.claims.say(claim_id, "accepted")
        paid = covered.claims.say(claim_id, "paid", paid_fen=100)

        assert [hears(told).body["status"] for told in (paid, accepted, paid)] == ["noted", "known", "known"]
        assert the_claim().status is ClaimStatus.PAID

    def test_that_does_not_know_of_what_is_on_its_way_loses_nothing(self, district: District, covered: Insurer) -> None:
        claim_id = the_claim().claim_id
        hears(covered.claims.say(claim_id, "more_wanted", asked="请补充"))
        district.guardian.post(f"{URL}/{claim_id}/supplement", {"text": "补充"}, key="more-00001")
        hears(covered.claims.say(claim_id, "more_wanted", asked="仍请补充"))

        assert (the_claim().status, the_claim().text) == (ClaimStatus.WANTED, "补充")

    def test_that_never_came_is_asked_for(self, covered: Insurer, at: Clock) -> None:
        covered.claims.say(the_claim().claim_id, "rejected", reason="不属于保险责任")
        at.pass_by(days=1)

        assert send()["claim_ask"] == 1
        assert (the_claim().status, the_claim().refusal) == (ClaimStatus.REJECTED, "不属于保险责任")
        at.pass_by(days=2)
        assert send() == {"claim_send": 0, "claim_ask": 0}

    def test_forged_or_wrong_is_refused(self, district: District, covered: Insurer) -> None:
        told = covered.claims.say(the_claim().claim_id, "paid", paid_fen=100)

        assert hears(told, key=KEY).status == 401
        assert hears(told, revision="2").status == 422
        assert hears(told, status="wanted").status == 422
        assert hears(told, claim_id=an_id("clm", 9)).status == 404
        assert the_claim().status is ClaimStatus.RECEIVED

    def test_more_that_nobody_wants_is_refused(self, district: District) -> None:
        def more(door: Door) -> Answer:
            return door.post(f"{URL}/{the_claim().claim_id}/supplement", {"text": "补充"}, key="more-00001")

        district.refuses(district.guardian, more, 409, "claim_wants_nothing")
        district.refuses(district.stranger, more, 404, "unknown_enrolment")
        assert store.get(ClaimId(the_claim().claim_id)).part == 1


def test_the_bureau_sees_how_many_and_nothing_of_health(district: District, covered: Insurer) -> None:
    claiming()(district.guardian)

    shown = text_of(sign_in("supervisor").get("/console/covers"))
    assert "待送承保机构 1" in shown
    assert "骨折" not in shown
