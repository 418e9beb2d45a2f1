"""A filing at the doors of the API and of the console: who acts on it, and its way from the draft on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from functions.edge import amending, filing_acts
from shared.dynamo import transaction
from shared.filings import catalogue, decisions, usecases, visits, watching, workflows
from shared.filings.model import Action, Case, FileRef, Filing, InstitutionType, Outcome, Role
from shared.filings.store import cases
from shared.institutions import store as institutions
from shared.kernel.ids import CaseId, FileId, InstitutionId
from shared.materials.model import FileStatus, KeptFile, Kind
from shared.materials.store import files
from shared.people.model import StaffRole
from tests import builders
from tests.api.documented import Documented
from tests.builders import NOW, an_id
from tests.console.visitors import Visitor, sign_in
from tests.edge.doors import Answer, admin_bearer

APPLICATION = {
    "name": "淄博市临淄区新星美术培训学校有限公司",
    "credit_code": builders.a_school(77).credit_code,
    "legal_representative": "稷示例",
    "address": "临淄区示例路77号",
    "phone": "13800000077",
}
EXPIRE = ("premises_proof", "fire_inspection", "liability_insurance")
REQUIRED = (
    "business_licence",
    "founder_identity",
    "premises_proof",
    "floor_plan",
    "fire_inspection",
    "capital_proof",
    "teacher_list",
    "liability_insurance",
    "charge_rules",
)


def keep_file(number: int, institution_id: str, **changes: Any) -> FileId:
    """The `number`-th file, handed in by a school and accepted unless `changes` says otherwise."""
    told: dict[str, Any] = {
        "file_id": FileId(an_id("fil", number)),
        "institution_id": InstitutionId(institution_id),
        "kind": Kind.DOCUMENT,
        "name": f"材料{number}.pdf",
        "content_type": "application/pdf",
        "size": 1000,
        "asked_by": "usr",
        "asked_at": NOW,
        "expires_at": NOW + timedelta(minutes=10),
    }
    asked = KeptFile(**{**told, **changes})
    files.add(asked)
    if asked.status is FileStatus.WAITING and "status" not in changes:
        begun = files.begin(asked, sent_at=NOW)
        accepted: dict[str, Any] = {
            "status": FileStatus.ACCEPTED,
            "decided_at": NOW,
            "sha256": f"{number:064d}",
            "kept_size": 1000,
        }
        files.decide(begun, replace(begun, **{**accepted, "sent_sha256": f"{number:064d}"}))
    return asked.file_id


@dataclass
class Filed:
    """An application with everybody who acts on it."""

    nobody: Documented
    admin: Documented
    case_id: str
    institution_id: str
    acted: int = 0

    @property
    def home(self) -> str:
        return f"/v1/school/filings/{self.case_id}"

    @property
    def page(self) -> str:
        return f"/console/filings/{self.case_id}"

    @property
    def case(self) -> Case:
        return cases.get(self.case_id)

    def post(self, path: str, body: Any = None) -> Answer:
        """The school's administrator sends something new."""
        self.acted += 1
        return self.admin.post(f"{self.home}{path}", {} if body is None else body, key=f"filing-{self.acted:04d}")

    def hand_in(self, code: str, number: int = 1) -> Answer:
        body: dict[str, Any] = {"files": [an_id("fil", number)]}
        if code in EXPIRE:
            body["expires_on"] = "2027-12-31"
        return self.post(f"/materials/{code}", body)

    def hand_in_all(self, number: int = 1) -> None:
        for code in REQUIRED:
            answer = self.hand_in(code, number)
            assert answer.status == 201, answer.text

    def submit(self) -> Answer:
        return self.post("/submission")

    def act(self, who: Visitor, action: str, **told: str) -> Answer:
        """Somebody of the bureau takes a step on the case's page."""
        return who.post(f"{self.page}/acts/{action}", told)

    def does(self, who: Visitor, action: str, **told: str) -> None:
        answer = self.act(who, action, **told)
        assert answer.status == 303, answer.text

    def review(self, who: Visitor, *, returned: dict[str, str] | None = None) -> None:
        """Each material that isn't reviewed is accepted, but for those that are returned with a reason."""
        for code, one in self.case.materials.items():
            if code in (returned or {}):
                self.does(who, "review_item", code=code, decision="return", reason=(returned or {})[code])
            elif one.review != "accepted":
                self.does(who, "review_item", code=code, decision="accept")

    def to_review(self, who: Visitor) -> None:
        """From the draft to the review of its materials."""
        self.hand_in_all()
        assert self.submit().status == 201
        self.does(who, "accept")
        self.does(who, "begin_review")

    def visited(self, who: Visitor, *, finding: str = "") -> None:
        """All accepted, and the site visited; with a finding, if one is told."""
        self.review(who)
        self.does(who, "order_visit")
        checks = {f"check-{code}": "yes" for code in ("premises", "fire_safety", "staff", "rules", "cameras")}
        due = (date(2026, 9, 1) + timedelta(days=20)).isoformat()
        found = {"finding-1": finding, "due-1": due} if finding else {}
        self.does(who, "record_visit", **checks, **found)


def apply(nobody: Documented, guardian: Documented, *, key: str = "apply-0001", **changes: Any) -> Filed:
    """Somebody asks to found a school, and signs in as its administrator."""
    answer = guardian.post("/v1/applications", {**APPLICATION, **changes}, key=key)
    assert answer.status == 201, answer.text
    told = answer.body
    admin = nobody.with_headers(authorization=admin_bearer(InstitutionId(told["institution_id"])))
    return Filed(nobody, admin, told["case_id"], told["institution_id"])


def open_change(number: int = 1, **changes: Any) -> CaseId:
    """The first school files a change of its record: its legal representative, or what `changes` say."""
    school = institutions.get(builders.SCHOOL)
    after = replace(school, **(changes or {"legal_representative": "鲁示例"}))
    case, parts = usecases.opening(
        case_id=CaseId(an_id("cas", number)),
        filing=Filing.CHANGE,
        institution_id=builders.SCHOOL,
        institution_type=InstitutionType.COMPANY,
        subject="星河舞蹈",
        by="usr",
        now=NOW,
        statement="换届",
        amendments=amending.asked(school, after),
    )
    transaction.commit(parts)
    return case.case_id


def reviewer() -> Visitor:
    return sign_in("reviewer", StaffRole.REVIEWER)


def supervisor(username: str = "supervisor") -> Visitor:
    return sign_in(username, StaffRole.SUPERVISOR)


def handed_in(case_id: str, *, now: datetime) -> None:
    """A school hands in what its case asks for, and submits it."""
    case = cases.get(case_id)
    asked = catalogue.get(case.catalogue_version, case.filing, case.institution_type)
    told: dict[str, Any] = {"case_id": case_id, "institution_id": case.institution_id, "by": "usr", "now": now}
    for item in asked.items:
        if item.required:
            files = [(FileRef(FileId(an_id("fil", 1)), "材料.pdf", "0" * 64), item.types[0], 1000)]
            expires_on = date(now.year + 2, 12, 31) if item.expires else None
            usecases.hand_in(code=item.code, files=files, expires_on=expires_on, **told)
    usecases.submit(**told)


def visited_case(case_id: str, *, now: datetime, findings: Sequence[tuple[str, date]] = ()) -> None:
    """The bureau accepts all that is handed in, and visits the place."""
    handed_in(case_id, now=now)
    told: dict[str, Any] = {"case_id": case_id, "role": Role.REVIEWER, "by": "reviewer", "now": now}
    for action in (Action.ACCEPT, Action.BEGIN_REVIEW):
        usecases.advance(action=action, note="", **told)
    for code in cases.get(case_id).materials:
        usecases.review_item(code=code, accept=True, reason="", **told)
    usecases.advance(action=Action.ORDER_VISIT, note="", **told)
    checked = {line.code: True for line in workflows.get(cases.get(case_id).workflow_version).checklist}
    visits.record_visit(checked=checked, note="", findings=findings, **told)


def failed_inspection(*, now: datetime) -> None:
    """The first school fails this year's annual inspection, and the case is closed."""
    case_id = watching.inspection_id(builders.SCHOOL, now.year)
    watching.open_inspection(
        institution_id=builders.SCHOOL,
        institution_type=InstitutionType.COMPANY,
        subject="星河舞蹈",
        year=now.year,
        now=now,
    )
    visited_case(case_id, now=now)
    decided(case_id, Outcome.FAIL, now=now)
    filing_acts.close(case_id=case_id, role=Role.SUPERVISOR, by="supervisor", now=now)


def decided(case_id: str, outcome: Outcome, *, now: datetime) -> None:
    """A supervisor decides a case, and makes public what has passed."""
    told: dict[str, Any] = {"case_id": case_id, "role": Role.SUPERVISOR, "by": "supervisor", "now": now}
    decisions.decide(outcome=outcome, reason="核查完毕", **told)
    if outcome is not Outcome.FAIL:
        usecases.advance(action=Action.PUBLICISE, note="", **told)
