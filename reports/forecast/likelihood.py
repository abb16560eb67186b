"""How likely each number of exchanges is on a day to come. No Django in here.

Two things add up. Those on their way are closed or not, each with its own chance. Those that have
not begun come at the pace so far: with `closed` in `days`, the number in further `t` days follows
the negative binomial distribution with mean `closed / days * t`. The fewer were closed, the wider
it is.
"""

from datetime import date
from functools import lru_cache
from math import lgamma

import numpy as np
from numpy.typing import NDArray

from reports.forecast.facts import Facts, OnTheirWay, Pace

Likelihoods = NDArray[np.float64]
"""At each index the likelihood of that number; the last one is that of so many or more."""


def numbers_on(day: date, facts: Facts) -> Likelihoods:
    """How many of the missing ones are closed by the end of `day`, as likelihoods of 0, 1, 2 and so
    on up to all that are missing or more."""
    arrived = tuple(group for group in facts.on_their_way if group.closes_on <= day)
    further_days = (day - facts.today).days - facts.lead_days
    return _added(
        _of_those_on_their_way(arrived, facts.missing),
        _of_further_ones(facts.pace, further_days, facts.missing),
    )


def quantile(likelihoods: Likelihoods, share: float) -> int:
    """The smallest number that is not exceeded with at least this likelihood."""
    reached = np.cumsum(likelihoods) >= share - 1e-9
    return int(np.argmax(reached)) if reached.any() else len(likelihoods) - 1


@lru_cache(maxsize=64)
def _of_those_on_their_way(groups: tuple[OnTheirWay, ...], most: int) -> Likelihoods:
    """The same for every month in which no more of them are closed."""
    likelihoods = np.zeros(most + 1)
    likelihoods[0] = 1.0
    for group in groups:
        for _one in range(group.number):
            moved = likelihoods * group.chance
            likelihoods *= 1 - group.chance
            likelihoods[1:] += moved[:-1]
            likelihoods[-1] += moved[-1]
    return _kept(likelihoods)


def _of_further_ones(pace: Pace, days: int, most: int) -> Likelihoods:
    likelihoods = np.zeros(most + 1)
    if days <= 0 or not pace.closed:
        likelihoods[0] = 1.0
        return likelihoods
    numbers = np.arange(most)
    stays, comes = pace.days / (pace.days + days), days / (pace.days + days)
    ways = _ways(pace.closed, most)
    logarithms = ways + pace.closed * np.log(stays) + numbers * np.log(comes)
    likelihoods[:most] = np.exp(logarithms)
    likelihoods[most] = max(1.0 - likelihoods[:most].sum(), 0.0)
    return likelihoods


@lru_cache(maxsize=256)
def _ways(closed: int, most: int) -> Likelihoods:
    """The logarithm of how many ways lead to 0, 1, 2 … further ones: the same on every day."""
    ways = [lgamma(n + closed) - lgamma(n + 1) - lgamma(closed) for n in range(most)]
    return _kept(np.array(ways))


def _kept(likelihoods: Likelihoods) -> Likelihoods:
    """What is remembered for others cannot be written to."""
    likelihoods.setflags(write=False)
    return likelihoods


def _added(one: Likelihoods, other: Likelihoods) -> Likelihoods:
    """Of the sum of two independent numbers; all beyond the last index counts there."""
    most = len(one) - 1
    every = np.convolve(one, other)
    likelihoods: Likelihoods = every[: most + 1].copy()
    likelihoods[most] += every[most + 1 :].sum()
    return likelihoods
