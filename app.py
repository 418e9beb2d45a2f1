"""Composition only: the Chalice app and its blueprints."""

from chalice.app import Chalice

from functions.api import bank, enrolments, mall, me, problem_list, school, service, sign_ins
from functions.console import (
    alert_list,
    disputes,
    enrolment,
    policy,
    school_status,
    schools,
    search,
    staff_sign_in,
    today,
    unhandled,
)
from functions.schedules import auto_confirm, expire_unpaid, pay_out, resend_payouts, sweep
from functions.streams import keep_totals, raise_alerts, release_lesson

app = Chalice(app_name="hui", configure_logs=False)

for module in (
    service,
    problem_list,
    sign_ins,
    me,
    mall,
    enrolments,
    school,
    bank,
    staff_sign_in,
    today,
    schools,
    school_status,
    enrolment,
    disputes,
    alert_list,
    unhandled,
    policy,
    search,
    release_lesson,
    keep_totals,
    raise_alerts,
    auto_confirm,
    expire_unpaid,
    pay_out,
    resend_payouts,
    sweep,
):
    app.register_blueprint(module.blueprint)
