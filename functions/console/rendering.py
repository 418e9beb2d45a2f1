"""Templates, and what each is given: the language, who is signed in, links, how figures and moments are shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from functions.console import (
    act_words,
    acts,
    alert_words,
    break_words,
    charts,
    filing_words,
    links,
    money_words,
    navigation,
    policy_words,
    profile_words,
    roles,
    timeline,
    words,
)
from functions.edge import amending
from functions.edge.settings import settings
from shared.kernel import clock, money
from shared.mall.model import weekly_in_english
from shared.people.model import StaffSession

_HTMX = {
    "allowEval": False,
    "historyCacheSize": 0,
    "includeIndicatorStyles": False,
    "selfRequestsOnly": True,
}


@dataclass(frozen=True)
class Surroundings:
    """What every page is shown in. `here` is its own path with its query."""

    language: str
    session: StaffSession | None
    rooms: Sequence[navigation.Room]
    here: str
    now: datetime
    request_id: str


def render(template: str, told: Mapping[str, Any], around: Surroundings) -> str:
    """A template as a page, in the visitor's language."""
    given = {**_given(around), **told}
    return str(_templates().get_template(template).render(given))


@cache
def _templates() -> Any:
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        link=links.link,
        asset=links.asset,
        environment_name=lambda: settings().environment_name,
        htmx_config=json.dumps(_HTMX),
        words=words,
        policy_words=policy_words,
        break_words=break_words,
        filing_words=filing_words,
        money_words=money_words,
        profile_words=profile_words,
        charts=charts,
        roles=roles,
        act_words=act_words,
        acts=acts,
        why=alert_words.why,
        happening=happening,
        amended=amending.lines,
        moved_fen=timeline.amount,
    )
    made.filters.update(yuan=money.text, axis=axis, moment=moment, day=day, clock=time_of_day, masked=masked)
    made.filters.update(business_day=clock.business_day, pretty=pretty, unit=policy_words.unit, times=times)
    return made


def _given(around: Surroundings) -> dict[str, Any]:
    english = around.language == "en"

    def t(zh: str, en: str) -> str:
        return en if english else zh

    def word(of: Mapping[Any, words.Both], code: Any) -> str:
        both = of.get(code)
        return both[english] if both else str(code)

    session = around.session
    return {
        "t": t,
        "word": word,
        "lang": around.language,
        "other_language": _other_language(around),
        "session": session,
        "rooms": around.rooms,
        "may": lambda who: session is not None and session.role in who,
        "here": around.here,
        "now": around.now,
        "today": clock.business_day(around.now),
        "request_id": around.request_id,
    }


def _other_language(around: Surroundings) -> str:
    path, _, query = around.here.partition("?")
    return links.link(path, **{**links.read_query(query), "lang": "zh" if around.language == "en" else "en"})


def moment(at: datetime) -> str:
    """A moment in Beijing time, to the minute."""
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")


def time_of_day(at: datetime) -> str:
    """The time of a moment in Beijing."""
    return at.astimezone(clock.SHANGHAI).strftime("%H:%M")


def day(on: date | datetime) -> str:
    """A day, or the business day of a moment."""
    return (clock.business_day(on) if isinstance(on, datetime) else on).isoformat()


def happening(one: object) -> str:
    """What kind of happening of a timeline it is: `Moved` -> 'moved'."""
    return type(one).__name__.lower()


def axis(amount_fen: int, language: str) -> str:
    """An amount on a chart's axis: in ten thousand yuan (万元), in English in thousands."""
    return f"{amount_fen / (100_000 if language == 'en' else 1_000_000):,.6g}"


def pretty(told: Mapping[str, Any]) -> str:
    """A record as a person reads it."""
    return json.dumps(told, ensure_ascii=False, indent=2, default=str)


def times(text: str, language: str) -> str:
    """Times of the week as a class has them, in English where that is asked for."""
    return weekly_in_english(text) if language == "en" else text


def masked(name: str) -> str:
    """A person's name of which only the first character is told."""
    return name[:1] + "**" if name else ""
