"""One measure's evaluation on a page: done, changed, caused, moved, paid, and what was not seen.

Each has a sentence of its own, so that no full delivery and no fall can be read as an effect.
"""

import numpy as np
import pandas as pd

from analysis.chain.evaluation import Evaluation
from analysis.chain.evaluation_plan import EvaluationPlan
from analysis.methods.bootstrap import Avoided
from analysis.methods.effect import Effect
from analysis.telling import effect_figures, effects, links, panels
from analysis.telling.sheets import Sheet, bullets, callout, figure
from analysis.telling.text import Words
from analysis.words.estimates import Estimate
from analysis.words.verdicts import Verdict

UNSEEN = ("too blunt", "too few months after", "no events after")


def question(words: Words, plan: EvaluationPlan) -> list[str]:
    """What is asked, of what, where and when, and with what it is compared: the estimand."""
    if plan.refused:
        return [
            words("evaluation.nothing_asked"),
            words(f"why.{effects.key(plan.refused)}", failed=""),
        ]
    told = [
        words(
            "evaluation.asked",
            what=words.inside(plan.item),
            area=words.name(plan.area_id),
            after=words.through(plan.after),
            before=words.through(plan.before),
        )
    ]
    if plan.comparison:
        told.append(words("evaluation.compared", areas=_names(words, plan.comparison)))
    else:
        told.append(words("evaluation.not_compared"))
    if plan.near:
        told.append(words("evaluation.near", areas=_names(words, plan.near)))
    if plan.transition:
        told.append(words("evaluation.transition", n=words.number(plan.transition)))
    if plan.baseline_end < plan.start:
        told.append(words("evaluation.chosen", n=words.number(plan.start - plan.baseline_end)))
    if plan.earlier:
        told.append(words("evaluation.earlier"))
    if plan.end < len(plan.series.months):
        told.append(words("evaluation.cut"))
    if plan.hoped:
        told.append(words("evaluation.hoped", change=words.change(plan.hoped)))
    return told


def _names(words: Words, areas: tuple[str, ...]) -> str:
    return words.listed(sorted((words.name(a) for a in areas), key=words.sorting))


def box(
    words: Words, found: Evaluation, verdict: Verdict, done: Estimate, notes: list[str]
) -> Sheet:
    """Three questions, three answers, before anything else: done, changed, caused.

    Parameters
    ----------
    words
        The reader's language.
    found, verdict
        The evaluation and what may be said of it.
    done
        How much of the plan was delivered.
    notes
        What to decide on besides: the owner.
    """
    why = words("evaluation.box_caused", why=effects.because(words, verdict))
    told = [words("evaluation.box_done", told=links.process(words, done)), changed(words, found)]
    told += [why, *in_short(words, found)]
    if verdict.ruling == "not identifiable":
        told.append(words("evaluation.box_not_no"))
    if verdict.reason in UNSEEN:
        told.append(seen(words, found))
    told += target(words, found, verdict)
    title = words("effect.verdict", ruling=effects.ruling(words, verdict))
    return callout(title, [*told, *notes])


def seen(words: Words, found: Evaluation) -> str:
    """The fall that could be shown: by the estimate, or for a young measure after a year."""
    if found.effect.known or found.foreseen is None:
        return effects.could_see(words, found.effect)
    return words("evaluation.foreseen_only", fall=words.percent(1 - found.foreseen))


def changed(words: Words, found: Evaluation) -> str:
    """The plain means before and after, which say nothing of why."""
    plan = found.plan
    if found.found is None:
        return words("evaluation.box_unchanged")
    counts = plan.series.of([plan.area_id])[0]
    before, after = counts[: plan.baseline_end], counts[plan.first : plan.end]
    if np.isnan(before).all() or np.isnan(after).all():
        return words("evaluation.box_unchanged")
    means = (words.number(float(np.nanmean(side)), 1) for side in (before, after))
    return words("evaluation.box_changed", **dict(zip(("before", "after"), means, strict=True)))


def target(words: Words, found: Evaluation, verdict: Verdict) -> list[str]:
    """Whether the target was met, where an effect is supported; else when it could be shown."""
    plan, effect = found.plan, found.effect
    if not plan.hoped:
        return []
    about = {"change": words.change(plan.hoped)}
    if verdict.ruling == "supported":
        ends = (effect.low, effect.high) if plan.hoped < 1 else (-effect.high, -effect.low)
        goal = plan.hoped if plan.hoped < 1 else -plan.hoped
        key = "met" if ends[1] <= goal else "missed" if ends[0] > goal else "open"
        return [words(f"evaluation.target_{key}", **about)]
    if verdict.reason not in UNSEEN:
        return []
    if found.settled_after is None:
        return [words("evaluation.never_settled")]
    return [words("evaluation.settled_after", n=words.number(found.settled_after))]


def in_short(words: Words, found: Evaluation) -> list[str]:
    """The estimate with its interval, in one sentence; the counts alone where there is none."""
    effect = found.effect
    about = {
        "observed": words.number(effect.observed), "expected": words.number(effect.expected),
    }  # fmt: skip
    if effect.known:
        change = effects.change(words, effect)
        return [words("evaluation.estimate", change=change, **about)]
    if effect.observed is not None and effect.expected is not None:
        return [words("evaluation.counted", **about)]
    return []


def course(words: Words, found: Evaluation, name: str) -> Sheet:
    """Counts by month beside what would have been without the measure."""
    series, plan = found.found, found.plan
    if series is None or not found.effect.known:
        return panels.nothing(words, words("evaluation.none"))
    months = [str(month) for month in plan.series.months[: plan.end]]
    shown = plan.series.of([plan.area_id])[0][: plan.end]
    index = np.arange(plan.end)
    between = (index >= plan.baseline_end) & (index < plan.start)
    left_out = between | ((index >= plan.start) & (index < plan.first))
    path = np.where(index < plan.start, series.fitted, series.counterfactual)
    drawing = effect_figures.counterfactual(
        words, months, shown, path, series.low, series.high, plan.first, left_out,
        words("evaluation.axis"),
    )  # fmt: skip
    keys = ("month", "counted", "without", "low", "high")
    numbers = dict(zip(keys, (months, shown, path, series.low, series.high), strict=True))
    data = pd.DataFrame({words(f"columns.{k}"): column for k, column in numbers.items()}).round(1)
    about = {"what": words.name(plan.item), "area": words.name(plan.area_id)}
    alt = words("evaluation.course_alt", finding=" ".join(in_short(words, found)), **about)
    return figure(words, drawing, alt, words("evaluation.course_caption", **about), data, name)


def refutations(words: Words, found: Evaluation) -> Sheet:
    """What tried to refute the estimate; where there is none there is nothing to refute."""
    if not found.checks:
        return panels.nothing(words, words("evaluation.none"))
    return effects.refutations(words, found.checks)


def saved(words: Words, found: Evaluation, verdict: Verdict, cost: float | None) -> list[str]:
    """Events avoided with their interval and the cost of each; only for a supported effect.

    ``cost`` is a year's; what the avoided events are set against is that of the months after.
    """
    if verdict.ruling != "supported" or found.plan.wanted == "more":
        told = [words("evaluation.saved_not_told")]
        if cost is None or np.isnan(cost):
            return [*told, words("evaluation.cost_unknown")]
        return [*told, words("evaluation.cost_a_year", cost=words.rounded(cost, 3))]
    total, low, high = (float(x[-1]) for x in _ends(found.saved))
    told = [
        words(
            "evaluation.saved",
            total=words.number(total),
            interval=words.to(words.number(low), words.number(high)),
            after=words.through(found.plan.after),
        )
    ]
    told.append(words("evaluation.too_large"))
    if cost is None or np.isnan(cost):
        return [*told, words("evaluation.cost_unknown")]
    spent = cost * found.plan.after.months / 12
    about = {
        "cost": words.rounded(cost, 3), "spent": words.rounded(spent, 3),
        "months": words.number(found.plan.after.months), "each": words.rounded(spent / total),
    }  # fmt: skip
    if low <= 0:
        return [*told, words("evaluation.cost_no_end", **about)]
    interval = words.to(words.rounded(spent / high), words.rounded(spent / low))
    return [*told, words("evaluation.cost", **about, interval=interval)]


def _ends(found: Avoided) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return found.total, found.low, found.high


def displaced(words: Words, found: Evaluation, verdict: Verdict) -> Sheet:
    """Whether crime moved next door: the neighbours' own effect, and the share that came back.

    The share of what was avoided is told only where something was shown to be avoided.
    """
    if not found.effect.known:
        return bullets([words("evaluation.not_asked")])
    if found.near is None:
        return bullets([words("evaluation.no_neighbours")])
    change, names = effects.change(words, found.near), _names(words, found.plan.near)
    told = [words("evaluation.near_effect", areas=names, change=change)]
    if found.near.known and found.near.high > 1:
        rise = words.percent(found.near.high - 1)
        told.append(words("evaluation.near_rise", rise=rise))
    told.append(_moved(words, found, verdict))
    return bullets(told)


def _moved(words: Words, found: Evaluation, verdict: Verdict) -> str:
    moved = found.moved
    if verdict.ruling != "supported":
        return words("evaluation.moved_not_told")
    if moved is None or moved.share is None or moved.direction == "unclear":
        return words("evaluation.moved_refused")
    key = {"displacement": "moved", "diffusion": "gained"}[moved.direction]
    interval = words.to(words.percent(moved.low), words.percent(moved.high))
    return words(f"evaluation.{key}", share=words.percent(abs(moved.share)), interval=interval)


def by_design(words: Words, found: Evaluation, name: str) -> Sheet:
    """The declared design and the others beside it."""
    if found.found is None:
        return panels.nothing(words, effects.change(words, found.effect))
    every: dict[str, Effect] = {found.effect.design: found.effect, **found.beside}
    return effects.designs(words, every, name, declared=found.effect.design)


def power(words: Words, found: Evaluation) -> list[str]:
    """What the design could see, before the measure and now, against what was hoped for."""
    if found.found is None:
        return [words("evaluation.not_asked")]
    told = [effects.could_see(words, found.effect)] if found.effect.known else []
    if found.foreseen is None:
        return [*told, words("evaluation.foreseen_none")]
    key = "foreseen" if found.effect.known else "foreseen_only"
    told.append(words(f"evaluation.{key}", fall=words.percent(1 - found.foreseen)))
    hoped, seen = found.plan.hoped, found.foreseen
    if hoped and seen < hoped < 1:
        told.append(words("evaluation.hoped_unseen", change=words.change(hoped)))
    return told
