"""What schools hand in, published for them to read before they start: open to everybody."""

from datetime import date

import pydantic
from chalice.app import Blueprint

from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from shared.filings import catalogue
from shared.filings.definitions import Catalogue, Item
from shared.filings.model import Filing, InstitutionType
from shared.kernel import clock

blueprint = Blueprint(__name__)


class CatalogueQuery(pydantic.BaseModel):
    """`filing`: application, change, annual_inspection. `institution_type`: company, non_profit."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    filing: Filing
    institution_type: InstitutionType


class ItemView(View):
    """`code` names the item when it is handed in. `expires`: until when it is valid must be told with it."""

    code: str
    section: str
    section_name: str
    name: str
    example: str
    content_types: list[str]
    most_bytes: int
    most_files: int
    required: bool
    expires: bool


class CatalogueView(View):
    """A case keeps the version that it was opened under."""

    version: str
    effective_from: date
    filing: str
    institution_type: str
    items: list[ItemView]


@endpoint(
    blueprint,
    "GET",
    "/v1/catalogue",
    audience=Audience.PUBLIC,
    query=CatalogueQuery,
    response=CatalogueView,
    summary_zh="材料目录：申报要交哪些材料",
    summary_en="The catalogue of materials: what is to be handed in",
)
def get_catalogue(call: Call[None]) -> CatalogueView:
    asked = call.query
    assert isinstance(asked, CatalogueQuery)
    found = catalogue.in_force(asked.filing, asked.institution_type, on=clock.business_day(call.now))
    return view(found, call.language)


def view(told: Catalogue, language: str) -> CatalogueView:
    """A catalogue as the API says it."""
    return CatalogueView(
        version=told.version,
        effective_from=told.effective_from,
        filing=told.filing.value,
        institution_type=told.institution_type.value,
        items=[_item(item, language == "en") for item in told.items],
    )


def _item(item: Item, english: bool) -> ItemView:
    return ItemView(
        code=item.code,
        section=item.section,
        section_name=catalogue.SECTIONS[item.section][english],
        name=item.names[english],
        example=item.example[english],
        content_types=list(item.types),
        most_bytes=item.most_bytes,
        most_files=item.most_files,
        required=item.required,
        expires=item.expires,
    )
