"""Reads the reconstructed pyramidal neuron that NEURON ships into plain Python data."""

import re
from typing import NamedTuple


class Branch(NamedTuple):
    name: str
    parent: int | None  # index of the branch it grows from; None: the soma
    x: float  # where on its parent
    points: list[tuple[float, float, float, float]]  # x, y, z, diameter in um


def read(path):
    """The branches of pyramid.nrn, soma first: the file is a HOC program that creates them, then the numbers that it scans."""
    with open(path) as file:
        program, data = file.read().split("\ngeometry()\n")
    groups = [int(size) for size in re.findall(r"dendrite_\d\[(\d+)\]", program.split("proc")[0])]
    numbers = map(float, re.findall(r"-?[\d.]+", data))

    def points():
        """A count and as many rows; a negative diameter marks a spine."""
        return [(next(numbers), next(numbers), next(numbers), abs(next(numbers))) for _ in range(int(next(numbers)))]

    branches = [Branch("soma", None, 0, points())]
    for group, size in enumerate(groups, 1):
        for index in range(size):
            next(numbers)  # the number of segments, always 1
            branches.append(Branch(f"dendrite_{group}[{index}]", 0, 0.5, points()))
    first = 1
    for size in groups:  # the first branch of a group grows from the soma's middle, each other one from its group
        for index in range(first + 1, first + size):
            branches[index] = branches[index]._replace(parent=first + int(next(numbers)), x=next(numbers))
        first += size
    return branches
