"""A guardian's inbox: what the platform tells her, read or not."""

from typing import Literal

from chalice.app import Blueprint

from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, endpoint
from shared.kernel import clock
from shared.kernel.ids import MessageId
from shared.kernel.page import Page
from shared.messages import model, queries, templates, usecases

blueprint = Blueprint(__name__)


class MessageView(View):
    """One message in the reader's language. `subject`: the id of what it is about, an enrolment's or a class's.

    `wechat`: how it stands there: `waiting`, `sent`, `unsubscribed` (not asked for there), `undeliverable`, `overtaken`
    (not true any more, or too late).
    """

    message_id: str
    kind: str
    title: str
    text: str
    subject: str
    made_at: str
    read_at: str | None
    wechat: Literal["waiting", "sent", "unsubscribed", "undeliverable", "overtaken"]


@endpoint(
    blueprint,
    "GET",
    "/v1/me/messages",
    audience=Audience.GUARDIAN,
    query=PageQuery,
    response=MessageView,
    summary_zh="我的消息，新的在前",
    summary_en="My messages, the newest first",
)
def list_messages(call: Call[None]) -> Page[MessageView]:
    page = queries.list_of(call.guardian_id, limit=call.page.limit, cursor=call.page.cursor)
    return page.map(lambda one: _view(one, call.language))


@endpoint(
    blueprint,
    "PUT",
    "/v1/me/messages/{message_id}/read",
    audience=Audience.GUARDIAN,
    response=MessageView,
    errors=(queries.UnknownMessage,),
    summary_zh="标记一条消息为已读",
    summary_en="Mark a message as read",
)
def read_message(call: Call[None]) -> MessageView:
    message_id = MessageId(call.path["message_id"])
    message = usecases.note_read(message_id=message_id, guardian_id=call.guardian_id, now=call.now)
    return _view(message, call.language)


def _view(message: model.Message, language: str) -> MessageView:
    return MessageView(
        message_id=message.message_id,
        kind=message.kind.value,
        title=templates.title(message.kind, language=language),
        text=templates.text(message.kind, message.figures, language=language),
        subject=message.subject,
        made_at=clock.shown(message.made_at),
        read_at=clock.shown(message.read_at) if message.read_at else None,
        wechat=message.delivery.value,
    )
