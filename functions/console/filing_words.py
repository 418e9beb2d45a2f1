"""The console's words for filings: kinds, states, outcomes, materials and their reviews."""

from collections.abc import Mapping

from functions.console.words import Both
from shared.filings.catalogue import SECTIONS, TYPES
from shared.filings.inspections import STANDING_NAMES
from shared.filings.inspections import Standing as Inspected
from shared.filings.model import Filing, InstitutionType
from shared.filings.model import ObjectionStatus as FilingObjection
from shared.filings.model import Outcome as FilingOutcome
from shared.filings.model import Review as MaterialReview
from shared.filings.model import Role as FilingRole
from shared.filings.model import State as FilingState

FILINGS: Mapping[Filing, Both] = {
    Filing.APPLICATION: ("设立申请", "Application"),
    Filing.CHANGE: ("变更", "Change"),
    Filing.ANNUAL_INSPECTION: ("年检", "Annual inspection"),
}

INSTITUTION_TYPES: Mapping[InstitutionType, Both] = {
    InstitutionType.COMPANY: ("公司", "Company"),
    InstitutionType.NON_PROFIT: ("民办非企业单位", "Civil non-profit"),
}

FILING_ROLES: Mapping[FilingRole, Both] = {
    FilingRole.SCHOOL: ("机构", "School"),
    FilingRole.REVIEWER: ("审核员", "Reviewer"),
    FilingRole.SUPERVISOR: ("监管员", "Supervisor"),
    FilingRole.SYSTEM: ("系统", "The platform"),
    FilingRole.PUBLIC: ("公众", "The public"),
}

FILING_STATES: Mapping[FilingState, Both] = {
    FilingState.DRAFT: ("草稿", "Draft"),
    FilingState.SUBMITTED: ("已提交", "Submitted"),
    FilingState.ACCEPTED: ("已受理", "Accepted"),
    FilingState.DOCUMENT_REVIEW: ("材料审核", "Document review"),
    FilingState.CORRECTION_REQUIRED: ("待补正", "Corrections required"),
    FilingState.RESUBMITTED: ("已补正", "Resubmitted"),
    FilingState.SITE_VISIT: ("现场核查", "Site visit"),
    FilingState.DECIDED: ("已决定", "Decided"),
    FilingState.PUBLICISED: ("公示中", "Publicised"),
    FilingState.CLOSED: ("已办结", "Closed"),
}

FILING_OUTCOMES: Mapping[FilingOutcome, Both] = {
    FilingOutcome.PASS: ("通过", "Passed"),
    FilingOutcome.CONDITIONAL: ("整改后通过", "Passed under conditions"),
    FilingOutcome.FAIL: ("不通过", "Not passed"),
}

INSPECTIONS: Mapping[Inspected, Both] = STANDING_NAMES

MATERIAL_REVIEWS: Mapping[MaterialReview, Both] = {
    MaterialReview.GIVEN: ("待审核", "To be reviewed"),
    MaterialReview.ACCEPTED: ("符合", "Accepted"),
    MaterialReview.RETURNED: ("退回", "Returned"),
}

FILING_OBJECTIONS: Mapping[FilingObjection, Both] = {
    FilingObjection.OPEN: ("待处理", "Open"),
    FilingObjection.UPHELD: ("成立", "Upheld"),
    FilingObjection.DISMISSED: ("不成立", "Dismissed"),
}

MATERIAL_SECTIONS: Mapping[str, Both] = SECTIONS

CONTENT_TYPES: Mapping[str, Both] = {code: (name, name) for code, name in TYPES.items()}
