"""The days' seals, for auditors and whoever keeps them: open to everybody, as they tell no figure of anybody."""

from datetime import date
from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from shared.funds import seals
from shared.funds.store import seals as store

blueprint = Blueprint(__name__)


class SealView(View):
    """`signed` is the text that `signature` (Ed25519, base64) signs; `entries` were booked on the day.

    `previous_root` is the root of the day before, empty on the first; `public_key` is `whpk_<base64>`.
    """

    day: str
    entries: int
    previous_root: Annotated[str, pydantic.Field(pattern="^([0-9a-f]{64})?$")]
    root: Annotated[str, pydantic.Field(pattern="^[0-9a-f]{64}$")]
    sealed_at: str
    signed: str
    signature: str
    public_key: str


@endpoint(
    blueprint,
    "GET",
    "/v1/seals/{day}",
    audience=Audience.PUBLIC,
    response=SealView,
    errors=(store.UnknownSeal,),
    summary_zh="某日全部分录的留痕（签名的根）",
    summary_en="A day's seal: the signed root over every entry booked on it",
)
def get_seal(call: Call[None]) -> SealView:
    try:
        day = date.fromisoformat(call.path["day"])
    except ValueError:
        raise store.UnknownSeal() from None
    return SealView.model_validate(seals.published(store.get(day)))
