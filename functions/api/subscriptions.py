"""Which messages a guardian takes by WeChat: the consents that the mini-program asked her for."""

from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.views import View
from functions.edge import wiring
from functions.edge.auth import Audience
from functions.edge.contract import Call, Request, endpoint
from shared.kernel import errors
from shared.kernel.ids import GuardianId
from shared.messages import queries, usecases
from shared.messages.model import Subscription, Topic
from shared.people import queries as people
from shared.people.wechat import WeChatBlocked, WeChatCodeInvalid

blueprint = Blueprint(__name__)

Topics = Annotated[list[Annotated[Topic, pydantic.Field(strict=False)]], pydantic.Field(max_length=len(Topic))]


class OtherWeChatAccount(errors.Denied):
    code = "other_wechat_account"
    zh = "请用登录时的微信订阅消息。"
    en = "Subscribe with the WeChat account that you have signed in with."


class SubscriptionRequest(Request):
    """What `wx.requestSubscribeMessage` answered, by topic; `wechat_code` is a new one from `wx.login`.

    WeChat delivers only to its own name of a person, so that is kept from now on until she ends the subscription.
    """

    wechat_code: Annotated[str, pydantic.Field(min_length=1, max_length=128)]
    accepted: Topics = []
    refused: Topics = []


class TopicView(View):
    """A topic, WeChat's template of it, and how many more messages of it she takes there."""

    topic: str
    template_id: str
    left: int


class Subscriptions(View):
    """`data` has the topics that this district sends by WeChat; none where it sends nothing there."""

    data: list[TopicView]


@endpoint(
    blueprint,
    "GET",
    "/v1/me/subscriptions",
    audience=Audience.GUARDIAN,
    response=Subscriptions,
    summary_zh="可订阅的微信消息，各还能收几条",
    summary_en="What can be subscribed to by WeChat, and how many messages of each are left",
)
def list_subscriptions(call: Call[None]) -> Subscriptions:
    return _view(queries.find_subscription(call.guardian_id))


@endpoint(
    blueprint,
    "POST",
    "/v1/me/subscriptions",
    audience=Audience.GUARDIAN,
    request=SubscriptionRequest,
    response=Subscriptions,
    status=201,
    idempotent=True,
    errors=(OtherWeChatAccount, WeChatCodeInvalid, WeChatBlocked),
    summary_zh="订阅微信消息",
    summary_en="Subscribe to messages by WeChat",
)
def subscribe(call: Call[SubscriptionRequest]) -> Subscriptions:
    openid = wiring.wechat().openid_of(call.body.wechat_code)
    _check_own(openid, call.guardian_id)
    after = usecases.subscribe(
        guardian_id=call.guardian_id, openid=openid, accepted=call.body.accepted, refused=call.body.refused
    )
    return _view(after)


@endpoint(
    blueprint,
    "DELETE",
    "/v1/me/subscriptions",
    audience=Audience.GUARDIAN,
    status=204,
    summary_zh="不再通过微信接收消息",
    summary_en="Take no messages by WeChat any more",
)
def unsubscribe(call: Call[None]) -> None:
    usecases.unsubscribe(guardian_id=call.guardian_id)


def _check_own(openid: str, guardian_id: GuardianId) -> None:
    """Raises OtherWeChatAccount."""
    if people.find_guardian(openid) != guardian_id:
        raise OtherWeChatAccount(pointer="/wechat_code")


def _view(subscription: Subscription | None) -> Subscriptions:
    left = subscription.left if subscription else {}
    offered = wiring.subscribe_messages().templates.items()
    return Subscriptions(
        data=[
            TopicView(topic=topic.value, template_id=one.template_id, left=left.get(topic, 0)) for topic, one in offered
        ]
    )
