"""Families review their schools: a reply, one that is hidden, a burst that counts less; one reports private payment."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from infra.local.district import DistrictData
from infra.local.district.families import Confirming, Paying, Plan
from infra.local.doors import Caller
from infra.local.handing_in import hand_in_picture
from infra.local.papers import photo
from infra.local.stage import Cast, Enrolments, Step, admin_openid
from infra.local.story_listings import BLACK
from infra.local.story_terminations import SCHOOL
from shared.kernel.clock import SHANGHAI

_LAST_BEGINNING = date(2026, 10, 9)  # who began later hasn't had three confirmed lessons by November
_LESSONS = 3
_COUNTS = ("confirmed", "auto_confirmed", "released")
_ENDING = (BLACK, SCHOOL)  # the blacklisted one, the one that is terminated
_BURST = 6  # reviews of one school within minutes
_SINGLE = 8
_STARS = ("teaching", "safety", "environment", "honesty")
_SAID = (
    ((5, 5, 4, 5), "老师讲得细，孩子回家愿意练，收费全部走监管账户，放心。"),
    ((4, 5, 5, 4), "教室干净，接送有人看着，就是请假补课安排得慢了一点。"),
    ((3, 4, 3, 5), "中途换过一次老师，沟通还算及时，课程内容与介绍一致。"),
    ((2, 3, 2, 2), "教室偏小，下课没人管，给前台打电话13800000000总说稍等。"),
)
_PRAISE = "非常好，老师好，环境好，推荐大家都来报名！"


class ReviewStory:
    """The steps, in the families' plans; none where no family has had enough lessons."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._enrolments = enrolments
        self._numbers = {school.institution.institution_id: number for number, school in enumerate(data.schools, 1)}
        taught = [
            plan
            for plan in data.plans
            if plan.paying is Paying.EXACTLY
            and plan.taken.opens
            and plan.confirming is not Confirming.DISPUTES_ONE
            and plan.taken.offering.starts_on <= _LAST_BEGINNING
            and self._numbers[plan.taken.course.institution_id] not in _ENDING
        ]
        by_school: dict[str, list[Plan]] = {}
        for plan in taught:
            by_school.setdefault(plan.taken.course.institution_id, []).append(plan)
        busiest = max(by_school.values(), key=len, default=[])
        self._together = busiest[:_BURST] if len(busiest) >= _BURST else []
        self._singly = [plan for plan in taught if plan not in busiest][:_SINGLE]

    def steps(self) -> Iterator[Step]:
        """Through November."""
        for nth, plan in enumerate(self._singly):
            at = _at("11-09 20:00") + timedelta(days=nth // 2, minutes=10 * nth)
            yield Step(at, f"review-write-{nth:02d}", lambda nth=nth, plan=plan: self._write(plan, nth))  # type: ignore[misc]
        if self._singly:
            yield _step("11-14 10:00", "review-reply", self._reply)
            yield _step("11-14 11:00", "review-report", self._report)
            yield _step("11-16 10:00", "review-hide", self._hide)
            yield _step("11-18 21:00", "private-report", self._report_payment)
            yield _step("11-19 10:00", "private-look", lambda: self._decide_payment("looked_at", "已约谈机构负责人"))
            yield _step("11-25 10:00", "private-uphold", lambda: self._decide_payment("upheld", "收款码截图属实"))
        for nth, plan in enumerate(self._together):
            at = _at("11-17 20:00") + timedelta(minutes=4 * nth)
            yield Step(at, f"review-burst-{nth:02d}", lambda plan=plan: self._praise(plan))  # type: ignore[misc]
        if self._together:
            yield _step("11-17 22:00", "review-look", self._cast.where_streams_run(self._look_at_the_burst))

    def _write(self, plan: Plan, nth: int) -> None:
        stars, text = _SAID[nth % len(_SAID)]
        guardian = self._guardian(plan)
        pictures = [self._picture(guardian, "教室.jpg", f"review-picture-{nth:02d}")] if nth == 0 else []
        self._post(guardian, plan, stars, text, pictures)

    def _praise(self, plan: Plan) -> None:
        self._post(self._guardian(plan), plan, (5, 5, 5, 5), _PRAISE, [])

    def _post(self, guardian: Caller, plan: Plan, stars: Sequence[int], text: str, pictures: Sequence[str]) -> None:
        address = f"/v1/enrolments/{self._enrolments[str(plan.number)]['enrolment_id']}"
        lessons = guardian.get(f"{address}/lessons")["data"]
        if sum(one["status"] in _COUNTS for one in lessons) < _LESSONS:
            return
        body = {"stars": dict(zip(_STARS, stars, strict=True)), "text": text, "pictures": list(pictures)}
        guardian.post(f"{address}/review", body, key=f"review-{plan.number:04d}")

    def _picture(self, of: Caller, name: str, key: str) -> str:
        file_id = hand_in_picture(of, name=name, content=photo(name.partition(".")[0]), key=key)
        self._cast.district.incoming.look()
        self._cast.district.settle()
        return file_id

    def _reply(self) -> None:
        admin, found = self._reviews_of(self._singly[0])
        for one in found[:1]:
            told = {"text": "感谢您的肯定，我们会继续把课上好。"}
            _expected(admin.call("PUT", f"/v1/school/reviews/{one['review_id']}/reply", told))

    def _report(self) -> None:
        """The school of a bad review reports it: a telephone number stands in it."""
        for plan in self._singly[3:4]:
            admin, found = self._reviews_of(plan)
            for one in [one for one in found if one["reported_at"] is None and "138" in (one["text"] or "")][:1]:
                reason = {"reason": "评价中公开了个人电话号码"}
                admin.post(f"/v1/school/reviews/{one['review_id']}/report", reason, key="review-report-0001")

    def _hide(self) -> None:
        reviewer = self._cast.officer("reviewer")
        for address in dict.fromkeys(re.findall(r"/console/reviews/rev_\w+", reviewer.page("/console/reviews"))):
            page = reviewer.page(address)
            version = re.search(r'name="version" value="(\d+)"', page)
            if version and "个人电话号码" in page:
                told = {"decision": "hide", "version": version[1], "reason": "含有个人电话号码"}
                reviewer.send_to(address, f"{address}/decision", **told)

    def _look_at_the_burst(self) -> None:
        """Everybody reads that they count less, and why."""
        school = self._together[0].taken.course.institution_id
        found = Caller(self._cast.district.api_url).get(f"/v1/mall/institutions/{school}/reviews?limit=100")["data"]
        burst = [one for one in found if one["text"] == _PRAISE]
        if len(burst) >= 5 and any(one["weighed_down"] is None for one in burst):
            raise RuntimeError(f"a burst of reviews counts in full: {burst}")

    def _report_payment(self) -> None:
        plan = self._singly[-1]
        guardian = self._guardian(plan)
        body = {
            "institution_id": plan.taken.course.institution_id,
            "text": "续费时老师说扫她的个人收款码可以打八折，不用走平台，附截图。",
            "anonymous": True,
            "pictures": [self._picture(guardian, "聊天截图.jpg", "private-picture-01")],
        }
        guardian.post("/v1/reports/private-payment", body, key="private-payment-0001")

    def _decide_payment(self, becomes: str, reason: str) -> None:
        reviewer = self._cast.officer("reviewer")
        seen = "new" if becomes == "looked_at" else "looked_at"
        listed = reviewer.page(f"/console/private-payments?of={seen}")
        for address in dict.fromkeys(re.findall(r"/console/private-payments/ppr_\w+", listed)):
            reviewer.send_to(address, f"{address}/decision", seen=seen, becomes=becomes, reason=reason)

    def _guardian(self, plan: Plan) -> Caller:
        return self._cast.guardian(plan.family.openid)

    def _reviews_of(self, plan: Plan) -> tuple[Caller, list[dict[str, Any]]]:
        """The administrator of a plan's school, and the school's reviews as she reads them."""
        admin = self._cast.school_user(admin_openid(self._numbers[plan.taken.course.institution_id]))
        return admin, admin.get("/v1/school/reviews?limit=100")["data"]


def _expected(answer: Any) -> None:
    if answer.status >= 400:
        raise RuntimeError(f"{answer.status} {answer.body}")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI)


def _step(at: str, name: str, act: Callable[[], None]) -> Step:
    return Step(_at(at), name, act)
