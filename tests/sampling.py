"""Which of many cases that are alike one run tries: a part that differs from run to run, or all of them."""

import os
import random


def seed():
    """The seed of this run, the same in all of its workers; SAMPLE repeats one."""
    return os.environ.setdefault("SAMPLE", str(random.SystemRandom().randrange(1_000_000)))


def some(cases, one_in=3):
    """One in so many of the cases, in their order, and at least one; all of them with SAMPLE=all."""
    cases = list(cases)
    if seed() == "all" or not cases:
        return cases
    chosen = random.Random(f"{seed()} {len(cases)}").sample(range(len(cases)), -(-len(cases) // one_in))
    return [cases[number] for number in sorted(chosen)]
