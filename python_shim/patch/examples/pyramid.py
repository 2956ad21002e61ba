"""The reconstructed pyramidal neuron that NEURON ships drives a second cell: python -m patch.examples.pyramid"""

import re
from pathlib import Path

import numpy as np

from patch import p


def branches():
    """The points of each branch in NEURON's pyramid.nrn, soma first, and the branch and x that it grows from."""
    program, data = Path(p.neuronhome(), "demo", "pyramid.nrn").read_text().split("\ngeometry()\n")
    groups = [int(size) for size in re.findall(r"dendrite_\d\[(\d+)\]", program.split("proc")[0])]
    numbers = map(float, re.findall(r"-?[\d.]+", data))

    def read_points():
        rows = int(next(numbers))
        return np.fromiter(numbers, float, 4 * rows).reshape(rows, 4)

    points, origins = [read_points()], [None]
    for _ in range(sum(groups)):
        next(numbers)  # the number of segments, always 1
        points.append(read_points())
    for size in groups:
        first = len(origins)
        origins += [(0, 0.5)] + [(first + int(next(numbers)), next(numbers)) for _ in range(size - 1)]
    return zip(points, origins)


# The cell
p.celsius = 6.3
cell = []
for points, origin in branches():
    section = p.Section("soma" if origin is None else f"dendrite[{len(cell) - 1}]")
    section.add_3d(points[:, :3], diameters=abs(points[:, 3]))
    if origin is None:
        section.insert("hh")
        section.gnabar_hh, section.gkbar_hh = 0.4, 0.12
    else:
        parent, x = origin
        section.connect(cell[parent](x))
        section.insert("pas")
        section.g_pas, section.e_pas = 0.0001, -65
    section.nseg = 1 + 2 * int(section.L / 40)
    section.Ra = 150
    cell.append(section)
soma, dendrite = cell[0], cell[9]

# A spike train into a synapse on a dendrite
synapse = dendrite.synapse(p.ExpSyn, x=0.5, attributes={"tau": 2})
stimulus = p.VecStim(pattern=[10.1, 12.3, 14.7, 40.2, 62.9, 64.6, 66.1, 68.4])
train = p.NetCon(stimulus, synapse, weight=0.04, delay=1)

# The soma's spikes into a second cell
follower = p.Section("follower")
follower.L = follower.diam = 20
follower.insert("hh")
follower_synapse = follower.synapse(p.ExpSyn, attributes={"tau": 2})
connection = soma.connect_points(follower_synapse, weight=0.02, delay=2, threshold=0)

# Recordings
time = p.time
soma_voltage = soma.record()
dendrite_voltage = dendrite.record(0.5)
follower_voltage = follower.record()
voltages = [segment.record() for section in cell for segment in section]
train_spikes, soma_spikes, follower_spikes = p.Vector(), p.Vector(), p.Vector()
train.record(train_spikes)
connection.record(soma_spikes)
follower.connect_points(None, threshold=0).record(follower_spikes)

p.run(100, -65)
print(f"spikes: {len(train_spikes)} of the train, {len(soma_spikes)} of the soma, {len(follower_spikes)} of the second cell")
