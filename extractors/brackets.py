"""Brackets and quotes: which stretches of a text they close off, and the text without them.

Comes in: a text. Goes out: spans, or the bare text. Unbalanced brackets enclose nothing. Every function is linear.
"""

from __future__ import annotations

import re

__all__ = ["bare", "enclosed", "without_remark"]

_PAIRS = ("《》", "〈〉", "（）", "【】", "[]", "「」", "『』", "“”", "‘’", "〔〕")
_FOLD = str.maketrans("()［］", "（）[]")
_CLOSER = {pair[0]: pair[1] for pair in _PAIRS}
_CLOSERS = frozenset(_CLOSER.values())
_BRACKET = re.compile('[《》〈〉（）()【】\\[\\]［］「」『』“”‘’〔〕"]')
_QUOTES = {"《": "》", "〈": "〉", "“": "”", "「": "」", "『": "』", "【": "】", '"': '"', "‘": "’"}


def enclosed(text: str) -> list[tuple[int, int]]:
    """The outermost balanced bracket or quote spans of `text`, in order, brackets included.

    >>> enclosed("《甲》、乙（丙[丁]）"), enclosed("甲）、（乙")
    ([(0, 3), (5, 11)], [])
    """
    spans: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    awaited: dict[str, int] = {}
    for match in _BRACKET.finditer(text):
        mark, at = match[0].translate(_FOLD), match.start()
        if mark in _CLOSER or (mark == '"' and not awaited.get(mark)):
            closer = _CLOSER.get(mark, mark)
            waiting.append((closer, at))
            awaited[closer] = awaited.get(closer, 0) + 1
        elif awaited.get(mark):
            start = _close(waiting, awaited, mark)
            while spans and spans[-1][0] > start:
                spans.pop()
            spans.append((start, at + 1))
    return spans


def _close(waiting: list[tuple[str, int]], awaited: dict[str, int], mark: str) -> int:
    """Take openers off the stack down to the one that `mark` closes; what is skipped was never closed."""
    while True:
        closer, start = waiting.pop()
        awaited[closer] -= 1
        if closer == mark:
            return start


def without_remark(text: str) -> str:
    """`text` without the bracketed remarks at its ends; the whole text when nothing else is in it.

    >>> without_remark("2.86亿美元（全球票房）"), without_remark("[美]卡尔"), without_remark("（无）")
    ('2.86亿美元', '卡尔', '（无）')
    """
    if not text or (text[-1] not in "）)]】" and text[0] not in "（([【"):
        return text
    spans = [span for span in enclosed(text) if text[span[0]] in "（([［【"]
    start, end = 0, len(text)
    while spans and spans[-1][1] == end:
        end = spans.pop()[0]
        end -= len(text[:end]) - len(text[:end].rstrip())
    if end and spans and spans[0][0] == 0:
        start = spans[0][1]
    return text[start:end].strip() or text


def bare(text: str) -> str:
    """`text` without the title marks or quotes around the whole of it.

    >>> bare("《旧唐书》"), bare("《甲》和《乙》"), bare("“九天”")
    ('旧唐书', '《甲》和《乙》', '九天')
    """
    closer = _QUOTES.get(text[:1])
    if closer is None or len(text) < 3 or text[-1] != closer:
        return text
    inner = text[1:-1]
    return text if text[0] in inner or closer in inner else inner.strip() or text
