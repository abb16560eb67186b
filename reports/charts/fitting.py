"""Fitting text and numbers into a drawing. No Django in here."""

from math import ceil, log10

A_LETTER = 0.54
"""Average width of a letter, as a share of its size."""


def width_of(text: str, size: float) -> float:
    """About how wide the text is."""
    return len(text) * size * A_LETTER


def lines_of(text: str, width: float, size: float) -> list[str]:
    """The text in lines that fit the width, broken between words."""
    room = max(int(width / (size * A_LETTER)), 1)
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def round_steps(most: float, wanted: int = 4) -> list[int]:
    """Whole numbers from 0 on in even steps of 1, 2 or 5 times a power of ten, the last one at
    least `most`; about `wanted` steps."""
    if most <= 1:
        return [0, 1]
    rough = most / wanted
    power = 10 ** int(log10(rough)) if rough > 1 else 1
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [step * count for count in range(ceil(most / step) + 1)]


def share(part: float, whole: float) -> float:
    """Between 0 and 1, whatever the numbers."""
    return min(max(part / whole, 0.0), 1.0) if whole else 0.0
