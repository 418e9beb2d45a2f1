"""All the books of a district as plain-text accounting, a file a school and language."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared.funds import model, plain_text, totals_model
from shared.funds.minimum_model import MinimumBalance
from shared.funds.store.books import Books
from shared.kernel.ids import InstitutionId


def of_schools(books: Books) -> Iterator[plain_text.Book]:
    """A book for each school that has any entry; each account at the bank must close with the bank's word."""
    entries: dict[InstitutionId, list[model.Entry]] = defaultdict(list)
    for entry in books.entries:
        entries[entry.institution_id].append(entry)
    accounts: dict[InstitutionId, list[model.EnrolmentAccount]] = defaultdict(list)
    for account in books.accounts:
        accounts[account.institution_id].append(account)
    totals = {one.institution_id: one for one in books.totals}
    minimums = {one.institution_id: one for one in books.minimums}
    for school, told in sorted(entries.items()):
        mine = {entry.account_no for entry in told}
        yield plain_text.book(
            title=school,
            entries=told,
            accounts=accounts[school],
            totals=totals.get(school, totals_model.Totals(school, {})),
            minimum=minimums.get(school, MinimumBalance(school)),
            bank_balances={no: balance for no, balance in books.bank_balances.items() if no in mine},
        )


def write(books: Sequence[plain_text.Book], folder: Path) -> None:
    """Each book twice, `<its title>.beancount` and `<its title>.journal`, into a folder that is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for book in books:
        for ending, lines in (("beancount", plain_text.beancount(book)), ("journal", plain_text.hledger(book))):
            text = "".join(f"{line}\n" for line in lines)
            (folder / f"{book.title}.{ending}").write_text(text, encoding="utf-8")
