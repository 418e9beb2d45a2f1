"""The console's words for what schools publish, and for the lists of who may not teach."""

from collections.abc import Mapping

from functions.console.words import Both
from shared.institutions.model import (
    CERTIFICATE_NAMES,
    VALIDITY_NAMES,
    CertificateKind,
)
from shared.personnel.model import LIST_NAMES as PERSONNEL_LIST_NAMES
from shared.personnel.model import ChangeKind as PersonChangeKind
from shared.profiles.model import ChangeStatus
from shared.profiles.model import Kind as ProfileKind

PROFILE_KINDS: Mapping[ProfileKind, Both] = {
    ProfileKind.CERTIFICATE: ("证书", "Certificate"),
    ProfileKind.TEACHER: ("教师", "Teacher"),
    ProfileKind.ROOM: ("教学环境", "Room"),
}

PROFILE_CHANGES: Mapping[ChangeStatus, Both] = {
    ChangeStatus.DRAFT: ("草稿", "Draft"),
    ChangeStatus.SUBMITTED: ("待审核", "To be reviewed"),
    ChangeStatus.ACCEPTED: ("已通过并公示", "Accepted and published"),
    ChangeStatus.RETURNED: ("已退回", "Returned"),
    ChangeStatus.REPLACED: ("已被替代", "Replaced"),
}

PROFILE_FIELDS: Mapping[str, Both] = {
    "certificate": ("证书类型", "Certificate"),
    "kind": ("证书类型", "Certificate"),
    "number": ("证号", "Number"),
    "issuer": ("发证机关", "Issuer"),
    "valid_from": ("有效期自", "Valid from"),
    "valid_to": ("有效期至", "Valid until"),
    "name": ("姓名", "Name"),
    "subject": ("任教科目", "Subject"),
    "qualification": ("资格证书", "Qualification"),
    "qualification_no": ("资格证号", "Qualification no."),
    "serves_public_school": ("是否在职中小学教师", "Teaches at a public school"),
    "caption": ("名称", "Name"),
    "area_m2": ("面积（平方米）", "Area (m²)"),
}

CERTIFICATES: Mapping[CertificateKind, Both] = CERTIFICATE_NAMES

VALIDITIES: Mapping[str, Both] = VALIDITY_NAMES

YES_NO: Mapping[str, Both] = {"yes": ("是", "Yes"), "no": ("否", "No")}

PERSONNEL_LISTS: Mapping[str, Both] = dict(PERSONNEL_LIST_NAMES.items())

PERSON_CHANGES: Mapping[PersonChangeKind, Both] = {
    PersonChangeKind.LISTED: ("列入", "Listed"),
    PersonChangeKind.REMOVED: ("移出", "Taken off"),
}
