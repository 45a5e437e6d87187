"""Whether the fields of a record hold what they should, asked of its JSON text.

Comes in: names of fields, by what they hold. Goes out: one regular expression (RE2's) that a line matches where a field holds something else. The engine does not tell:
it makes 8 of 7.6, the text `5` of the number 5, and nothing of a link that is no object. One look at every byte is all that this costs. What is missing or null is
met by who reads the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["WHOLE", "misshapen"]

#: a number of an entry: what is longer is none, and does not fit into the column
WHOLE = "[0-9]{1,18}"

_TEXT = r'"(?:[^"\\]|\\.)*"'


def misshapen(
    *,
    texts: Sequence[str],
    text_lists: Sequence[str],
    wholes: Sequence[str],
    numbers: Sequence[str] = (),
    objects: Sequence[str] = (),
    lists: Sequence[str] = (),
) -> str:
    r"""Matches a line of JSON where a field of such a name, at any depth, is neither null nor a text, list of texts, whole number, number, object, list of objects
    (of these the first is looked at).

    >>> import re
    >>> odd = re.compile(misshapen(texts=["text"], text_lists=["tags"], wholes=["id"], objects=["link"]))
    >>> [bool(odd.search(line)) for line in (r'{"id": 7, "text": "\"id\": x", "tags": ["a", "\\"], "link": {}}', '{"text":null,"id":0,"tags":[]}')]
    [False, False]
    >>> [bool(odd.search(line)) for line in ('{"id":7.6}', '{"id":"7"}', '{"text":5}', '{"tags":["a", 5]}', '{"link": [1]}')]
    [True, True, True, True, True]
    """
    fields = (
        (texts, r'[^"n\s]'),
        (text_lists, rf'(?:[^\[n\s]|\[\s*(?:{_TEXT}\s*,\s*)*[^"\]\s])'),
        (wholes, rf"(?:[^0-9n\s]|{WHOLE}[^0-9,}}\s]|[0-9]{{19}})"),
        (numbers, r"[^-0-9n\s]"),
        (objects, r"[^{n\s]"),
        (lists, r"(?:[^\[n\s]|\[\s*[^{\]n\s])"),
    )
    # a quotation mark within a text is escaped: `"name":` is a key
    return '"(?:' + "|".join(rf'(?:{"|".join(names)})"\s*:\s*{other}' for names, other in fields if names) + ")"
