"""How a kind of filing goes, and what is handed in for it, as the definitions say: one version each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.filings.model import Action, Filing, InstitutionType, Outcome, Role, State


@dataclass(frozen=True)
class Rule:
    """An action that is possible in a state: for whom, where it leads, and with which outcomes of the case.

    No outcome named: it doesn't depend on one.
    """

    action: Action
    roles: frozenset[Role]
    next: State
    outcomes: frozenset[Outcome] = frozenset()


@dataclass(frozen=True)
class Term:
    """How long a case may stand in a state: a figure of the policy, in working days, and whose it is to act by then.

    It runs from the last time that the case came to one of the states in `since`.
    """

    figure: str
    owner: Role
    since: frozenset[State]


@dataclass(frozen=True)
class Step:
    """A state of a workflow. One without rules is the end."""

    state: State
    names: tuple[str, str]
    rules: tuple[Rule, ...]
    term: Term | None = None


@dataclass(frozen=True)
class Check:
    """A line of a site visit's checklist."""

    code: str
    names: tuple[str, str]


@dataclass(frozen=True)
class Workflow:
    """One version of how a kind of filing goes."""

    filing: Filing
    version: str
    effective_from: date
    start: State
    steps: Mapping[State, Step]
    checklist: tuple[Check, ...]


@dataclass(frozen=True)
class Item:
    """A material that is asked for. `types` are content types, `most_bytes` is of one file."""

    code: str
    section: str
    names: tuple[str, str]
    example: tuple[str, str]
    types: tuple[str, ...]
    most_bytes: int
    most_files: int
    required: bool
    expires: bool


@dataclass(frozen=True)
class Catalogue:
    """What is to be handed in (材料目录) for one kind of filing by one type of institution, in one version."""

    version: str
    effective_from: date
    filing: Filing
    institution_type: InstitutionType
    items: tuple[Item, ...]

    def find(self, code: str) -> Item | None:
        """The item with this code."""
        return next((item for item in self.items if item.code == code), None)
