"""What the caller already said: phrases in their words that answer a question before it is asked. Only ever offered."""

from __future__ import annotations

import re

from taker311.base.codec import Value
from taker311.base.text import fold
from taker311.intake.interview import visible
from taker311.intake.model import Answer, Interview, Refusal
from taker311.intake.parse import parse_answer
from taker311.intake.steps import layout
from taker311.knowledge.model import Question, Script

_NEGATIONS = frozenset({"no", "not", "none", "without", "never", "nothing", "sin", "nunca", "ni", "tampoco"})
_WORD = re.compile(r"[\w']+")
_CLAUSE_END = re.compile(r"[,.;:!?\n]+|\b(?:but|pero)\b")
_REACH = 3  # words that a negation reaches ahead in its clause


class Heard(Value, frozen=True):
    """An answer that the caller's words give away: `words` are theirs, `value` is as an agent would type it."""

    question: str
    value: str
    words: str
    answer: Answer


def heard(script: Script, interview: Interview, said: tuple[str, ...], lang: str) -> tuple[Heard, ...]:
    """Offers for visible questions without an answer, in the order of the script.

    A phrase counts when its words stand next to each other in one clause of `said`, without a negation shortly before.
    """
    questions = layout(script).questions
    texts = [_words(clause) for text in said for clause in _CLAUSE_END.split(fold(text))]
    found: list[Heard] = []
    for step in visible(script, interview):
        if step not in questions or step in interview.answers:
            continue
        offer = _offer(questions[step], texts, lang)
        if offer is not None:
            found.append(offer)
    return tuple(found)


def _offer(question: Question, texts: list[list[str]], lang: str) -> Heard | None:
    for phrases_of in (question.heard.get(lang, {}), *(v for k, v in question.heard.items() if k != lang)):
        for value, phrases in phrases_of.items():
            for phrase in phrases:
                words = _words(fold(phrase))
                if words and any(_stands_in(words, text) for text in texts):
                    answer = parse_answer(question, value, lang=lang)
                    if not isinstance(answer, Refusal):
                        return Heard(question.id, value, phrase, Answer(value=answer.value, how="inferred"))
    return None


def _words(folded: str) -> list[str]:
    return _WORD.findall(folded.replace("’", "'"))


def _stands_in(words: list[str], clause: list[str]) -> bool:
    return any(
        clause[start : start + len(words)] == words and not any(map(_negates, clause[max(0, start - _REACH) : start]))
        for start in range(len(clause) - len(words) + 1)
    )


def _negates(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't")
