"""Campaigns with a known effect, planned and judged by the tool's own code: power, false alarms, the smallest arm.

`python -m bench.campaigns [power|false|least|more ...] [--campaigns N]`

Customers order with a chance, for a log-normal amount. Shares carry exact 95 % intervals (Clopper and Pearson). The
numbers stand in `docs/explanation/measuring.md`.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from marketfold.experiments import LEAST_EXPECTED, Baseline, plan_holdout
from marketfold.experiments.effects import effect_of, interval
from marketfold.experiments.measuring import decide
from marketfold.experiments.permutation import ArmDraws, Difference, difference
from marketfold.experiments.power import more_customers
from marketfold.thresholds import ALPHA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.experiments import Effect, Holdout
    from marketfold.schema import Float64

DRAWS = 999
PAST_PERIODS, PASTS = 4, 25
WORTH = 0.05


@dataclass(frozen=True)
class Crowd:
    """Customers of one segment: how many, how often they order, how unequal the amounts are, tested with how many."""

    order_rate: float
    sigma: float
    customers: int
    n_tests: int = 1

    @property
    def mean(self) -> float:
        """Revenue per customer in a period."""
        return self.order_rate * float(np.exp(self.sigma**2 / 2))

    @property
    def name(self) -> str:
        """As a row of a table begins."""
        return f"| {self.order_rate} | {self.sigma} | {self.customers:,} | {self.n_tests} |"

    def revenue(
        self, rng: np.random.Generator, n: int, *, more_orders: float = 0.0, more_spent: float = 0.0
    ) -> Float64:
        """What n of them bring in a period."""
        found = np.zeros(n)
        ordered = rng.random(n) < self.order_rate * (1 + more_orders)
        found[ordered] = (1 + more_spent) * rng.lognormal(0.0, self.sigma, int(ordered.sum()))
        return found

    @property
    def usual(self) -> Baseline:
        """What is truly usual."""
        first, second, third = (self.order_rate * float(np.exp((k * self.sigma) ** 2 / 2)) for k in (1, 2, 3))
        sd = float(np.sqrt(second - first**2))
        skew = (third - 3 * first * second + 2 * first**3) / sd**3
        return Baseline(90, 0, self.order_rate, first, sd, skew)

    def baseline(self, rng: np.random.Generator) -> Baseline:
        """What a plan knows of them from their past."""
        past = self.revenue(rng, PAST_PERIODS * self.customers)
        skew = float(stats.skew(past))
        return Baseline(90, len(past), float((past > 0).mean()), float(past.mean()), float(past.std()), skew)


CROWDS = (
    Crowd(0.25, 0.8, 3_000),
    Crowd(0.25, 0.8, 3_000, 5),
    Crowd(0.25, 1.2, 8_000),
    Crowd(0.1, 1.2, 8_000),
    Crowd(0.1, 1.5, 20_000),
    Crowd(0.6, 0.8, 800),
    Crowd(0.6, 1.0, 400),
)
UNEQUAL = (Crowd(0.1, 1.5, 3_000), Crowd(0.25, 1.5, 1_000), Crowd(0.6, 1.5, 400))
SMALL = ((Crowd(0.1, 1.5, 2_000), 50), (Crowd(0.25, 1.5, 800), 20), (Crowd(0.6, 1.5, 400), 9))


def judged(treated: Float64, holdout: Float64, seed: int) -> Effect:
    """The effect, as `compare_arms` finds it for one outcome."""
    y = np.concatenate([treated, holdout])
    held_out = np.arange(len(y)) >= len(treated)
    ((found, drawn),) = ArmDraws(held_out, DRAWS, seed).arms(y, x=np.zeros(len(y)))
    return effect_of(found, drawn, float(y.mean()))


def share(hits: int, of: int) -> str:
    """A share in percent with its interval."""
    low, high = stats.binomtest(hits, of).proportion_ci(0.95)
    return f"{hits / of:.1%} ({low:.1%} to {high:.1%})"


def verdicts(effects: Sequence[Effect], n_tests: int) -> tuple[int, int]:
    """How many worked, and how many are below zero, as the first of so many tests."""
    found = [decide(e, min(e.p_value * n_tests, 1.0), worth=WORTH * abs(e.holdout), alpha=ALPHA)[1] for e in effects]
    return found.count("above zero"), found.count("below zero")


def power(campaigns: int) -> None:
    """Found of campaigns with the lift that the holdout was planned for, knowing what is usual or from four periods."""
    head = "order rate | sigma | customers | tests | planned lift, held out | more is spent | more customers order"
    print(f"| {head} | more is spent, planned from the past |")
    print("|---|---|---|---|---|---|---|---|")
    for crowd in CROWDS:
        rng = np.random.default_rng(1)
        plan = planned(crowd, crowd.usual)
        found = [share(*_worked(crowd, plan, rng, campaigns, way)) for way in ("more_spent", "more_orders")]
        hits, of = 0, 0
        for _ in range(PASTS):
            from_past = planned(crowd, crowd.baseline(rng))
            if from_past.held_out:  # one that is refused promises nothing
                worked = _worked(crowd, from_past, rng, campaigns // 2 // PASTS, "more_spent")
                hits, of = hits + worked[0], of + worked[1]
        found.append(share(hits, of))
        print(f"{crowd.name} {plan.detectable_lift:.3f}, {plan.held_out:,} | {' | '.join(found)} |", flush=True)


def planned(crowd: Crowd, usual: Baseline) -> Holdout:
    """The holdout of one of so many segments that are tested together."""
    return plan_holdout(1, crowd.customers, usual, "revenue", wanted_lift=0.2, n_tests=crowd.n_tests)


def _worked(crowd: Crowd, plan: Holdout, rng: np.random.Generator, campaigns: int, way: str) -> tuple[int, int]:
    """How many of so many campaigns with the planned lift are said to have worked."""
    n_reached, effects = crowd.customers - plan.held_out, []
    for trial in range(campaigns):
        reached = crowd.revenue(rng, n_reached, **{way: plan.detectable_lift or 0.0})
        effects.append(judged(reached, crowd.revenue(rng, plan.held_out), trial))
    return verdicts(effects, crowd.n_tests)[0], campaigns


def false_alarms(campaigns: int) -> None:
    """Verdicts where there is no effect."""
    print("| order rate | sigma | customers | tests | held out | it worked | less than held out |")
    print("|---|---|---|---|---|---|---|")
    sized = [(crowd, round(0.3 * crowd.customers)) for crowd in (*CROWDS, *UNEQUAL) if crowd.n_tests == 1]
    found: list[tuple[int, int]] = []
    for crowd, held_out in (*sized, *SMALL):
        rng = np.random.default_rng(2)
        effects = [
            judged(crowd.revenue(rng, crowd.customers - held_out), crowd.revenue(rng, held_out), trial)
            for trial in range(campaigns)
        ]
        found.append(verdicts(effects, crowd.n_tests))
        shares = " | ".join(share(hits, campaigns) for hits in found[-1])
        print(f"{crowd.name} {held_out:,} | {shares} |", flush=True)
    shares = " | ".join(share(sum(hits), campaigns * len(found)) for hits in zip(*found, strict=True))
    print(f"| all rows | | | | | {shares} |")
    _all_together(campaigns)


def _all_together(campaigns: int) -> None:
    """The gain of five segments together where there is none: it lies above zero in so many."""
    crowd, held_out, above, below = Crowd(0.25, 1.5, 1_000), 300, 0, 0
    rng, arm = np.random.default_rng(3), np.arange(1_000) < 300
    for trial in range(campaigns // 4):
        pairs = [ArmDraws(arm, DRAWS, trial).arms(crowd.revenue(rng, 1_000), x=np.zeros(1_000))[0] for _ in range(5)]
        found, drawn = (_added([difference(*pair[place]) for pair in pairs]) for place in (0, 1))
        ends = interval(found, drawn, ALPHA)
        above, below = above + (ends[0] > 0), below + (ends[1] < 0)
    shares = " | ".join(share(hits, campaigns // 4) for hits in (above, below))
    print(f"| 0.25 | 1.5 | 5 x 1,000 | together | 5 x {held_out} | {shares} |", flush=True)


def _added(parts: Sequence[Difference]) -> Difference:
    error = np.sqrt(sum(part.error**2 for part in parts))
    return Difference(np.asarray(sum(part.size for part in parts)), error, np.ones(()))


def least(campaigns: int) -> None:
    """Where an effect of +50 % is missed by the interval, or ruled out, by the orders expected in a holdout of 30 %."""
    print("| orders expected in the holdout | effect above the interval | an effect worth having ruled out |")
    print("|---|---|---|")
    for expected in (1, 2, LEAST_EXPECTED, 10, 20, 40):
        crowd = Crowd(0.25, 1.5, round(expected / 0.25 / 0.3))
        rng, held_out, above, ruled_out = np.random.default_rng(4), round(expected / 0.25), 0, 0
        for trial in range(campaigns):
            reached = crowd.revenue(rng, crowd.customers - held_out, more_spent=0.5)
            effect = judged(reached, crowd.revenue(rng, held_out), trial)
            above += effect.high < 0.5 * crowd.mean
            ruled_out += effect.high < WORTH * effect.holdout
        print(f"| {expected} | {share(above, campaigns)} | {share(ruled_out, campaigns)} |", flush=True)


def more(campaigns: int) -> None:
    """Of a quarter as many campaigns, those that could not be told and were made again with so many customers more."""
    print("| true lift | could not be told | customers more, median | it worked, with them |")
    print("|---|---|---|---|")
    crowd, held_out, sought = Crowd(0.25, 0.8, 2_000), 600, 0.2
    for true in (0.0, 0.1, 0.2):
        rng, asked, worked = np.random.default_rng(5), [], 0
        for trial in range(campaigns // 4):
            arms = crowd.revenue(rng, 1_400, more_orders=true), crowd.revenue(rng, held_out)
            effect = judged(*arms, trial)
            wanted = more_customers(effect, 2_000, sought * effect.holdout, ALPHA)
            if effect.p_value <= ALPHA or not wanted:
                continue
            asked.append(wanted)
            again = [crowd.revenue(rng, round(0.7 * (2_000 + wanted)), more_orders=true)]
            again.append(crowd.revenue(rng, round(0.3 * (2_000 + wanted))))
            worked += verdicts([judged(again[0], again[1], trial)], 1)[0]
        print(f"| {true:.0%} | {len(asked)} | {np.median(asked):,.0f} | {share(worked, len(asked))} |", flush=True)


PARTS: dict[str, Callable[[int], None]] = {"power": power, "false": false_alarms, "least": least, "more": more}


def main() -> None:
    """Run the parts asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART")
    parser.add_argument("--campaigns", type=int, default=1_000)
    given = parser.parse_args()
    for name in given.parts:
        begun = time.process_time()
        print(f"\n== {name}")
        PARTS[name](given.campaigns)
        print(f"{time.process_time() - begun:.0f} s of processor time")


if __name__ == "__main__":
    main()
