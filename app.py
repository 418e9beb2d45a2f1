"""Composition only: the Chalice app and its blueprints."""

from chalice.app import Chalice

from functions.api import (
    bank,
    enrolments,
    mall,
    me,
    problem_list,
    refunds,
    school,
    school_refunds,
    service,
    sign_ins,
    statements,
)
from functions.console import (
    alert_list,
    approvals,
    books,
    disputes,
    enrolment,
    interest,
    policy,
    school_status,
    schools,
    search,
    staff_sign_in,
    today,
    unhandled,
)
from functions.console import refunds as console_refunds
from functions.schedules import (
    agree_refunds,
    auto_confirm,
    credit_interest,
    expire_unpaid,
    pay_minimum_withdrawals,
    pay_out,
    pay_refunds,
    resend_payouts,
    sweep,
    wind_up,
)
from functions.streams import keep_totals, raise_alerts, release_lesson

app = Chalice(app_name="hui", configure_logs=False)

for module in (
    service,
    problem_list,
    sign_ins,
    me,
    mall,
    enrolments,
    refunds,
    statements,
    school,
    school_refunds,
    bank,
    staff_sign_in,
    today,
    schools,
    school_status,
    books,
    enrolment,
    interest,
    disputes,
    console_refunds,
    approvals,
    alert_list,
    unhandled,
    policy,
    search,
    release_lesson,
    keep_totals,
    raise_alerts,
    auto_confirm,
    expire_unpaid,
    agree_refunds,
    wind_up,
    pay_refunds,
    pay_minimum_withdrawals,
    pay_out,
    resend_payouts,
    sweep,
    credit_interest,
):
    app.register_blueprint(module.blueprint)
