"""``Remark``: a sentence that tells a cause, and what stands for it in a hint."""

from __future__ import annotations


class Remark(str):
    """A sentence; ``hint`` is the same without the cause.

    >>> Remark.of("There is a mistake: dy is not summed.", "There is a mistake.").hint
    'There is a mistake.'
    """

    hint: str

    @classmethod
    def of(cls, sentence: str, hint: str) -> Remark:
        """The sentence, with what stands for it in a hint."""
        made = cls(sentence)
        made.hint = hint
        return made

    def after(self, words: str) -> Remark:
        """The same with words in front of it."""
        return Remark.of(f"{words}{self}", f"{words}{self.hint}")
