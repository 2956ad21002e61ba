"""add_3d of numpy arrays against NEURON's pt3dadd, point by point and by Vectors (performance.md A1, A2)."""

import sys

import numpy as np
from neuron import h
from patch import path
from ratio import compare, finish

assert h.nrn_load_dll(path())
Vector, pt3dadd = h.Vector, h.pt3dadd


def bench(id, sections, size, loop_target, vector_target=None):
    points = np.cumsum(np.random.default_rng(1).normal(size=(size, 3)), axis=0)
    diameters = np.linspace(1, 2, size)

    def make():
        return [h.Section() for _ in range(sections)]

    def ours(made):
        for section in made:
            section.add_3d(points, diameters)

    def loop(made):
        for section in made:
            add = section.pt3dadd
            for (x, y, z), diameter in zip(points.tolist(), diameters.tolist()):
                add(x, y, z, diameter)

    def vectors(made):
        for section in made:
            pt3dadd(Vector(points[:, 0]), Vector(points[:, 1]), Vector(points[:, 2]), Vector(diameters), sec=section)

    shape = f"add_3d, {sections} sections of {size} points"
    compare(id, shape + ", over a pt3dadd loop", ours, loop, loop_target, sections * size, make=make)
    compare(id, shape + ", over pt3dadd of Vectors", ours, vectors, vector_target, sections * size, make=make)


bench("A1", 20, 20_000, 0.16, 1.1)
bench("A2", 5_000, 20, 0.4)
sys.exit(finish())
