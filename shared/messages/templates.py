"""The words of each kind of message, in Chinese and English, and the topic that it is subscribed to under.

A figure whose name ends in `_fen` is shown in yuan. A new kind needs a line here and one in model.Kind; both languages
name the same figures.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.kernel import money
from shared.messages.model import Kind, Topic

_NAMED = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Template:
    """`title` fits the 20 characters that WeChat allows; so does `brief`, once its figures are cut to fit."""

    topic: Topic
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    brief_zh: str

    @property
    def names(self) -> frozenset[str]:
        """The figures that a message of this kind must have."""
        return frozenset(_NAMED.findall(self.text_zh)) | frozenset(_NAMED.findall(self.brief_zh))


TEMPLATES: dict[Kind, Template] = {
    Kind.LESSON_TO_CONFIRM: Template(
        Topic.LESSONS,
        "课时待确认",
        "A lesson to confirm",
        "《{course}》第 {lesson} 课时已登记上课，请在 {day} 前确认；如有不符，请提出争议。逾期视为确认。",
        "Lesson {lesson} of “{course}” was marked as taught. Confirm or dispute it by {day}; silence is a yes.",
        "第{lesson}课时请于{day}前确认",
    ),
    Kind.LESSON_HALF_TIME: Template(
        Topic.LESSONS,
        "课时确认期限过半",
        "Half the time to confirm is over",
        "《{course}》第 {lesson} 课时还没有确认，请在 {day} 前确认或提出争议。逾期视为确认。",
        "Lesson {lesson} of “{course}” isn't confirmed yet. Confirm or dispute it by {day}; silence is a yes.",
        "第{lesson}课时请于{day}前确认",
    ),
    Kind.LESSON_LAST_DAY: Template(
        Topic.LESSONS,
        "课时确认最后一天",
        "The last day to confirm a lesson",
        "今天（{day}）是确认《{course}》第 {lesson} 课时的最后一天，过后视为确认，学费将拨付给机构。",
        "Today ({day}) is the last day to confirm or dispute lesson {lesson} of “{course}”.",
        "第{lesson}课时今天最后一天",
    ),
    Kind.PAYMENT_DUE: Template(
        Topic.MONEY,
        "缴费即将到期",
        "Your payment is due soon",
        "《{course}》报名待缴 {due_fen}，请在 {by} 前缴费，逾期名额将释放。",
        "{due_fen} is due on your enrolment in “{course}” by {by}; after that the seat is given away.",
        "待缴{due_fen}：{course}",
    ),
    Kind.REFUND_HELD: Template(
        Topic.MONEY,
        "退费已同意",
        "Your refund was agreed",
        "《{course}》退费 {amount_fen} 已同意并冻结，将原路退回付款账户。",
        "The refund of {amount_fen} for “{course}” was agreed; it goes back to the account that paid.",
        "退费{amount_fen}已同意",
    ),
    Kind.REFUND_PAID: Template(
        Topic.MONEY,
        "退费已退回",
        "Your refund was paid",
        "《{course}》退费 {amount_fen} 已由银行从监管账户付出，原路退回。",
        "The bank has paid the refund of {amount_fen} for “{course}” out of supervision, back the way it came.",
        "退费{amount_fen}已退回",
    ),
    Kind.REFUND_ARRIVED: Template(
        Topic.MONEY,
        "微信退款已到账",
        "Your refund has arrived at WeChat",
        "《{course}》退费 {amount_fen} 已由微信退回您的付款账户。",
        "WeChat has given {amount_fen} for “{course}” back to the account that you paid with.",
        "微信退款{amount_fen}已到账",
    ),
    Kind.REFUND_VOID: Template(
        Topic.MONEY,
        "退费未能退回",
        "Your refund couldn't be paid",
        "《{course}》退费 {amount_fen} 银行未能退回，钱仍在监管账户中，请重新申请退费或联系监管部门。",
        "The bank couldn't pay {amount_fen} for “{course}” back. It is still in supervision; ask again.",
        "退费{amount_fen}未能退回",
    ),
    Kind.REFUND_REJECTED: Template(
        Topic.MONEY,
        "退费申请被驳回",
        "Your refund was rejected",
        "《{course}》的退费申请经监管部门裁决未予同意。理由：{reason}",
        "The bureau has rejected your refund for “{course}”. Reason: {reason}",
        "退费被驳回：{course}",
    ),
    Kind.CLAIM_MOVED: Template(
        Topic.CLASSES,
        "理赔有新进展",
        "News of your claim",
        "您 {day} 的意外险理赔有新进展，请在报名的理赔页查看。",
        "There is news of your accident insurance claim of {day}: see the enrolment's claims.",
        "{day}的理赔有新进展",
    ),
    Kind.DISPUTE_UPHELD: Template(
        Topic.LESSONS,
        "课时争议成立",
        "Your dispute was upheld",
        "您对《{course}》第 {lesson} 课时的争议成立，这节课不计费。理由：{reason}",
        "Your dispute of lesson {lesson} of “{course}” was upheld; the lesson isn't charged. Reason: {reason}",
        "第{lesson}课时不计费：{course}",
    ),
    Kind.DISPUTE_REJECTED: Template(
        Topic.LESSONS,
        "课时争议未成立",
        "Your dispute was rejected",
        "您对《{course}》第 {lesson} 课时的争议未成立，这节课视为已确认。理由：{reason}",
        "Your dispute of lesson {lesson} of “{course}” was rejected; it counts as confirmed. Reason: {reason}",
        "第{lesson}课时视为已确认：{course}",
    ),
    Kind.MAKE_UP_OFFERED: Template(
        Topic.LESSONS,
        "机构提供补课",
        "A make-up is offered",
        "机构为《{course}》第 {lesson} 课时提供补课：{at}，{class}。请在上课前接受或谢绝。",
        "The school offers to make up for lesson {lesson} of “{course}”: {at}, {class}. Answer before it begins.",
        "第{lesson}课时可补课：{course}",
    ),
    Kind.SEAT_OFFERED: Template(
        Topic.CLASSES,
        "候补到名额",
        "A seat is kept for your child",
        "您候补的《{course}》{class}有名额了，为您保留到 {until}，请在此之前报名；逾期转给下一位。",
        "A seat of “{course}”, {class}, is kept for your child until {until}. Enrol by then, or it goes to the next.",
        "{until}前报名：{course}",
    ),
    Kind.ENROLMENT_COMPLETED: Template(
        Topic.CLASSES,
        "课程已结业",
        "All lessons are taught",
        "《{course}》的 {lessons} 课时已全部上完，报名已结业，意外险同时结束。欢迎评价。",
        "All {lessons} lessons of “{course}” are taught: the enrolment is completed, and its accident cover with it. "
        "You may review it.",
        "已结业，欢迎评价：{course}",
    ),
    Kind.CLASS_NOT_OPENED: Template(
        Topic.CLASSES,
        "班级没有开班",
        "Your class isn't opened",
        "《{course}》的班级 {paid} 人缴清，未达到 {minimum} 人，没有开班。所缴费用全额退回原账户，无需申请。",
        "The class of “{course}” has {paid} paid enrolments of the {minimum} that it needs, and isn't opened. What you "
        "have paid goes back in full; you needn't ask.",
        "没有开班，全额退费：{course}",
    ),
    Kind.TRANSFER_OFFERED: Template(
        Topic.CLASSES,
        "机构提议转班",
        "A transfer is offered",
        "机构提议将《{course}》从{was}转到{class}。请查看新班条款后接受或谢绝。",
        "The school offers to transfer “{course}” from {was} to {class}. Read its terms, then accept or decline.",
        "提议转到{class}：{course}",
    ),
    Kind.TRANSFERRED: Template(
        Topic.CLASSES,
        "转班已生效",
        "The transfer is made",
        "《{course}》已从{was}转到{class}，余下 {lessons} 课时在新班上；合同已附补充约定，价款不变。",
        "“{course}” is transferred from {was} to {class}: the {lessons} lessons left are taught there. "
        "Your contract has an amendment, its price is the same.",
        "已转到{class}：{course}",
    ),
}


def title(kind: Kind, *, language: str) -> str:
    """The heading of a message."""
    template = TEMPLATES[kind]
    return template.title_en if language == "en" else template.title_zh


def text(kind: Kind, figures: Mapping[str, str | int], *, language: str) -> str:
    """The whole of a message."""
    template = TEMPLATES[kind]
    return (template.text_en if language == "en" else template.text_zh).format(**_shown(figures))


def brief(kind: Kind, figures: Mapping[str, str | int], *, most: int) -> str:
    """A message in at most `most` characters, as WeChat shows it; what is longer ends in “…”."""
    told = TEMPLATES[kind].brief_zh.format(**_shown(figures))
    return told if len(told) <= most else told[: most - 1] + "…"


def _shown(figures: Mapping[str, str | int]) -> dict[str, str | int]:
    return {
        name: money.text(value) if name.endswith("_fen") and isinstance(value, int) else value
        for name, value in figures.items()
    }
