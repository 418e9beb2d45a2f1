"""What can be wrong with a field that was sent, in words: the API's doors and the bank's message say the same of it."""

from collections.abc import Mapping

# What pydantic finds -> our stable code, and a sentence in both languages with pydantic's figures.
_WRONG = {
    "missing": ("missing", "必填。", "This is required."),
    "extra_forbidden": ("unknown_field", "没有这个字段。", "There is no such field."),
    "model_type": ("not_an_object", "应为对象。", "This must be an object."),
    "dict_type": ("not_an_object", "应为对象。", "This must be an object."),
    "list_type": ("not_a_list", "应为列表。", "This must be a list."),
    "bool_type": ("not_true_or_false", "应为 true 或 false。", "This must be true or false."),
    "int_type": ("not_whole", "应为整数。", "This must be a whole number."),
    "int_parsing": ("not_whole", "应为整数。", "This must be a whole number."),
    "int_from_float": ("not_whole", "应为整数。", "This must be a whole number."),
    "int_parsing_size": ("not_whole", "应为整数。", "This must be a whole number."),
    "string_type": ("not_text", "应为文字。", "This must be text."),
    "string_too_short": ("too_short", "至少 {min_length} 个字符。", "At least {min_length} characters."),
    "string_too_long": ("too_long", "至多 {max_length} 个字符。", "At most {max_length} characters."),
    "string_pattern_mismatch": ("wrong_format", "格式应符合 {pattern}。", "This must match {pattern}."),
    "too_short": ("too_few", "至少 {min_length} 项。", "At least {min_length} of them."),
    "too_long": ("too_many", "至多 {max_length} 项。", "At most {max_length} of them."),
    "literal_error": ("not_one_of", "应为以下之一：{expected}。", "This must be one of {expected}."),
    "enum": ("not_one_of", "应为以下之一：{expected}。", "This must be one of {expected}."),
    "greater_than_equal": ("too_small", "不得小于 {ge}。", "At least {ge}."),
    "greater_than": ("too_small", "应大于 {gt}。", "More than {gt}."),
    "less_than_equal": ("too_great", "不得大于 {le}。", "At most {le}."),
    "less_than": ("too_great", "应小于 {lt}。", "Less than {lt}."),
    "date_type": ("not_a_date", "应为日期，如 2026-09-01。", "This must be a date, such as 2026-09-01."),
    "date_parsing": ("not_a_date", "应为日期，如 2026-09-01。", "This must be a date, such as 2026-09-01."),
    "date_from_datetime_parsing": (
        "not_a_date",
        "应为日期，如 2026-09-01。",
        "This must be a date, such as 2026-09-01.",
    ),
}
_WRONG_VALUE = ("wrong_value", "内容有误。", "This is not a right value.")


def told(kind: str, figures: Mapping[str, object]) -> tuple[str, str, str]:
    """A stable code and a sentence in Chinese and in English for what pydantic has found, with its figures."""
    code, zh, en = _WRONG.get(kind, _WRONG_VALUE)
    shown = {name: str(value).replace(" or ", ", ") for name, value in figures.items()}
    return code, zh.format(**shown), en.format(**shown)
