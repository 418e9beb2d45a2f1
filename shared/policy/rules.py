"""What a change of the policy may be, and until when it may be decided. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta

from shared.kernel import clock, errors
from shared.policy import file
from shared.policy.model import Change, Entry, Figure, Head, NewFigure, OwnDays, Policy

DECIDED_BEFORE = timedelta(minutes=10)
"""How long before its day a version may still be approved or withdrawn. Longer than any call takes (29 s) and than
clocks differ: so what is in force on a day is decided before anybody reads it on that day."""
MOST_FIGURES = 10
MOST_NOTE = 120
MOST_OWN_DAYS = 60
_FURTHEST = timedelta(days=2 * 366)

# Of each pair the first may not be more than the second.
_IN_ORDER = (
    ("certificate_last_warning_days", "certificate_second_warning_days"),
    ("certificate_second_warning_days", "certificate_first_warning_days"),
    ("minimum_balance_red_percent", "minimum_balance_yellow_percent"),
    ("minimum_floor_small_fen", "minimum_floor_medium_fen"),
    ("minimum_floor_medium_fen", "minimum_floor_large_fen"),
    ("inspection_opens_mmdd", "inspection_last_opening_mmdd"),
)


class UnknownFigure(errors.Invalid):
    code = "unknown_policy_figure"
    zh = "没有名为“{name}”的规则数字。"
    en = "The policy has no figure named “{name}”."


class FigureOutOfBounds(errors.Invalid):
    code = "policy_figure_out_of_bounds"
    zh = "“{note_zh}”的数值应为 {least} 至 {most} 的整数。"
    en = "The value of “{note}” is a whole number from {least} to {most}."


class FigureUnreadable(errors.Invalid):
    code = "policy_figure_unreadable"
    zh = "“{note_zh}”应为时刻（如2030）或月日（如301）。"
    en = "“{note}” is a time of day such as 2030, or a month and a day such as 301."


class FigureNoteMissing(errors.Invalid):
    code = "policy_figure_note_missing"
    zh = "“{name}”须用中文和英文各写一句说明（每句至多{most}字）。"
    en = "Say in Chinese and in English what {name} means, in {most} characters at most each."


class FiguresContradict(errors.Invalid):
    code = "policy_figures_contradict"
    zh = "“{smaller}”不能大于“{larger}”。"
    en = "“{smaller}” can't be more than “{larger}”."


class TooManyFigures(errors.Invalid):
    code = "too_many_policy_figures"
    zh = "一次至多变更{most}个数字。"
    en = "A change has {most} figures at most."


class NothingChanges(errors.Invalid):
    code = "policy_unchanged"
    zh = "与最新版本相比没有变化。"
    en = "Nothing differs from the newest version."


class OwnDaysWrong(errors.Invalid):
    code = "policy_own_days_wrong"
    zh = "自设的休息日和工作日：新增或取消的日期应在施行日当日或之后两年内，同一天不能两者都是，每种至多{most}天。"
    en = "Own days that change are from the day of effect on, within two years; none is both; {most} of each at most."


class PolicyDayWrong(errors.Invalid):
    code = "policy_day_wrong"
    zh = "施行日应晚于最新版本的施行日（{newest}），并在两年之内。"
    en = "The day of effect comes after the newest version's ({newest}) and within two years."


class PolicyDayTooSoon(errors.Conflict):
    code = "policy_day_too_soon"
    zh = "施行日 {day} 已到或即将开始：最迟须在前一日23时50分之前批准。请另定施行日。"
    en = "{day} has come or is about to: it must be approved by 23:50 of the day before. Choose another day."


class PolicyInForce(errors.Conflict):
    code = "policy_in_force"
    zh = "版本 {version} 已经施行或即将施行，不能撤销；请提出新版本。"
    en = "{version} is in force or about to be, and isn't withdrawn any more. Propose a new version."


class NotTheNewestPolicy(errors.Conflict):
    code = "not_the_newest_policy"
    zh = "只能撤销最新的版本：其后的版本以它为基础，或者它已被撤销。"
    en = "Only the newest version can be withdrawn: later ones are made of it, or it is withdrawn already."


def changed(base: Policy, change: Change, *, head: Head, now: datetime) -> Policy:
    """The version that a change makes of the newest one, `base`.

    Raises PolicyDayTooSoon, PolicyDayWrong, UnknownFigure, FigureOutOfBounds, FigureUnreadable, FigureNoteMissing,
    TooManyFigures, FiguresContradict, OwnDaysWrong, NothingChanges.
    """
    _check_day(base, change.effective_from, now)
    if len(change.figures) > MOST_FIGURES:
        raise TooManyFigures(most=MOST_FIGURES)
    figures = _with(base, change.figures)
    _check_order(figures)
    _check_own_days(base.own_days, change.own_days, change.effective_from)
    if figures == base.figures and change.own_days == base.own_days:
        raise NothingChanges()
    return file.policy(
        version=next_name(head, change.effective_from),
        effective_from=change.effective_from,
        figures=figures,
        own_days=change.own_days,
    )


def next_name(head: Head, effective_from: date) -> str:
    """What the next version is called: the district, the year, and its count in the year. A name isn't used twice."""
    district = file.first().version.rpartition("-")[0]
    stem = f"{district}-{effective_from.year}."
    names = (file.first().version, *(entry.version for entry in head.entries))
    return f"{stem}{sum(name.startswith(stem) for name in names) + 1}"


def decidable(effective_from: date, *, now: datetime) -> bool:
    """Whether what takes effect on a day may still be approved or withdrawn."""
    return clock.business_day(now) < effective_from and now + DECIDED_BEFORE <= clock.start_of(effective_from)


def check_withdrawable(head: Head, version: str, *, now: datetime) -> Entry:
    """The newest version, if it is this one and still to come. Raises NotTheNewestPolicy, PolicyInForce."""
    entries = [entry for entry in head.entries if not entry.withdrawn]
    if not entries or entries[-1].version != version:
        raise NotTheNewestPolicy()
    if not decidable(entries[-1].effective_from, now=now):
        raise PolicyInForce(version=version)
    return entries[-1]


def _check_day(base: Policy, day: date, now: datetime) -> None:
    if not decidable(day, now=now):
        raise PolicyDayTooSoon(pointer="/effective_from", day=day.isoformat())
    if not base.effective_from < day <= clock.business_day(now) + _FURTHEST:
        raise PolicyDayWrong(pointer="/effective_from", newest=base.effective_from.isoformat())


def _with(base: Policy, figures: Mapping[str, NewFigure]) -> tuple[Figure, ...]:
    known = {figure.name: figure for figure in base.figures}
    for name, new in figures.items():
        if name not in known:
            raise UnknownFigure(pointer=f"/figures/{name}", name=name)
        _check_figure(known[name], new)
    return tuple(
        replace(figure, **asdict(figures[figure.name])) if figure.name in figures else figure for figure in base.figures
    )


def _check_figure(was: Figure, new: NewFigure) -> None:
    if type(new.value) is not int or not was.least <= new.value <= was.most:
        told = {"note": was.note_en, "note_zh": was.note_zh, "least": was.least, "most": was.most}
        raise FigureOutOfBounds(pointer=f"/figures/{was.name}/value", **told)
    if not _is_readable(was.name, new.value):
        raise FigureUnreadable(pointer=f"/figures/{was.name}/value", note=was.note_en, note_zh=was.note_zh)
    if not all(note.strip() and len(note) <= MOST_NOTE for note in (new.note_zh, new.note_en)):
        raise FigureNoteMissing(pointer=f"/figures/{was.name}/note_zh", name=was.name, most=MOST_NOTE)


def _is_readable(name: str, value: int) -> bool:
    """Whether a time of day is one, and a day of the year."""
    first, last = divmod(value, 100)
    try:
        if name.endswith("_clock"):
            time(first, last)
        if name.endswith("_mmdd"):
            date(2028, first, last)  # a leap year
    except ValueError:
        return False
    return True


def _check_order(figures: Iterable[Figure]) -> None:
    of = {figure.name: figure for figure in figures}
    for smaller, larger in _IN_ORDER:
        if of[smaller].value > of[larger].value:
            raise FiguresContradict(pointer=f"/figures/{smaller}/value", smaller=smaller, larger=larger)


def _check_own_days(was: OwnDays, becomes: OwnDays, effective_from: date) -> None:
    altered = (was.holidays ^ becomes.holidays) | (was.working_days ^ becomes.working_days)
    lasts = effective_from + _FURTHEST
    lists = (becomes.holidays, becomes.working_days)
    outside = any(not effective_from <= day <= lasts for day in altered)
    if outside or becomes.holidays & becomes.working_days or any(len(days) > MOST_OWN_DAYS for days in lists):
        raise OwnDaysWrong(pointer="/own_days", most=MOST_OWN_DAYS)
