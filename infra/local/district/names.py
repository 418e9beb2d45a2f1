"""Invented names and numbers for the district, all synthetic: no person, school or account of this kind exists."""

from random import Random

from stdnum.cn import uscc

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = """
子涵 欣怡 浩然 梓萱 宇轩 诗涵 一诺 思远 雨桐 俊杰 可馨 博文 佳琪 明哲 梦瑶 天佑 语嫣 嘉懿 若曦 泽宇
安琪 睿哲 晨曦 书瑶 皓轩 静怡 乐天 芷若 子墨 沐阳 依诺 承泽 雅琳 锦程 心妍 煜城 知夏 景行 清扬 望舒
"""
_ADULT_GIVEN = """
建国 秀英 志强 丽华 海燕 文博 晓燕 国庆 淑芬 永强 玉兰 卫东 红梅 立新 桂芳 振华 春梅 学军 雪梅 长青
慧敏 传芳 德胜 金凤 光明 爱华 继红 少华 云霞 树林
"""
_STREETS = "临淄大道 桓公路 晏婴路 闻韶路 雪宫路 齐兴路 牛山路 大顺路 天齐路 稷下路 遄台路 管仲路"
GIVEN, ADULT_GIVEN, STREETS = _GIVEN.split(), _ADULT_GIVEN.split(), _STREETS.split()
_SOUTH_WEST = (36.80500, 118.28000)
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def child(random: Random) -> str:
    """A child's name."""
    return random.choice(SURNAMES) + random.choice(GIVEN)


def adult(random: Random) -> str:
    """An adult's name."""
    return random.choice(SURNAMES) + random.choice(ADULT_GIVEN)


def mobile(random: Random) -> str:
    """A mobile number of the right shape."""
    return f"1{random.choice('3456789')}{random.randrange(10**9):09d}"


def position(street: str, house: int) -> str:
    """Where a house is on the map: streets run from west to east, one about 400 metres north of the other."""
    south, west = _SOUTH_WEST
    return f"{south + STREETS.index(street) * 0.0036:.5f},{west + house * 0.00017:.5f}"


def account_no(prefix: str, number: int) -> str:
    """A bank account number: 16 digits, the last one by Luhn."""
    digits = f"{prefix}{number:0{15 - len(prefix)}d}"
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(digits)]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return digits + str(-total % 10)


def credit_code(prefix: str, number: int) -> str:
    """A unified social credit code with the right check character (GB 32100-2015)."""
    body = f"{prefix}MA3{number:06d}"
    return next(body + last for last in _CODE_ALPHABET if uscc.is_valid(body + last))


def licence_no(number: int) -> str:
    """A licence number; every third school has the older kind."""
    return f"教民{370305000000000 + number}" if number % 3 == 0 else f"3703057{number:06d}"
