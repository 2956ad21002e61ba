"""The demo's model in plain NEURON, the oracle: a reconstructed pyramidal neuron that drives a second cell."""

import os

import morphology
import numpy as np
from neuron import h

TRAIN = [10.1, 12.3, 14.7, 40.2, 62.9, 64.6, 66.1, 68.4]  # ms
DURATION = 100  # ms
V_INIT = -65  # mV


def run():
    """Builds and runs the model. Returns what was recorded, and the cell's branches with their numbers of segments; nothing else stays."""
    h.load_file("stdrun.hoc")
    h.celsius = 6.3
    branches = morphology.read(os.path.join(h.neuronhome(), "demo", "pyramid.nrn"))

    cell = []
    for branch in branches:
        section = h.Section(name=branch.name)
        for x, y, z, diameter in branch.points:
            h.pt3dadd(x, y, z, diameter, sec=section)
        if branch.parent is not None:
            section.connect(cell[branch.parent](branch.x), 0)
        section.nseg = 1 + 2 * int(section.L / 40)
        section.Ra = 150
        cell.append(section)
    soma, dendrite = cell[0], cell[9]
    soma.insert("hh")
    soma.gnabar_hh = 0.4
    soma.gkbar_hh = 0.12
    for section in cell[1:]:
        section.insert("pas")
        section.g_pas = 0.0001
        section.e_pas = -65

    follower = h.Section(name="follower")
    follower.L = 20
    follower.diam = 20
    follower.insert("hh")

    # The train: events at the very doubles at which spikes with the connection's delay arrive.
    synapse = h.ExpSyn(dendrite(0.5))
    synapse.tau = 2
    delay = 1
    stimulus = h.NetCon(None, synapse)
    stimulus.weight[0] = 0.04
    handler = h.FInitializeHandler(lambda: [stimulus.event(time + delay) for time in TRAIN])

    follower_synapse = h.ExpSyn(follower(0.5))
    follower_synapse.tau = 2
    connection = h.NetCon(soma(0.5)._ref_v, follower_synapse, sec=soma)
    connection.threshold = 0
    connection.delay = 2
    connection.weight[0] = 0.02
    detector = h.NetCon(follower(0.5)._ref_v, None, sec=follower)
    detector.threshold = 0

    time = h.Vector().record(h._ref_t)
    soma_voltage = h.Vector().record(soma(0.5)._ref_v)
    dendrite_voltage = h.Vector().record(dendrite(0.5)._ref_v)
    follower_voltage = h.Vector().record(follower(0.5)._ref_v)
    voltages = [h.Vector().record(segment._ref_v) for section in cell for segment in section]
    soma_spikes, follower_spikes = h.Vector(), h.Vector()
    connection.record(soma_spikes)
    detector.record(follower_spikes)

    h.finitialize(V_INIT)
    h.continuerun(DURATION)

    del handler  # it acts as long as it is held
    recorded = {
        "time": np.array(time),
        "soma_voltage": np.array(soma_voltage),
        "dendrite_voltage": np.array(dendrite_voltage),
        "follower_voltage": np.array(follower_voltage),
        "voltages": np.array([np.array(voltage) for voltage in voltages]),
        "train_spikes": np.array(TRAIN),
        "soma_spikes": np.array(soma_spikes),
        "follower_spikes": np.array(follower_spikes),
    }
    return recorded, branches, [section.nseg for section in cell]
