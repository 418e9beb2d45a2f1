"""What happens in a term: schools open, families enrol and pay, classes are taught, the bureau decides."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from infra.local import story_disputes
from infra.local.district import DistrictData
from infra.local.district.families import Confirming, Paying, Plan
from infra.local.district.schools import Class, School
from infra.local.district_process import STARTS_AT, District
from infra.local.doors import Caller
from infra.local.seed import invitation_code
from infra.local.stage import Cast, Enrolments, Step, admin_openid, every_third
from infra.local.story_absences import AbsenceStory
from infra.local.story_accounts import AccountsStory
from infra.local.story_amendments import AmendmentStory
from infra.local.story_courses import CourseStory
from infra.local.story_deposits import DepositStory
from infra.local.story_files import FileStory
from infra.local.story_filings import FilingStory
from infra.local.story_finding import FindingStory
from infra.local.story_inspections import InspectionStory
from infra.local.story_insurance import InsuranceStory
from infra.local.story_listings import ListingStory
from infra.local.story_messages import MessageStory
from infra.local.story_minimums import NEARLY_SHORT, SHORT_AT_FIRST, MinimumStory, required_fen
from infra.local.story_openings import OpeningStory
from infra.local.story_payouts import PayoutStory
from infra.local.story_policy import PolicyStory
from infra.local.story_profiles import ProfileStory
from infra.local.story_reconciliation import ReconciliationStory
from infra.local.story_refunds import RefundStory
from infra.local.story_reviews import ReviewStory
from infra.local.story_terminations import TerminationStory
from infra.local.story_transfers import TransferStory
from infra.local.story_waitlist import WaitlistStory
from infra.local.story_wechat import WeChatStory
from shared.kernel.clock import SHANGHAI

TERM_ENDS = datetime(2026, 12, 22, 9, 0, tzinfo=SHANGHAI)
_MORNING, _EVENING, _NIGHT = time(10), time(21), time(21, 30)
_SUSPENDED = 5  # this school may not sell for a day, before its term


class Story:
    """The steps of a district's term. `enrolments` keeps what was answered to each plan's enrolment."""

    def __init__(self, district: District, data: DistrictData, enrolments: Enrolments) -> None:
        self._district = district
        self._data = data
        self._enrolments = enrolments
        self._cast = Cast(district)

    def steps(self) -> list[Step]:
        """All of them, in order of time; the same for the same district."""
        return sorted(self._all_steps(), key=lambda step: (step.at, step.name))

    def _all_steps(self) -> Iterator[Step]:
        for number, school in enumerate(self._data.schools, 1):
            yield from self._school_opens(number, school)
        for plan in self._data.plans:
            yield from self._enrolment(plan)
        for one in {plan.taken.offering.offering_id: plan.taken for plan in self._data.plans}.values():
            yield from self._teaching(one)
        yield from self._weekly_confirmations()
        yield from self._strange_money()
        yield from self._bureau_suspends()
        yield from self._bureau_decides()
        yield from FileStory(self._cast, self._data).steps()
        yield from MinimumStory(self._cast, self._data).steps()
        yield from DepositStory(self._cast, self._data, self._enrolments).steps()
        yield from WeChatStory(self._cast, self._data, self._enrolments).steps()
        yield from PayoutStory(self._cast).steps()
        yield from TransferStory(self._cast, self._data, self._enrolments).steps()
        yield from OpeningStory(self._cast, self._data, self._enrolments).steps()
        yield from AbsenceStory(self._cast, self._data, self._enrolments).steps()
        yield from InsuranceStory(self._cast, self._data, self._enrolments).steps()
        yield from MessageStory(self._cast, self._data, self._enrolments).steps()
        yield from RefundStory(self._cast, self._data, self._enrolments).steps()
        yield from ReconciliationStory(self._cast, self._data).steps()
        yield from AccountsStory(self._cast, self._data, self._enrolments).steps()
        yield from ProfileStory(self._cast, self._data).steps()
        yield from ListingStory(self._cast, self._data).steps()
        yield from FilingStory(self._cast).steps()
        yield from CourseStory(self._cast, self._data).steps()
        yield from WaitlistStory(self._cast, self._data).steps()
        yield from FindingStory(self._cast, self._data).steps()
        yield from AmendmentStory(self._cast, self._data).steps()
        yield from InspectionStory(self._cast, self._data).steps()
        yield from ReviewStory(self._cast, self._data, self._enrolments).steps()
        yield from PolicyStory(self._cast, self._data, self._enrolments).steps()
        yield from TerminationStory(self._cast, self._data).steps()

    def _school_opens(self, number: int, school: School) -> Iterator[Step]:
        institution = school.institution
        required = required_fen(school, STARTS_AT)
        share = {SHORT_AT_FIRST: 80, NEARLY_SHORT: 105}.get(number, 120)

        def deposit() -> None:
            self._district.bank.transfer(
                institution.accounts.minimum_balance_account_no,
                required * share // 100,
                remittance="最低余额",
                payer_name=institution.name,
            )

        def staff_up() -> None:
            iid = institution.institution_id
            admin = self._cast.invited(admin_openid(number), invitation_code(iid, "admin"))
            for teacher in institution.teachers:
                body = {"teacher_id": teacher.teacher_id}
                told = admin.post("/v1/school/invitations", body, key=f"invite-{teacher.teacher_id}")
                self._cast.invited(_openid_of(teacher.teacher_id), told["code"])

        yield Step(STARTS_AT + timedelta(hours=1), f"deposit-minimum-{number:02d}", deposit)
        yield Step(STARTS_AT + timedelta(hours=2), f"staff-up-{number:02d}", staff_up)

    def _enrolment(self, plan: Plan) -> Iterator[Step]:
        at = datetime.combine(plan.enrols_on, _MORNING, SHANGHAI)
        yield Step(at, f"enrol-{plan.number:04d}", lambda: self._enrol(plan))
        for number, (later, share, right) in enumerate(_payments(plan.paying), 1):
            name = f"pay-{plan.number:04d}-{number}"
            yield Step(at + later, name, lambda share=share, right=right: self._pay(plan, share, right))  # type: ignore[misc]

    def _enrol(self, plan: Plan) -> None:
        guardian = self._cast.guardian(plan.family.openid)
        child = plan.family.children[plan.child]
        body = {"name": child.name, "birth_month": child.birth_month, "consent": True}
        student = guardian.post("/v1/me/children", body, key=f"child-{plan.family.number}-{plan.child}")
        course = guardian.get(f"/v1/mall/courses/{plan.taken.course.course_id}")
        wanted = plan.taken.offering.offering_id
        wish = {
            "course_id": plan.taken.course.course_id,
            "offering_id": wanted,
            "student_id": student["student_id"],
            "terms_hash": next(one["terms_hash"] for one in course["classes"] if one["offering_id"] == wanted),
        }
        made = guardian.post("/v1/enrolments", wish, key=f"enrol-{plan.number:04d}")
        self._enrolments[str(plan.number)] = {
            "enrolment_id": made["enrolment_id"],
            "account_no": made["payment"]["account_no"],
            "amount_fen": made["payment"]["amount"]["amount_fen"],
            "reference": made["payment"]["reference"],
        }

    def _pay(self, plan: Plan, share: int, right: bool) -> None:
        made = self._enrolments[str(plan.number)]
        price = int(made["amount_fen"])
        amount = price - price // 2 if share == -50 else price * share // 100
        child = plan.family.children[plan.child].name
        self._district.bank.transfer(
            str(made["account_no"]),
            amount,
            remittance=f"学费 {made['reference']}" if right else f"{child} 学费",
            payer_name=plan.family.guardian_name,
            payer_account_no=plan.family.account_no,
        )

    def _teaching(self, one: Class) -> Iterator[Step]:
        for slot in one.slots:
            at = datetime.combine(slot.starts_at.date(), _EVENING, SHANGHAI)
            name = f"mark-{one.offering.offering_id}-{slot.number:02d}"
            yield Step(at, name, lambda number=slot.number: self._mark(one, number))  # type: ignore[misc]

    def _mark(self, one: Class, number: int) -> None:
        session_id = one.slots[number - 1].session_id
        teacher = self._cast.school_user(_openid_of(one.offering.teacher_id))
        address = f"/v1/school/offerings/{one.offering.offering_id}/sessions/{session_id}"
        missing = {
            self._enrolments[str(plan.number)]["enrolment_id"]
            for plan in self._data.plans
            if plan.taken is one and number in plan.missed and str(plan.number) in self._enrolments
        }
        lines = teacher.get(f"{address}/roster")["data"] if missing else []
        leave = [line["enrolment_id"] for line in lines if line["paid"] and line["enrolment_id"] in missing]
        marks = {"all_present": True, "marks": [{"enrolment_id": one, "outcome": "leave"} for one in leave]}
        teacher.try_to_post(f"{address}/attendance", marks, key=f"mark-{session_id}", unless="nobody_to_mark")

    def _weekly_confirmations(self) -> Iterator[Step]:
        of_family: dict[int, list[Plan]] = {}
        for plan in self._data.plans:
            of_family.setdefault(plan.family.number, []).append(plan)
        sunday = datetime.combine(STARTS_AT.date() + timedelta(days=27), _NIGHT, SHANGHAI)
        while sunday < TERM_ENDS:
            for number, plans in of_family.items():
                taught = [plan for plan in plans if _taught(plan, sunday - timedelta(days=7), sunday)]
                confirmed = [plan for plan in taught if plan.confirming is not Confirming.SILENT]
                if confirmed:
                    silent = any(plan.confirming is Confirming.SILENT for plan in plans)
                    act = self._confirm_each if silent else self._confirm_all
                    name = f"confirm-{number:04d}"
                    yield Step(sunday, name, lambda act=act, plans=confirmed, on=sunday: act(plans, on))  # type: ignore[misc]
            sunday += timedelta(days=7)

    def _confirm_all(self, plans: Sequence[Plan], on: datetime) -> None:
        """All that waits for the family, with one call."""
        guardian = self._cast.guardian(plans[0].family.openid)
        for plan in plans:
            if plan.confirming is Confirming.DISPUTES_ONE:
                self._dispute_one(guardian, plan)
        key = f"confirm-{plans[0].family.number:04d}-{on:%m%d}"
        for _ in range(2 if plans[0].confirming is Confirming.TWICE else 1):
            guardian.post("/v1/me/lessons/confirmations", {}, key=key)

    def _confirm_each(self, plans: Sequence[Plan], _: datetime) -> None:
        """Lesson by lesson, where a family leaves those of another child to the days of silence."""
        guardian = self._cast.guardian(plans[0].family.openid)
        for plan in plans:
            address = f"/v1/enrolments/{self._enrolments[str(plan.number)]['enrolment_id']}/lessons"
            for lesson in guardian.get(address)["data"]:
                if lesson["status"] == "taught":
                    key = f"confirm-{plan.number:04d}-{lesson['number']:03d}"
                    guardian.post(f"{address}/{lesson['session_id']}/confirmation", {}, key=key)

    def _dispute_one(self, guardian: Caller, plan: Plan) -> None:
        """The first lesson that waits, once in the term."""
        enrolment_id = str(self._enrolments[str(plan.number)]["enrolment_id"])
        lessons = guardian.get(f"/v1/enrolments/{enrolment_id}/lessons")["data"]
        waiting = [lesson for lesson in lessons if lesson["status"] == "taught"]
        if waiting and not any(lesson["dispute_reason"] for lesson in lessons):
            key = f"confirm-{plan.number:04d}-{waiting[0]['number']:03d}"
            told = {"guardian": guardian, "enrolment_id": enrolment_id, "lesson": waiting[0], "key": key}
            story_disputes.dispute(self._cast, self._data, plan, **told)

    def _strange_money(self) -> Iterator[Step]:
        """Money that matches nothing."""
        of = [school.institution.accounts for school in self._data.schools]

        def nobodys() -> None:
            bank = self._district.bank
            bank.transfer(of[1].tuition_account_no, 88_000, remittance="书法班", payer_name="无名氏")
            bank.transfer(of[8].tuition_account_no, 1, remittance="测试", payer_name="无名氏")

        yield Step(datetime(2026, 9, 16, 11, tzinfo=SHANGHAI), "nobodys-money", nobodys)

    def _bureau_suspends(self) -> Iterator[Step]:
        """A school may not sell for a day; its courses are out of the mall."""
        school = self._data.schools[_SUSPENDED].institution
        suspended = datetime(2026, 8, 26, 11, tzinfo=SHANGHAI)
        address = f"/console/schools/{school.institution_id}"

        def change(form: str, reason: str) -> None:
            officer = self._cast.officer("supervisor")
            if f"{address}/{form}" in officer.page(address):  # not when it was done already
                officer.send(f"{address}/{form}", reason=reason, name=school.short_name)

        def look_in_vain() -> None:
            course_id = self._data.schools[_SUSPENDED].classes[0].course.course_id
            told = self._cast.guardian(self._data.families[0].openid).call("GET", f"/v1/mall/courses/{course_id}")
            if told.code != "unknown_course":
                raise RuntimeError(f"a suspended school's course is in the mall: {told.status} {told.body}")

        yield Step(suspended, "suspend", lambda: change("suspension", "消防通道整改，整改前暂停招生"))
        yield Step(suspended + timedelta(hours=4), "look-in-vain", look_in_vain)
        end = suspended + timedelta(hours=22)
        yield Step(end, "reinstate", lambda: change("reinstatement", "整改完成，现场核查通过"))

    def _bureau_decides(self) -> Iterator[Step]:
        """Every Tuesday a supervisor goes through the disputes that wait."""
        tuesday = datetime.combine(STARTS_AT.date() + timedelta(days=29), _MORNING, SHANGHAI)
        while tuesday < TERM_ENDS:
            yield Step(tuesday, "decide", self._decide_all)
            tuesday += timedelta(days=7)

    def _decide_all(self) -> None:
        officer = self._cast.officer("supervisor")
        waiting = re.findall(r"/console/enrolments/(enr_\w+)", officer.page("/console/disputes"))
        for enrolment_id in dict.fromkeys(waiting):
            address = f"/console/enrolments/{enrolment_id}"
            for decision in set(re.findall(r"/lessons/ses_\w+/decision", officer.page(address))):
                upheld = every_third(self._enrolments, enrolment_id)
                reason = "考勤与监控不符，争议成立" if upheld else "监控显示学员到课，驳回"
                officer.send(address + decision, decision="uphold" if upheld else "reject", reason=reason)


def _payments(paying: Paying) -> Sequence[tuple[timedelta, int, bool]]:
    """When after enrolling, what percent of the price (-50: the rest of a half), whether with the right reference."""
    four_hours, next_day = timedelta(hours=4), timedelta(hours=28)
    return {
        Paying.EXACTLY: [(four_hours, 100, True)],
        Paying.IN_TWO: [(four_hours, 50, True), (next_day, -50, True)],
        Paying.TOO_MUCH: [(four_hours, 110, True)],
        Paying.WRONG_REFERENCE: [(four_hours, 100, False)],  # the bureau finds whose it is: story_deposits.py
        Paying.LATE: [(timedelta(hours=80), 100, True)],
        Paying.NEVER: [],
        Paying.WECHAT: [],  # story_wechat.py
        Paying.TOGETHER: [],  # both children's with one transfer: story_deposits.py
    }[paying]


def _taught(plan: Plan, since: datetime, until: datetime) -> bool:
    """Whether the class met in a half-open period."""
    return any(since <= slot.starts_at < until for slot in plan.taken.slots)


def _openid_of(teacher_id: str) -> str:
    return f"openid-{teacher_id}"
