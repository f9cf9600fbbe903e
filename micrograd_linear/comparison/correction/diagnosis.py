"""The line of a backward pass that is wrong: found by running it with other lines."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np

from ...foundations.place import Statement
from ..styles import naming
from .accounts import Account
from .editor import Edit, moved
from .known import Known, meant_by, proportional
from .mistake import Correction, Diagnosis, Fix, Function, Mistake
from .routine import Routine, Step
from .search import Found, Search
from .standing import Standing, arrays_of, gradients_of, standing_in
from .suspicion import likelier, suspects
from .swap import NotCompiled, edited, rewritten, swapped
from .trace import Trace
from .trial import Trial

Line = tuple[str, int]  # a file, and the number of a line
_ROUNDS = 3  # mistakes that are looked for, one after the other
_TRIED = 8  # corrections that are judged on other inputs
_SHOWN = 3
_NEAR = 0.25  # a correction that costs so much more than the first is not shown


@dataclass
class Diagnostician:
    """``trial`` runs the pair; ``agrees`` judges the pair as it is now, by the whole check."""

    trial: Trial
    agrees: Callable[[], bool]
    right: frozenset[Line] = frozenset()  # lines that other pairs show to be right
    fixes: Sequence[Fix] = ()  # what was corrected in other pairs

    def mistakes(self) -> Diagnosis:
        """What is wrong in a backward pass."""
        found: list[Mistake] = []
        fixes: list[Fix] = []
        texts: dict[str, str] = {}
        ran: set[Function] = set()
        with ExitStack() as stack:
            for fix in self._known_fixes(stack, texts):
                fixes.append(fix)
                found.append(fix.mistake)
            for _ in range(_ROUNDS):
                if found and found[-1].all_agree:
                    break
                step = self._round(texts)
                if step is None:
                    break
                mistake, edit, trace = step
                found.append(mistake)
                ran |= {_function(routine) for routine in trace.routines.values()}
                if edit is None:
                    break
                fixes.append(Fix(mistake, edit))
                if mistake.all_agree:
                    break
                with contextlib.suppress(NotCompiled):
                    texts |= mistake.corrections[0].texts
                    self._apply(edit, trace, texts, stack)
                    continue
                break
        changed = {_function(fix.edit.step.routine) for fix in fixes}
        ran |= changed
        return Diagnosis(
            tuple(found), ran=frozenset(ran), edited=frozenset(changed), fixes=tuple(fixes)
        )

    def _apply(self, edit: Edit, trace: Trace, texts: dict[str, str], stack: ExitStack) -> None:
        codes = edited(edit.step.routine, edit.changes, trace.routines.values())
        stack.enter_context(swapped(codes))
        file = edit.step.routine.text.file
        stack.enter_context(rewritten(file, texts[file]))

    def _known_fixes(self, stack: ExitStack, texts: dict[str, str]) -> Iterator[Fix]:
        """The corrections of other pairs that this one runs as well, applied."""
        for fix in self.fixes:
            trace = self.trial.traced()
            edit = moved(fix.edit, trace.visits)
            if edit is None:
                continue
            text = edit.step.routine.text
            before = self.trial.agreeing(self.trial.gradients())
            correction = fix.mistake.corrections[0]
            texts |= {text.file: text.after(edit.changes)}
            with ExitStack() as attempt:
                self._apply(edit, trace, texts, attempt)
                after = self.trial.agreeing(self.trial.gradients())
                is_all = len(after) == len(self.trial.right) and self.agrees()
            if after < before:
                texts |= {text.file: text.text}
                continue
            self._apply(edit, trace, texts, stack)
            told = replace(correction, agreeing=tuple(sorted(after)), texts=dict(texts))
            mistake = replace(
                fix.mistake,
                corrections=(told,),
                right_before=0,
                follow=(),
                turns="",
                all_agree=is_all,
                count=len(self.trial.right),
            )
            yield Fix(mistake, edit)

    def _round(self, texts: dict[str, str]) -> tuple[Mistake, Edit | None, Trace] | None:
        trace = self.trial.traced()
        if not trace.visits:
            return None
        given = self.trial.gradients()
        before = self.trial.agreeing(given)
        known = likelier(trace, self.trial.known(given))
        looked_at = suspects(trace, known, set(self.trial.right) - before, before)
        for account in looked_at:
            account.is_right_elsewhere = _line(account.step) in self.right
        looked_at.sort(key=lambda account: account.penalty)
        search = Search(self.trial, trace, known, before, looked_at)
        verified = self._verified(search.run(), trace) or _next_step(search)
        if verified:
            mistake = self._mistake(verified, looked_at, trace, known, texts)
            return mistake, verified[0].edit, trace
        accused = _accused(looked_at, known, set(self.trial.right) - before)
        if accused is None:
            return None
        return _unexplained(accused, looked_at, trace, known, self.trial), None, trace

    def _verified(self, found: list[Found], trace: Trace) -> list[Found]:
        """The corrections of all gradients that hold on other inputs as well; where there is none,
        the best of those that mend some.
        """
        whole = [f for f in found if len(f.agreeing) == len(self.trial.right)]
        held: list[Found] = []
        for each in whole[:_TRIED]:
            if held and each.cost > held[0].cost + _NEAR:
                break
            if self._holds(each.edit, trace):
                held.append(each)
        if held:
            return held[:_SHOWN]
        partial = [f for f in found if len(f.agreeing) < len(self.trial.right)]
        return partial[:1]

    def _holds(self, edit: Edit, trace: Trace) -> bool:
        try:
            codes = edited(edit.step.routine, edit.changes, trace.routines.values())
        except NotCompiled:
            return False
        with swapped(codes):
            return self.agrees()

    def _mistake(
        self,
        verified: list[Found],
        looked_at: list[Account],
        trace: Trace,
        known: Known | None,
        texts: dict[str, str],
    ) -> Mistake:
        first = verified[0].edit
        corrections = []
        for each in verified:
            if each.edit.step is not first.step:
                continue
            corrections.append(self._correction(each, texts))
        step = first.step
        mistake = _about(step, looked_at, trace, known)
        return replace(
            mistake,
            says=first.says,
            corrections=tuple(corrections),
            marked=_columns(step, first),
            is_missing=first.adds_after is not None,
            place=_place(step, first),
            text=_text(step, first),
            all_agree=len(verified[0].agreeing) == len(self.trial.right),
            count=len(self.trial.right),
        )

    def _correction(self, found: Found, texts: dict[str, str]) -> Correction:
        edit = found.edit
        file = edit.step.routine.text
        after = {**texts, file.file: file.after(edit.changes)}
        line = edit.value if edit.adds_after is not None else edit.new_text
        if edit.is_deletion:
            line = "(without this line)"
        agreeing = tuple(sorted(found.agreeing))
        return Correction(line or "", edit.says, agreeing, after, found.computes)


def _next_step(search: Search) -> list[Found]:
    """The likeliest correction of a first statement, where another one is wrong as well."""
    accused = {account.step for account in search.suspects if account.origins}
    found = [step for step in search.steps if step.edit.step in accused]
    return sorted(found, key=lambda step: step.cost)[:1]


def _function(routine: Routine) -> Function:
    return routine.text.file, routine.node.lineno


def _line(step: Step) -> Line:
    return step.routine.text.file, step.line


def _place(step: Step, edit: Edit) -> Statement:
    line = step.line if edit.adds_after is None else edit.adds_after
    return Statement(step.routine.text.file, line)


def _text(step: Step, edit: Edit) -> str:
    if edit.adds_after is None:
        return step.text
    return step.routine.text.lines[edit.adds_after - 1].strip()


def _columns(step: Step, edit: Edit) -> tuple[int, int] | None:
    """The columns of the part at fault in the statement's text, where that is one line."""
    text = step.routine.text
    start, _ = text.span(step.node)
    first, last = edit.marked
    if edit.adds_after is not None or "\n" in text.text[start:last] or not start <= first < last:
        return None
    if " ".join(text.text[start:last].split()) != text.text[start:last]:
        return None
    return first - start, last - start


def _accused(looked_at: list[Account], known: Known | None, wrong: set[str]) -> Account | None:
    """The statement that computes a wrong gradient, where all that it reads is right.

    A name alone says too little: ``dmu`` may be minus the gradient of mu, which the next line
    subtracts, and what is written in a loop may be a part of a gradient.
    """
    if known is None:
        return None
    stems = {naming.plain(naming.last_part(name)) for name in wrong}
    return next((s for s in looked_at if s.is_accused and _computes(s, known, stems)), None)


def _computes(account: Account, known: Known, stems: set[str]) -> bool:
    """Whether a statement writes what backward gives, or a gradient of one of these names."""
    if any(naming.plain(meant_by(target)) in stems for target in account.step.targets):
        return True
    arrays = arrays_of(account.origins[0])
    if any(known.is_wrong(array) for array in arrays.values()):
        return True
    once = len(account.standings) == 1
    return once and not any(_is_negative(name, x, known) for name, x in arrays.items())


def _is_negative(name: str, array: np.ndarray, known: Known) -> bool:
    """Whether an array is a gradient with the other sign, or another multiple of it."""
    whole = (np.asarray(known.gradients[node]) for node in known.nodes_of(name, array.shape))
    return any(proportional(array, right) for right in whole)


def _unexplained(
    suspect: Account, looked_at: list[Account], trace: Trace, known: Known | None, trial: Trial
) -> Mistake:
    step = suspect.step
    name = next((t for t in step.targets if meant_by(t) and not meant_by(t).isdigit()), "")
    what = f"{name} is not the gradient of {meant_by(name)}" if name else "its value is wrong"
    says = f"{what}; what it is computed from is right"
    mistake = _about(step, looked_at, trace, known)
    return replace(mistake, says=says, count=len(trial.right))


def _about(step: Step, looked_at: list[Account], trace: Trace, known: Known | None) -> Mistake:
    standings = {s.step: s.standing for s in looked_at}
    ran = list(dict.fromkeys(s for s, _ in trace.order))
    at = ran.index(step)
    right = sum(standings[s] is Standing.RIGHT and _is_gradient(s, trace) for s in ran[:at])
    follow: dict[str, None] = {}
    for later in ran[at + 1 :]:
        if standings[later] is not Standing.RIGHT and later.routine is step.routine:
            for target in later.targets:
                if meant_by(target) and target not in step.targets:
                    follow[target] = None
    return Mistake(
        Statement(step.routine.text.file, step.line),
        step.text,
        "",
        right_before=right,
        follow=tuple(follow)[:8],
        turns=_turns(step, trace, known),
    )


def _is_gradient(step: Step, trace: Trace) -> bool:
    return any(np.size(x) for x in gradients_of(trace.visits[step][-1]).values())


def _turns(step: Step, trace: Trace, known: Known | None) -> str:
    """In which turns of a loop it is wrong, where it is right in others."""
    visits, count = trace.visits[step], trace.turns[step]
    if known is None or len(visits) < 2:
        return ""
    wrong = [v.turn + 1 for v in visits if standing_in(v, known) is Standing.WRONG]
    if not wrong or len(wrong) == len(visits):
        left_out = f"; of its {count} turns the first {len(visits)} were looked at"
        return left_out.removeprefix("; ") if count > len(visits) else ""
    which = f"turn {wrong[0]}" if len(wrong) == 1 else f"turns {', '.join(map(str, wrong[:5]))}"
    more = " and others" if len(wrong) > 5 else ""
    return f"wrong in {which}{more} of {count}; right in the other turns"


def lines_checked(trial: Trial) -> Diagnosis:
    """How many lines of a right backward pass were run, and how many of them are gradients."""
    trace = trial.traced()
    known = likelier(trace, trial.known(trial.gradients()))
    standings = {s.step: s.standing for s in suspects(trace, known)}
    lines = [s for s in trace.visits if s.targets or s.value is not None]
    gradients = [
        s for s in lines if standings[s] is Standing.RIGHT and any(meant_by(t) for t in s.targets)
    ]
    visited = frozenset(_line(step) for step in trace.visits)
    return Diagnosis((), len(lines), len(gradients), visited=visited)
