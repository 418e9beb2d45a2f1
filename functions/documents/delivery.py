"""Documents written and handed over."""

from enum import StrEnum

from functions.documents import pdf, workbook
from functions.documents.model import Document
from functions.edge import files
from shared.kernel import errors

MOST_PRINTED_ROWS = 2_000


class DocumentTooLong(errors.Conflict):
    code = "document_too_long"
    zh = "超过 {most} 行，不便打印；请缩短期间，或下载 xlsx。"
    en = "More than {most} rows are too many to print; choose a shorter period, or the xlsx."


class Form(StrEnum):
    """What a document is written as."""

    PDF = "pdf"
    XLSX = "xlsx"


def hand_over(document: Document, form: Form) -> str:
    """Write a document, and give the address where it can be fetched. Raises DocumentTooLong, Unavailable."""
    if form is Form.PDF and sum(len(table.rows) for table in document.tables) > MOST_PRINTED_ROWS:
        raise DocumentTooLong(most=MOST_PRINTED_ROWS)
    writer = pdf if form is Form.PDF else workbook
    return files.hand_over(writer.write(document), name=f"{document.name}.{form}", content_type=writer.CONTENT_TYPE)
