"""How each row of a page became values: what `baike extract --explain` prints.

Comes in: an entry, or a question. Goes out: lines for a person: the row, then each value with the rule that split, typed and linked it; of a
question what its page says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.predicates import canonical_predicate
from extractors.values import explain_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors import Entry, Question, Row, Value

__all__ = ["explain_entry", "explain_question"]

_GIVEN = "given by the page's own data (PAGE_DATA)"


def explain_entry(entry: Entry) -> Iterator[str]:
    """One line for the entry, one a row, one a value."""
    yield f"{entry.subject}  [{entry.layout}, id {entry.lemma_id or 'unknown'}, {entry.url}]"
    for row in entry.rows:
        canonical = canonical_predicate(row.name)
        yield f"\n{row.name}{f' = {canonical}' if canonical != row.name else ''}: {' ⏎ '.join(row.text.splitlines())}"
        for value, rule in _rules(row):
            yield f"    {_told(value)}    ({rule})"


def explain_question(question: Question) -> Iterator[str]:
    """One line for the question, one a thing that its page says; `question` has its details."""
    yield f"{question.question}  [{question.layout}, id {question.question_id}, {question.url}]"
    told = {
        "tags": "、".join(question.tags),
        "detail": question.detail,
        "asked": question.asked,
        "answers": question.answers,
        "best answer": question.best_answer,
    }
    for name, said in told.items():
        yield f"    {name}: {'(the page says nothing)' if said in (None, '') else str(said).replace(chr(10), ' ⏎ ')}"


def _rules(row: Row) -> Iterator[tuple[Value, str]]:
    readings = explain_values(row.name, row.text, row.links)
    if tuple(reading.value for reading in readings) == row.values:
        yield from ((reading.value, reading.rule) for reading in readings)
    else:
        yield from ((value, _GIVEN) for value in row.values)


def _told(value: Value) -> str:
    told = [value.text.replace("\n", " ⏎ ")]
    if value.date:
        told.append(f"date {value.date}")
    if value.quantity:
        amount = value.quantity
        bounds = str(amount.low) if amount.low == amount.high else f"{_bound(amount.low)} to {_bound(amount.high)}"
        told.append(f"quantity {bounds} {amount.unit}".rstrip())
    if value.link:
        told.append(f"link {value.link.url}")
    return "  ".join(told)


def _bound(bound: float | None) -> str:
    return "any" if bound is None else str(bound)
