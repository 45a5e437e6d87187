"""Numbers as Chinese writes them: 三十二, 二〇一〇, 1.3万, 十余万.

Comes in: one numeral, already cut out. Goes out: its value, None when it is no numeral. Units and ranges are `quantities`' matter.
"""

from __future__ import annotations

__all__ = ["SCALES", "chinese_digits", "chinese_number", "exact"]

_DIGITS = {
    char: value
    for value, chars in enumerate(("〇零○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for char in chars
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
#: what a scale word behind a number multiplies it by
SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
#: above this an int says more than was written
_EXACT = 2**63
_CONTRACTED = {"廿": "二十", "卅": "三十"}


def chinese_digits(text: str) -> int | None:
    """A row of digits read one by one, as years are.

    >>> chinese_digits("一九零二"), chinese_digits("十二")
    (1902, None)
    """
    value = 0
    for char in text:
        if char not in _DIGITS:
            return None
        value = value * 10 + _DIGITS[char]
    return value if text else None


def chinese_number(text: str) -> int | None:
    """A positional numeral up to the hundred millions.

    >>> [chinese_number(text) for text in ("三", "二十七", "廿七", "一百零八", "三万五千", "两亿", "一九", "百")]
    [3, 27, 27, 108, 35000, 200000000, None, 100]
    """
    for char, spelled in _CONTRACTED.items():
        text = text.replace(char, spelled)
    total = section = digit = 0
    pending = False
    for char in text:
        if char in _DIGITS:
            if pending:
                return None
            digit, pending = _DIGITS[char], _DIGITS[char] != 0
        elif char in _SMALL:
            section += (digit or 1) * _SMALL[char]
            digit, pending = 0, False
        elif char in SCALES:
            total = (total + section + digit or 1) * SCALES[char]
            section = digit = 0
            pending = False
        else:
            return None
    return total + section + digit if text else None


def exact(digits: str, scale: int = 1, exponent: int = 0) -> int | float:
    """The value of plain decimal digits times a scale and a power of ten, rounded once; an int where it is whole.

    >>> exact("20.9", 10_000), exact("5.6846", exponent=26), exact("204.23"), exact("-7")
    (209000, 5.6846e+26, 204.23, -7)
    """
    whole, _, decimals = digits.partition(".")
    mantissa = int(whole + decimals) * scale
    exponent -= len(decimals)
    if exponent < 0:
        divisor = _power(-exponent)
        return mantissa / divisor if mantissa % divisor else mantissa // divisor
    value = mantissa * _power(exponent)
    return value if abs(value) < _EXACT else float(value)


def _power(exponent: int) -> int:
    value: int = 10**exponent
    return value
