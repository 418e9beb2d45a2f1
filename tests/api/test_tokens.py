"""Who calls, checked at every endpoint that isn't open to everybody."""

import hashlib
import json
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest

from functions.edge.auth import Audience, Role
from functions.edge.contract import Contract
from shared.funds.store.withdrawals import id_of
from tests.api.district import CONTRACTS, District
from tests.builders import GUARDIAN, NOW, SCHOOL, an_id
from tests.edge.conftest import SETTINGS
from tests.edge.doors import Clock, bearer

KEY = SETTINGS["JWT_KEY"]
CLOSED = [contract for contract in CONTRACTS if contract.audience is not Audience.PUBLIC]


def claims(**changes: Any) -> dict[str, Any]:
    """What a guardian's token says; None leaves a claim out."""
    told = {
        "iss": "hui",
        "aud": "hui-api",
        "sub": GUARDIAN,
        "role": "guardian",
        "jti": an_id("tok"),
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 1800,
        "ins": None,
        "tch": None,
        **changes,
    }
    return {name: value for name, value in told.items() if value is not None}


def signed(told: dict[str, Any], *, key: str = KEY, algorithm: str = "HS256", kid: str | None = None) -> str:
    """A token that a key has signed, by PyJWT and not by us."""
    name = hashlib.sha256(KEY.encode()).hexdigest()[:16] if kid is None else kid
    return "Bearer " + jwt.encode(told, key, algorithm=algorithm, headers={"kid": name})


def _part(told: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _unsigned(algorithm: str) -> str:
    kid = hashlib.sha256(KEY.encode()).hexdigest()[:16]
    return f"Bearer {_part({'alg': algorithm, 'typ': 'JWT', 'kid': kid})}.{_part(claims())}."


def _altered() -> str:
    header, _, signature = signed(claims()).split(".")
    return f"{header}.{_part(claims(sub=an_id('grd', 2)))}.{signature}"


class TestToken:
    def test_that_is_good_says_who_calls(self, district: District) -> None:
        answer = district.nobody.with_headers(authorization=signed(claims())).get("/v1/me")

        assert answer.body == {"subject": GUARDIAN, "role": "guardian", "institution_id": None, "teacher_id": None}

    def test_may_say_bearer_in_small_letters(self, district: District) -> None:
        told = signed(claims()).replace("Bearer", "bearer")

        assert district.nobody.with_headers(authorization=told).get("/v1/me").status == 200

    @pytest.mark.parametrize(
        ("authorization", "code"),
        [
            ("", "token_missing"),
            ("Bearer", "token_missing"),
            ("Bearer ", "token_missing"),
            ("Basic Z3JkOnB3", "token_missing"),
            ("Bearer nonsense", "token_invalid"),
            ("Bearer a.b.c", "token_invalid"),
            ("Bearer " + "a" * 8000, "token_invalid"),
            ("Bearer 令牌", "token_invalid"),
            (_unsigned("none"), "token_invalid"),
            (_unsigned("None"), "token_invalid"),
            (_unsigned("HS256"), "token_invalid"),
            (_altered(), "token_invalid"),
            (signed(claims(), key="b-key-for-tests-of-more-than-32-bytes"), "token_invalid"),
            (signed(claims(), kid="another"), "token_invalid"),
            (signed(claims(), algorithm="HS512", key=KEY * 2), "token_invalid"),
            (signed(claims(aud="hui-console")), "token_invalid"),
            (signed(claims(aud=None)), "token_invalid"),
            (signed(claims(iss="another")), "token_invalid"),
            (signed(claims(exp=None)), "token_invalid"),
            (signed(claims(jti=None)), "token_invalid"),
            (signed(claims(sub=None)), "token_invalid"),
            (signed(claims(role="administrator")), "token_invalid"),
            (signed(claims(exp=int(NOW.timestamp()))), "token_expired"),
        ],
    )
    def test_that_is_not_good_is_401(self, district: District, authorization: str, code: str) -> None:
        door = district.nobody.with_headers(authorization=authorization)

        answer = district.refuses(door, lambda door: door.get("/v1/me"), 401, code)

        assert answer.headers["www-authenticate"] == 'Bearer realm="hui"'

    def test_expires_after_half_an_hour(self, district: District, at: Clock) -> None:
        at.pass_by(minutes=29, seconds=59)
        assert district.guardian.get("/v1/me").status == 200

        at.pass_by(seconds=1)
        district.refuses(district.guardian, lambda door: door.get("/v1/me"), 401, "token_expired")

    def test_is_no_good_after_signing_out_and_others_are(self, district: District) -> None:
        same_person = district.nobody.with_headers(authorization=bearer())

        assert district.guardian.call("DELETE", "/v1/sign-ins/current").status == 204
        district.refuses(district.guardian, lambda door: door.get("/v1/me"), 401, "token_revoked")
        assert same_person.get("/v1/me").status == 200

    def test_outlives_a_change_of_keys_and_new_ones_are_of_the_new_key(
        self, district: District, settings: pytest.MonkeyPatch
    ) -> None:
        settings.setenv("JWT_KEY", f"a-newer-key-for-tests-of-more-than-32-bytes,{KEY}")
        assert district.guardian.get("/v1/me").status == 200
        newer = district.nobody.with_headers(authorization=bearer())

        settings.setenv("JWT_KEY", "a-newer-key-for-tests-of-more-than-32-bytes")
        assert newer.get("/v1/me").status == 200
        district.refuses(district.guardian, lambda door: door.get("/v1/me"), 401, "token_invalid")


ROLES: dict[Audience, set[Role]] = {
    Audience.SIGNED_IN: {Role.GUARDIAN, Role.SCHOOL_ADMIN, Role.TEACHER},
    Audience.GUARDIAN: {Role.GUARDIAN},
    Audience.SCHOOL: {Role.SCHOOL_ADMIN, Role.TEACHER},
    Audience.SCHOOL_ADMIN: {Role.SCHOOL_ADMIN},
}


def filled(contract: Contract) -> str:
    """An endpoint's address, with ids of the right shape."""
    return contract.path.format(
        enrolment_id=an_id("enr"),
        session_id=an_id("ses"),
        offering_id=an_id("off"),
        student_id=an_id("stu"),
        course_id=an_id("crs"),
        refund_id=f"ref_{an_id('enr')[4:]}01",
        withdrawal_id=id_of(SCHOOL, 1),
        file_id=an_id("fil"),
        change_id=an_id("chg"),
        item_id=an_id("itm"),
        case_id=an_id("cas"),
        code="business_licence",
        number="1",
        name="docs.js",
        review_id=an_id("rev"),
        message_id=an_id("msg"),
        claim_id=an_id("clm"),
    )


class TestEveryClosedEndpoint:
    @pytest.mark.parametrize("contract", CLOSED, ids=lambda one: f"{one.method} {one.path}")
    def test_asks_who_calls(self, district: District, contract: Contract) -> None:
        district.refuses(
            district.nobody, lambda door: door.call(contract.method, filled(contract)), 401, "token_missing"
        )

    @pytest.mark.parametrize(
        ("contract", "role"),
        [(contract, role) for contract in CLOSED for role in sorted(set(Role) - ROLES[contract.audience])],
        ids=lambda one: one.name,
    )
    def test_is_for_its_roles_only(self, district: District, contract: Contract, role: Role) -> None:
        door = district.nobody.with_headers(authorization=bearer(an_id("usr"), role))

        district.refuses(door, lambda door: door.call(contract.method, filled(contract)), 403, "not_for_your_role")


AUDIENCES = {
    "/v1/enrolments/{enrolment_id}/review": Audience.GUARDIAN,
    "/v1/mall/courses/{course_id}/reviews": Audience.PUBLIC,
    "/v1/mall/institutions/{institution_id}/reviews": Audience.PUBLIC,
    "/v1/mall/reviews/{review_id}/pictures/{number}": Audience.PUBLIC,
    "/v1/me/lessons/confirmations": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/claims": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/claims/{claim_id}/supplement": Audience.GUARDIAN,
    "/v1/insurer/events": Audience.PUBLIC,
    "/v1/me/messages": Audience.GUARDIAN,
    "/v1/me/subscriptions": Audience.GUARDIAN,
    "/v1/me/messages/{message_id}/read": Audience.GUARDIAN,
    "/v1/school/lessons/{enrolment_id}/{session_id}": Audience.SCHOOL_ADMIN,
    "/v1/school/lessons/{enrolment_id}/{session_id}/answer": Audience.SCHOOL_ADMIN,
    "/v1/school/lessons/{enrolment_id}/{session_id}/pictures/{number}": Audience.SCHOOL_ADMIN,
    "/v1/me/timetable": Audience.GUARDIAN,
    "/v1/school/timetable": Audience.SCHOOL,
    "/v1/me/uploads": Audience.SIGNED_IN,
    "/v1/me/uploads/{file_id}": Audience.SIGNED_IN,
    "/v1/reports/private-payment": Audience.SIGNED_IN,
    "/v1/school/reviews": Audience.SCHOOL_ADMIN,
    "/v1/school/reviews/{review_id}/reply": Audience.SCHOOL_ADMIN,
    "/v1/school/reviews/{review_id}/report": Audience.SCHOOL_ADMIN,
    "/v1/applications": Audience.GUARDIAN,
    "/v1/publicity": Audience.PUBLIC,
    "/v1/publicity/{case_id}/objections": Audience.PUBLIC,
    "/v1/school/filings": Audience.SCHOOL_ADMIN,
    "/v1/school/filings/{case_id}": Audience.SCHOOL_ADMIN,
    "/v1/school/filings/{case_id}/decision.pdf": Audience.SCHOOL_ADMIN,
    "/v1/school/filings/{case_id}/findings/{number}/rectification": Audience.SCHOOL_ADMIN,
    "/v1/school/filings/{case_id}/materials/{code}": Audience.SCHOOL_ADMIN,
    "/v1/school/filings/{case_id}/submission": Audience.SCHOOL_ADMIN,
    "/v1/school/filings/{case_id}/withdrawal": Audience.SCHOOL_ADMIN,
    "/v1/bank/events": Audience.PUBLIC,
    "/v1/bank/statements": Audience.PUBLIC,
    "/v1/seals/{day}": Audience.PUBLIC,
    "/v1/catalogue": Audience.PUBLIC,
    "/v1/policy": Audience.PUBLIC,
    "/v1/policy/{version}": Audience.PUBLIC,
    "/v1/enrolments": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/entries": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/lessons": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/lessons/{session_id}/confirmation": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/lessons/{session_id}/dispute": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/lessons/{session_id}/leave": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/lessons/{session_id}/leave/withdrawal": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/lessons/{session_id}/make-up": Audience.GUARDIAN,
    "/v1/school/lessons/{enrolment_id}/{session_id}/make-up": Audience.SCHOOL_ADMIN,
    "/v1/school/lessons/{enrolment_id}/{session_id}/make-up/withdrawal": Audience.SCHOOL_ADMIN,
    "/v1/school/courses/{course_id}/classes/{offering_id}/extra-sessions": Audience.SCHOOL_ADMIN,
    "/v1/school/courses/{course_id}/classes/{offering_id}/opening": Audience.SCHOOL_ADMIN,
    "/v1/enrolments/{enrolment_id}/transfers": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/transfers/{number}/answer": Audience.GUARDIAN,
    "/v1/school/transfers": Audience.SCHOOL_ADMIN,
    "/v1/school/enrolments/{enrolment_id}/transfers": Audience.SCHOOL_ADMIN,
    "/v1/school/enrolments/{enrolment_id}/transfers/{number}/answer": Audience.SCHOOL_ADMIN,
    "/v1/enrolments/{enrolment_id}/refund-preview": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/refunds": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/refunds/{refund_id}/withdrawal": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/wechat-payment": Audience.GUARDIAN,
    "/v1/wechat/pay/notifications": Audience.PUBLIC,
    "/v1/enrolments/{enrolment_id}/contract.pdf": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/receipt.pdf": Audience.GUARDIAN,
    "/v1/receipts/{code}": Audience.PUBLIC,
    "/v1/school/enrolments/{enrolment_id}/contract.pdf": Audience.SCHOOL_ADMIN,
    "/v1/enrolments/{enrolment_id}/statement": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/statement.pdf": Audience.GUARDIAN,
    "/v1/enrolments/{enrolment_id}/statement.xlsx": Audience.GUARDIAN,
    "/v1/listings/blacklist": Audience.PUBLIC,
    "/v1/listings/changes": Audience.PUBLIC,
    "/v1/listings/feed.json": Audience.PUBLIC,
    "/v1/listings/institutions/{institution_id}/history": Audience.PUBLIC,
    "/v1/listings/whitelist": Audience.PUBLIC,
    "/v1/mall/categories": Audience.PUBLIC,
    "/v1/mall/categories/{category}/institutions": Audience.PUBLIC,
    "/v1/mall/compare": Audience.PUBLIC,
    "/v1/mall/search": Audience.PUBLIC,
    "/v1/mall/courses/{course_id}": Audience.PUBLIC,
    "/v1/mall/institutions/{institution_id}": Audience.PUBLIC,
    "/v1/mall/institutions/{institution_id}/courses": Audience.PUBLIC,
    "/v1/notices/{number}": Audience.PUBLIC,
    "/v1/me": Audience.SIGNED_IN,
    "/v1/me/children": Audience.GUARDIAN,
    "/v1/consent-text": Audience.PUBLIC,
    "/v1/me/children/{student_id}/consent": Audience.GUARDIAN,
    "/v1/me/children/{student_id}/consent/withdrawal": Audience.GUARDIAN,
    "/v1/me/children/{student_id}/consents": Audience.GUARDIAN,
    "/v1/me/quote": Audience.GUARDIAN,
    "/v1/me/waitlist": Audience.GUARDIAN,
    "/v1/me/waitlist/{student_id}/{offering_id}/leaving": Audience.GUARDIAN,
    "/v1/school/courses/{course_id}/classes/{offering_id}/waitlist": Audience.SCHOOL_ADMIN,
    "/v1/school/accounts": Audience.SCHOOL_ADMIN,
    "/v1/school/files": Audience.SCHOOL_ADMIN,
    "/v1/school/files/{file_id}": Audience.SCHOOL_ADMIN,
    "/v1/school/files/{file_id}/content": Audience.SCHOOL_ADMIN,
    "/v1/mall/institutions/{institution_id}/rooms/{item_id}/picture": Audience.PUBLIC,
    "/v1/school/uploads": Audience.SCHOOL_ADMIN,
    **{
        f"/v1/school/courses{path}": Audience.SCHOOL_ADMIN
        for one in ("/{course_id}", "/{course_id}/classes/{offering_id}")
        for path in (one, f"{one}/submission", f"{one}/withdrawal", f"{one}/republication")
    },
    "/v1/school/courses": Audience.SCHOOL_ADMIN,
    "/v1/school/courses/{course_id}/classes": Audience.SCHOOL_ADMIN,
    "/v1/school/profile/changes": Audience.SCHOOL_ADMIN,
    "/v1/school/profile/changes/{change_id}": Audience.SCHOOL_ADMIN,
    "/v1/school/profile/changes/{change_id}/submission": Audience.SCHOOL_ADMIN,
    "/v1/school/profile/withdrawals": Audience.SCHOOL_ADMIN,
    "/v1/school/invitations": Audience.SCHOOL_ADMIN,
    "/v1/school/listing": Audience.SCHOOL_ADMIN,
    "/v1/school/listing/appeals": Audience.SCHOOL_ADMIN,
    "/v1/school/minimum-balance": Audience.SCHOOL_ADMIN,
    "/v1/school/minimum-balance/withdrawals": Audience.SCHOOL_ADMIN,
    "/v1/school/minimum-balance/withdrawals/{withdrawal_id}": Audience.SCHOOL_ADMIN,
    "/v1/school/minimum-balance/withdrawals/{withdrawal_id}/cancellation": Audience.SCHOOL_ADMIN,
    "/v1/school/offerings": Audience.SCHOOL,
    "/v1/school/offerings/{offering_id}/sessions": Audience.SCHOOL,
    "/v1/school/offerings/{offering_id}/sessions/{session_id}/attendance": Audience.SCHOOL,
    "/v1/school/offerings/{offering_id}/sessions/{session_id}/roster": Audience.SCHOOL,
    "/v1/school/payouts": Audience.SCHOOL_ADMIN,
    "/v1/school/plaque": Audience.SCHOOL_ADMIN,
    "/v1/school/plaque.pdf": Audience.SCHOOL_ADMIN,
    "/v1/school/refunds": Audience.SCHOOL_ADMIN,
    "/v1/school/refunds/{refund_id}/answer": Audience.SCHOOL_ADMIN,
    "/v1/school/standing": Audience.SCHOOL_ADMIN,
    "/v1/school/statement": Audience.SCHOOL_ADMIN,
    "/v1/school/statement.pdf": Audience.SCHOOL_ADMIN,
    "/v1/school/statement.xlsx": Audience.SCHOOL_ADMIN,
    "/v1/sign-ins": Audience.PUBLIC,
    "/v1/sign-ins/current": Audience.SIGNED_IN,
    "/v1/verify": Audience.PUBLIC,
    "/v1/verify/{institution_id}/history": Audience.PUBLIC,
}


def test_every_endpoint_is_for_whom_it_should_be() -> None:
    api = {(one.path, one.audience) for one in CONTRACTS if one.path.startswith("/v1/")}

    assert api == set(AUDIENCES.items())
