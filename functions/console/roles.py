"""Who of the staff may do what in the console."""

from shared.people.model import StaffRole

EVERYONE = frozenset(StaffRole)
MONEY = EVERYONE - {StaffRole.REVIEWER}
"""Who sees bank messages and money that matches nothing: payers' names are in them."""
PERSONAL = frozenset({StaffRole.SUPERVISOR, StaffRole.FINANCE_OFFICER, StaffRole.AUDITOR})
"""Who may be shown a child's name, for a purpose that is recorded."""
AUDITORS = frozenset({StaffRole.SUPERVISOR, StaffRole.AUDITOR})
"""Who sees who of the bureau opened which of the schools' files."""
RECOMMENDERS = frozenset({StaffRole.REVIEWER, StaffRole.SUPERVISOR})
"""Who recommends on a contested refund; another person decides."""
PERSONNEL = RECOMMENDERS | {StaffRole.AUDITOR}
"""Who sees persons on the lists of those who may not teach: personal data that money has nothing to do with."""
REPORTS = RECOMMENDERS | {StaffRole.AUDITOR}
"""Who sees what people report of schools, and who they are."""
MONEY_MOVERS = frozenset({StaffRole.SUPERVISOR, StaffRole.FINANCE_OFFICER})
"""Who proposes and approves, two together, what freezes or moves money."""
FINANCE_OFFICERS = frozenset({StaffRole.FINANCE_OFFICER})
"""Who proposes what a minimum balance must be and what may leave it."""
POLICY_MAKERS = frozenset({StaffRole.ADMINISTRATOR, StaffRole.SUPERVISOR})
"""Who proposes a change of the policy; a supervisor, another person, approves."""
SUPERVISORS = frozenset({StaffRole.SUPERVISOR})
"""Who suspends schools, decides disputes and contested refunds, and approves what concerns minimum balances."""
