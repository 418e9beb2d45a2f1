"""What schools publish of themselves, and who may not teach: a listed person, one listed later, one in two places."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from infra.local import papers
from infra.local.district import DistrictData
from infra.local.district.families import Paying, Plan
from infra.local.district.schools import Slot
from infra.local.doors import Answer, Caller
from infra.local.handing_in import JPEG, PDF, hand_in
from infra.local.stage import Cast, Step, admin_openid
from shared.kernel.clock import SHANGHAI

PUBLISHES, REFUSED = 6, 7  # schools, by their numbers
_CHANGES = "/v1/school/profile/changes"
_BLACKLISTED, _SERVES, _LATER = "20263705900000001", "20263705900000002", "20263705900000003"
_WHY = {"evidence": "临淄区行政处罚决定2026-37号"}
_CERTIFICATE: Mapping[str, Any] = {
    "kind": "certificate",
    "certificate": "fire_safety",
    "number": "临消安2026第0118号",
    "issuer": "临淄区消防救援大队",
    "valid_from": "2026-03-01",
    "valid_to": "2027-02-28",
}
_SAYS = ("编号：临消安2026第0118号", "发证机关：临淄区消防救援大队", "有效期：2026年3月1日至2027年2月28日")
_ROOM: Mapping[str, Any] = {"kind": "room", "caption": "三楼多功能教室", "area_m2": 96}


@dataclass(frozen=True)
class Overlap:
    """Two enrolments' classes at two schools that meet at the same time, in these sessions."""

    one: Plan
    other: Plan
    slot: Slot
    other_slot: Slot


class ProfileStory:
    """The steps of all of it."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._data = data

    def steps(self) -> Iterator[Step]:
        """Published with pictures; two lists and who is refused by them; who is listed later; who borrows a number."""
        yield _step("08-19 10:00", "profile-publish", self._publish)
        yield _step("08-20 10:00", "person-import", self._import)
        blacklist = {"reason": "体罚学员，受行政处罚", "qualification_no": _BLACKLISTED, "name": "季示例", **_WHY}
        yield _step("08-20 11:00", "person-blacklist", lambda: self._blacklist(**blacklist))
        yield _step("08-21 10:00", "profile-refused", self._refused)
        later = {"reason": "伪造教师资格证", "qualification_no": _LATER, "name": "任示例", **_WHY}
        yield _step("10-12 10:00", "person-listed-later", lambda: self._blacklist(**later))
        yield _step("10-12 15:00", "profile-withdraw", self._withdraw)
        overlap = first_overlap(self._data)
        if overlap is not None:
            yield from self._in_two_places(overlap)

    def _publish(self) -> None:
        """A certificate and a room with their files, and a teacher: handed in, submitted, accepted by the bureau."""
        admin = self._admin(PUBLISHES)
        paper = hand_in(
            admin,
            name="消防安全证明.pdf",
            content=papers.scanned("消防安全证明", _SAYS),
            content_type=PDF,
            key="profile-01",
        )
        photo = hand_in(
            admin, name="多功能教室.jpg", content=papers.photo("三楼多功能教室"), content_type=JPEG, key="profile-02"
        )
        self._cast.district.incoming.look()
        self._cast.district.settle()
        for name, item, file_id in (
            ("certificate", _CERTIFICATE, paper),
            ("room", _ROOM, photo),
            ("teacher", _teacher("任示例", _LATER), None),
        ):
            told = {"item": item, **({"file_id": file_id} if file_id else {})}
            self._submit_and_accept(PUBLISHES, f"{name}-0001", told)
        self._prolong()

    def _prolong(self) -> None:
        """The certificate is prolonged; the school hands the day in wrong, then right before anybody has looked."""
        school = self._data.schools[PUBLISHES - 1].institution.institution_id
        published = Caller(self._cast.district.api_url).get(f"/v1/mall/institutions/{school}")["certificates"]
        item_id = next(one["item_id"] for one in published if one["number"] == _CERTIFICATE["number"])
        for day in ("2027-08-13", "2027-08-31"):
            told = {"item": {**_CERTIFICATE, "valid_to": day}, "item_id": item_id}
            change = self._admin(PUBLISHES).post(_CHANGES, told, key=f"prolong-{day}")
            _submit(self._admin(PUBLISHES), change, key=f"submit-prolong-{day}")
        self._accept(PUBLISHES, change, key="submit-prolong-2027-08-31")

    def _import(self) -> None:
        """The bureau takes over who serves at public schools."""
        lines = f"姓名,资格证号\r\n文示例,{_SERVES}\r\n史示例,20263705900000009\r\n"
        page = "/console/personnel-imports"
        self._cast.officer("reviewer").upload(page, "临淄区在职教师名册.csv", lines.encode("gbk"))

    def _blacklist(self, **fields: str) -> None:
        page = "/console/personnel-blacklisting"
        if f'href="/console/personnel/{fields["qualification_no"]}"' in self._listed():
            return
        self._cast.two_people(page, page, proposer="reviewer", **fields)

    def _listed(self) -> str:
        return self._cast.officer("reviewer").page("/console/personnel?of=blacklist")

    def _refused(self) -> None:
        """A school submits a teacher who is on a list, one for each list."""
        admin = self._admin(REFUSED)
        for number, name, code in (
            (_BLACKLISTED, "季示例", "teacher_blacklisted"),
            (_SERVES, "文示例", "teacher_serves_public_school"),
        ):
            change = admin.post(_CHANGES, {"item": _teacher(name, number)}, key=f"draft-{number}")
            answer = _submit(admin, change, key=f"submit-{number}")
            if answer.code != code:
                raise RuntimeError(f"a listed teacher was submitted: {answer.status} {answer.body}")

    def _withdraw(self) -> None:
        """The bureau sees whom the school publishes, and the school withdraws her."""
        school = self._data.schools[PUBLISHES - 1].institution.institution_id
        teachers = Caller(self._cast.district.api_url).get(f"/v1/mall/institutions/{school}")["teachers"]
        found = [one["teacher_id"] for one in teachers if one["qualification_no"] == _LATER]
        if not found:  # a story that goes on has done it already
            return
        listed = self._cast.officer("reviewer").page("/console/personnel?of=published")
        if f"/console/schools/{school}/profile" not in listed:
            raise RuntimeError("a listed teacher whom a school publishes isn't told")
        told = {"item_id": found[0]}
        change = self._admin(PUBLISHES).post("/v1/school/profile/withdrawals", told, key="withdraw-0001")
        self._accept(PUBLISHES, change, key="withdraw-0002")

    def _in_two_places(self, overlap: Overlap) -> Iterator[Step]:
        """A school gives its teacher the number of another's, until both have taught in one hour: an alert at each."""
        taught = datetime.combine(overlap.slot.starts_at.astimezone(SHANGHAI).date(), time(9), SHANGHAI)
        borrowed = _number_of(self._data, overlap.one)
        own = _number_of(self._data, overlap.other)
        yield Step(
            taught - timedelta(days=1), "profile-borrow", lambda: self._renumber(overlap.other, borrowed, "borrow")
        )
        yield Step(taught - timedelta(hours=20), "profile-elsewhere", lambda: self._elsewhere(overlap))
        yield Step(taught + timedelta(days=1), "profile-correct", lambda: self._renumber(overlap.other, own, "correct"))

    def _elsewhere(self, overlap: Overlap) -> None:
        """The first school plans a class with its teacher at an hour at which the number teaches at the other."""
        offering, slot = overlap.one.taken.offering, overlap.other_slot
        admin = self._admin(_school_number(self._data, overlap.one))
        body = {
            "number": "ELSEWHERE-01",
            "name": "加开一班",
            **{name: getattr(offering, name) for name in ("campus_id", "room_id", "teacher_id")},
            "seats": 10,
            "minimum_students": 3,
            "timetable": {
                "kind": "sessions",
                "sessions": [{"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()}],
            },
        }
        home = f"/v1/school/courses/{offering.course_id}/classes"
        drafted = admin.post(home, body, key="elsewhere-0001")
        address = f"{home}/{drafted['offering_id']}/submission"
        answer = admin.call("POST", address, {}, key="elsewhere-0002", if_match=f'"{drafted["edits"]}"')
        if "teacher_elsewhere" not in [one["code"] for one in answer.body.get("errors", ())]:
            raise RuntimeError(f"a teacher is planned at two schools in one hour: {answer.status} {answer.body}")

    def _renumber(self, plan: Plan, number: str, key: str) -> None:
        teacher_id = plan.taken.offering.teacher_id
        at = _school_number(self._data, plan)
        teacher = next(one for one in self._data.schools[at - 1].institution.teachers if one.teacher_id == teacher_id)
        item = {**_teacher(teacher.name, number), "subject": teacher.subject, "qualification": teacher.qualification}
        self._submit_and_accept(at, f"{key}-0001", {"item": item, "item_id": teacher_id})

    def _submit_and_accept(self, number: int, key: str, told: Mapping[str, Any]) -> None:
        change = self._admin(number).post(_CHANGES, dict(told), key=f"profile-{key}")
        self._accept(number, change, key=f"submit-{key}")

    def _accept(self, number: int, change: Mapping[str, Any], *, key: str) -> None:
        """The school submits, a reviewer accepts; not what is accepted already."""
        admin = self._admin(number)
        _submit(admin, change, key=key)
        now = admin.get(f"{_CHANGES}/{change['change_id']}")
        school = self._data.schools[number - 1].institution.institution_id
        page = f"/console/schools/{school}/profile/{change['change_id']}"
        if now["status"] != "accepted":
            reviewer = self._cast.officer("reviewer")
            reviewer.send_to(page, f"{page}/decision", decision="accept", edits=str(now["edits"]))

    def _admin(self, number: int) -> Caller:
        return self._cast.school_user(admin_openid(number))


def first_overlap(data: DistrictData) -> Overlap | None:
    """The first two sessions at two schools that overlap and that a child of each class pays for and attends."""
    plans = [plan for plan in data.plans if plan.paying is Paying.EXACTLY and plan.taken.opens]
    slots = sorted(
        ((slot, plan) for plan in plans for slot in plan.taken.slots[1:] if slot.number not in plan.missed),
        key=lambda one: (one[0].starts_at, one[1].number),
    )
    for at, (slot, plan) in enumerate(slots):
        for other_slot, other in slots[at + 1 :]:
            if other_slot.starts_at >= slot.ends_at:
                break
            if other.taken.course.institution_id != plan.taken.course.institution_id:
                return Overlap(plan, other, slot, other_slot)
    return None


def _submit(admin: Caller, change: Mapping[str, Any], *, key: str) -> Answer:
    address = f"{_CHANGES}/{change['change_id']}/submission"
    return admin.call("POST", address, {}, key=key, if_match=f'"{change["edits"]}"')


def _teacher(name: str, number: str) -> dict[str, Any]:
    return {
        "kind": "teacher",
        "name": name,
        "subject": "dance",
        "qualification": "教师资格证",
        "qualification_no": number,
        "serves_public_school": "no",
    }


def _school_number(data: DistrictData, plan: Plan) -> int:
    wanted = plan.taken.course.institution_id
    return next(at for at, one in enumerate(data.schools, 1) if one.institution.institution_id == wanted)


def _number_of(data: DistrictData, plan: Plan) -> str:
    teachers = data.schools[_school_number(data, plan) - 1].institution.teachers
    return next(one.qualification_no for one in teachers if one.teacher_id == plan.taken.offering.teacher_id)


def _step(at: str, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI), name, act)
