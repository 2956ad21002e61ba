"""Draws build/ring.png from what ring_run.py saved: a raster for each number of ranks, in the colour of the rank that has the cell."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

build = Path(__file__).resolve().parents[2] / "build"
ink, quiet = "#22252b", "#7a808c"
ranks_colours = np.array(["#d1495b", "#1f7a8c", "#7b3fa0"])


def jobs(data):
    """The cells and ranks of each job, as they ran."""
    return [tuple(map(int, name.split("-")[1:])) for name in data if name.startswith("python")]


def draw_raster(axes, cells, ranks, spikes):
    """Python's spikes as dots, HOC's as rings around them."""
    for language, style in (("python", {"s": 26}), ("hoc", {"s": 90, "facecolors": "none", "linewidths": 1})):
        times, gids, _ = spikes[language]
        colours = ranks_colours[gids.astype(int) % ranks]
        axes.scatter(times, gids, **{"color" if language == "python" else "edgecolors": colours}, **style)
    same = {language: "identical" if recorded[2].all() else "different" for language, recorded in spikes.items()}
    title = f"{cells} cells on {ranks} rank{'s' if ranks > 1 else ''}"
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", pad=5)
    axes.set_title(f"Python {same['python']}, HOC {same['hoc']}", loc="right", fontsize=10, color=quiet, pad=5)
    axes.set_ylim(cells - 0.4, -0.6)
    axes.set_yticks(range(0, cells, 1 if cells < 5 else 3))
    axes.set_ylabel("cell")
    axes.grid(axis="y", color=quiet, alpha=0.15)


def main():
    data = dict(np.load(build / "ring.npz"))
    plt.rcParams.update(
        {"font.size": 10, "text.color": ink, "axes.labelcolor": ink, "axes.edgecolor": quiet, "xtick.color": ink, "ytick.color": ink}
        | {"axes.spines.top": False, "axes.spines.right": False}
    )
    heights = [cells + 3 for cells, _ in jobs(data)]
    figure, panels = plt.subplots(
        len(heights), figsize=(11, 1.6 + 0.19 * sum(heights)), dpi=150, sharex=True, height_ratios=heights, layout="constrained"
    )
    figure.get_layout_engine().set(rect=(0.01, 0.005, 0.975, 0.895), hspace=0.04)
    figure.text(0.022, 0.95, "A spike goes round a ring of cells", fontsize=17, fontweight="bold")
    figure.text(0.022, 0.92, "Built through Patch and compared with plain NEURON to the last bit", fontsize=11, color=quiet)
    for axes, (cells, ranks) in zip(panels, jobs(data)):
        draw_raster(axes, cells, ranks, {language: data[f"{language}-{cells}-{ranks}"] for language in ("python", "hoc")})
    panels[-1].set_xlabel("time (ms)")
    panels[-1].set_xlim(left=0)
    dots = [Line2D([], [], marker="o", linestyle="", color=colour, label=f"rank {rank}") for rank, colour in enumerate(ranks_colours)]
    rings = [Line2D([], [], marker="o", linestyle="", color=quiet, label="Python", markersize=5)]
    rings += [Line2D([], [], marker="o", linestyle="", color=quiet, label="HOC", markersize=9, markerfacecolor="none")]
    figure.legend(handles=dots + rings, loc="upper right", ncols=5, frameon=False, bbox_to_anchor=(0.995, 0.985))
    figure.savefig(build / "ring.png")


if __name__ == "__main__":
    main()
