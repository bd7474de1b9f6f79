"""Weights of the colour forecast, and how good it is over twelve seasons.

Each season is judged by weights, or by shares of the month, that were found without it: figures of
a season that helped to choose the weights would flatter them. Each day's forecast knows the colours
up to the next day, as at noon. The tables by which the planner goes know all seasons.
"""

import argparse
from typing import Final

from scripts.backtest_lib.world import SEASONS, colours

from .fitting import fit
from .scoring import HORIZONS, Scores, by_day_before, by_month, by_own_odds, score_all

_KINDS: Final = {
    "climatology by month": by_month,
    "tables of the planner": by_day_before,
    "own odds": by_own_odds,
}


def main() -> int:
    """Print the weights, or a table of scores for the docs."""
    parser = argparse.ArgumentParser(prog="scripts/colour-odds", description=__doc__)
    parser.add_argument(
        "what",
        choices=("weights", "scores"),
        help="fit to all seasons, or judge each by the others",
    )
    history = colours()
    if parser.parse_args().what == "weights":
        weights = fit(history, SEASONS)
        for name, values in (("red", weights.red), ("white", weights.white)):
            print(f"{name}=({', '.join(f'{value:.2f}' for value in values)})")
        return 0
    scores = {name: score_all(history, make) for name, make in _KINDS.items()}
    print("| days ahead | " + " | ".join(str(ahead) for ahead in HORIZONS) + " |")
    print("|---" * (len(HORIZONS) + 1) + "|")
    for name, found in scores.items():
        print(f"| {name} | {_row(found, is_hits=False)} |")
    for name, found in scores.items():
        print(f"| {name}: likeliest colour right | {_row(found, is_hits=True)} |")
    return 0


def _row(scores: Scores, *, is_hits: bool) -> str:
    if is_hits:
        return " | ".join(f"{scores.hits[ahead]:.1%}" for ahead in HORIZONS)
    return " | ".join(f"{scores.brier[ahead]:.3f}" for ahead in HORIZONS)


if __name__ == "__main__":
    raise SystemExit(main())
