"""Draws build/demo.png from what run.py saved: the cell coloured by peak voltage, the traces, the spikes."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap

build = Path(__file__).resolve().parents[2] / "build"
ink, quiet = "#22252b", "#7a808c"
colours = {"train": "#6b7280", "soma": "#d1495b", "dendrite": "#7b3fa0", "follower": "#1f7a8c"}
heat = LinearSegmentedColormap.from_list("heat", plt.get_cmap("plasma")(np.linspace(0, 0.9, 256)))
DENDRITE = 9  # the branch with the synapse, at its middle


def lines(points, rows, segments, values):
    """A line between each two neighbouring points with its width and the value of the segment that it lies in, thin ones first."""
    peaks = np.split(values, np.cumsum(segments)[:-1])
    ends, widths, heights = [], [], []
    for branch, peak in zip(np.split(points, np.cumsum(rows)[:-1]), peaks):
        length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(branch[:, :3], axis=0), axis=1))])
        middle = (length[:-1] + length[1:]) / 2 / length[-1]
        centres = (np.arange(len(peak)) + 0.5) / len(peak)
        ends.append(np.stack([branch[:-1, :2], branch[1:, :2]], axis=1))
        widths.append((branch[:-1, 3] + branch[1:, 3]) / 2)
        heights.append(np.interp(middle, centres, peak))
    return np.concatenate(ends), np.concatenate(widths), np.concatenate(heights)


def middle_of(branch):
    """The point halfway along a branch."""
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(branch[:, :3], axis=0), axis=1))])
    return [np.interp(length[-1] / 2, length, branch[:, axis]) for axis in (0, 1)]


def draw_cell(axes, data):
    ends, widths, heights = lines(data["points"], data["rows"], data["segments"], data["voltages"].max(axis=1))
    axes.set_aspect("equal")
    low, high = data["points"][:, :2].min(axis=0) - 25, data["points"][:, :2].max(axis=0) + 25
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.figure.canvas.draw()
    points_per_um = axes.get_window_extent().width / (high[0] - low[0]) * 72 / axes.figure.dpi
    collection = LineCollection(ends, linewidths=np.maximum(widths * points_per_um, 1.2), array=heights, cmap=heat, capstyle="round")
    axes.add_collection(collection)

    branches = np.split(data["points"], np.cumsum(data["rows"])[:-1])
    for index, name, text, offset in ((DENDRITE, "dendrite", "synapse", (34, 0)), (0, "soma", "soma", (-92, -62))):
        axes.annotate(
            text,
            middle_of(branches[index]),
            offset,
            textcoords="offset points",
            color=colours[name],
            va="center",
            fontsize=11,
            fontweight="bold",
            arrowprops={"arrowstyle": "-", "color": quiet, "shrinkA": 3, "shrinkB": 7 if index else 11},
        )
    axes.plot(
        *middle_of(branches[DENDRITE]), "o", markersize=9, markerfacecolor="white", markeredgecolor=colours["dendrite"], markeredgewidth=2
    )
    x, y = low[0] + 30, low[1] + 30
    axes.plot([x, x + 100], [y, y], color=ink, linewidth=2.5, solid_capstyle="butt")
    axes.text(x + 50, y + 10, "100 µm", ha="center", va="bottom")
    axes.axis("off")
    bar = axes.figure.colorbar(collection, cax=axes.inset_axes([0.02, 0.62, 0.04, 0.3]))
    bar.set_label("peak voltage (mV)")
    bar.outline.set_visible(False)


def draw_trace(axes, time, voltage, title, colour):
    axes.plot(time, voltage, color=colour, linewidth=1.4)
    axes.set_title(title, loc="left", color=colour, fontsize=11, fontweight="bold", pad=3)
    axes.set_ylabel("mV")
    axes.set_ylim(-90, 55)
    axes.set_yticks([-80, -40, 0, 40])
    axes.tick_params(labelbottom=False)


def draw_spikes(axes, data):
    names = ["train", "soma", "follower"]
    axes.eventplot(
        [data[f"{name}_spikes"] for name in names],
        lineoffsets=[2, 1, 0],
        linelengths=0.7,
        linewidths=2,
        colors=[colours[name] for name in names],
    )
    axes.set_yticks([2, 1, 0], ["train", "soma", "second cell"])
    axes.set_ylim(-0.6, 2.6)
    axes.tick_params(axis="y", length=0)
    axes.set_title("Spikes", loc="left", fontsize=11, fontweight="bold", pad=3)
    axes.set_xlabel("time (ms)")


def main():
    results = {language: np.load(build / f"demo-{language}.npz") for language in ("python", "hoc")}
    data = dict(results["python"])
    plt.rcParams.update(
        {"font.size": 10, "text.color": ink, "axes.labelcolor": ink, "axes.edgecolor": quiet, "xtick.color": ink, "ytick.color": ink}
        | {"axes.spines.top": False, "axes.spines.right": False}
    )
    figure = plt.figure(figsize=(13, 9.4), dpi=150)
    grid = figure.add_gridspec(4, 2, width_ratios=[1, 2], hspace=0.32, wspace=0.13, left=0.03, right=0.97, top=0.89, bottom=0.07)
    verdicts = {language: "identical" if result["identical"] else "different" for language, result in results.items()}
    figure.text(0.03, 0.955, "A reconstructed pyramidal neuron drives a second cell", fontsize=17, fontweight="bold")
    verdict = ", ".join(f"{name} {verdicts[language]}" for name, language in (("Python", "python"), ("HOC", "hoc")))
    figure.text(0.03, 0.925, f"Built through Patch and compared with plain NEURON to the last bit: {verdict}", fontsize=11, color=quiet)

    draw_cell(figure.add_subplot(grid[:, 0]), data)
    shared = None
    for row, (name, title) in enumerate((("soma", "Soma"), ("dendrite", "Dendrite, at the synapse"), ("follower", "Second cell"))):
        axes = figure.add_subplot(grid[row, 1], sharex=shared)
        shared = shared or axes
        draw_trace(axes, data["time"], data[f"{name}_voltage"], title, colours[name])
    spikes = figure.add_subplot(grid[3, 1], sharex=shared)
    draw_spikes(spikes, data)
    spikes.set_xlim(0, data["time"][-1])
    figure.savefig(build / "demo.png")


if __name__ == "__main__":
    main()
