"""A cell and a network of two, by Arborize and by plain NEURON: a soma with hh, a dendrite that branches, synapses, gids, gap junctions."""

from arborize import Schematic, define_model, file_schematic, neuron_build
from glia_here import g
from neuron import h
from patch import p

g.load_library()
AMPA, GAP, LEAK = (f"glia__patch_test_mods__{name}__0" for name in ("AMPA", "Gap", "Leak"))

# label, the parent branch, nseg, the points (um): x, y, z, radius
BRANCHES = [
    ("soma", None, 3, [(0, 0, 0, 10), (20, 0, 0, 10)]),
    ("dendrites", 0, 22, [(20, 0, 0, 1), (120, 0, 0, 1), (220, 50, 0, 0.5)]),
    ("dendrites", 1, 12, [(220, 50, 0, 0.5), (320, 100, 0, 0.4)]),
    ("dendrites", 1, 12, [(220, 50, 0, 0.5), (320, 0, 30, 0.3)]),
]
# What MorphIO reads in SWC: single precision, and a dendrite begins at its own first point.
SWC = """
1 1 0 0 0 10 -1
2 1 10 0 0 10 1
3 1 20 0 0 10 2
4 3 120 0 0 1 3
5 3 220 50 0 0.5 4
6 3 320 100 0 0.375 5
7 3 320 0 30 0.25 5
"""
BRANCHES_OF_FILE = [
    ("soma", None, 3, [(0, 0, 0, 10), (10, 0, 0, 10), (20, 0, 0, 10)]),
    ("dendrites", 0, 12, [(120, 0, 0, 1), (220, 50, 0, 0.5)]),
    ("dendrites", 1, 12, [(220, 50, 0, 0.5), (320, 100, 0, 0.375)]),
    ("dendrites", 1, 12, [(220, 50, 0, 0.5), (320, 0, 30, 0.25)]),
]
NA, K = {"rev_pot": 55, "int_con": 9, "ext_con": 141}, {"rev_pot": -80, "int_con": 53, "ext_con": 2.5}
CABLES = {
    "soma": {"cable": {"Ra": 100, "cm": 1.1}, "ions": {"na": NA, "k": K}, "mechanisms": {"hh": {"gnabar": 0.13}, "Leak": {"g": 0.0003}}},
    "dendrites": {
        "cable": {"Ra": 150, "cm": 2},
        "mechanisms": {"pas": {"g": 0.0001, "e": -68}},
        "synapses": {"AMPA": {"tau_decay": 2.5}, "Gap": {"g": 0.002}},
    },
}
SYNAPSES = {"fast": {"mechanism": "AMPA", "parameters": {"tau_rise": 0.2, "tau_decay": 1.5}}}


def definition(dendrites="dendrites"):
    return define_model({"cable_types": {"soma": CABLES["soma"], dendrites: CABLES["dendrites"]}, "synapse_types": SYNAPSES})


def schematic():
    made = Schematic("cell")
    made.definition = definition()
    for branch, (label, parent, _, points) in enumerate(BRANCHES):
        for place, (x, y, z, radius) in enumerate(points):
            joint = (parent, len(BRANCHES[parent][3]) - 1) if place == 0 and parent is not None else None
            made.create_location((branch, place), (x, y, z), radius, [label], joint)
    return made


def schematic_of_file(folder):
    file = folder / "cell.swc"
    file.write_text(SWC)
    return file_schematic(str(file), definition("basal_dendrite"))


def arborized():
    return neuron_build(schematic())


class PlainCell:
    """What Arborize makes of a schematic, line by line in plain NEURON."""

    def __init__(self, branches=BRANCHES):
        self.kept = []
        self.sections = [h.Section(name=f"branch{i}") for i in range(len(branches))]
        for section, (label, parent, nseg, points) in zip(self.sections, branches):
            for x, y, z, radius in points:
                section.pt3dadd(x, y, z, 2 * radius)
            section.nseg = nseg
            section.Ra, section.cm = CABLES[label]["cable"]["Ra"], CABLES[label]["cable"]["cm"]
            if parent is not None:
                section.connect(self.sections[parent](1))
        soma, *dendrites = self.sections
        soma.insert("hh").insert(LEAK)
        soma.gnabar_hh = 0.13
        setattr(soma, f"g_{LEAK}", 0.0003)
        soma.ena, soma.nai, soma.nao, soma.ek, soma.ki, soma.ko = (*NA.values(), *K.values())
        for dendrite in dendrites:
            dendrite.insert("pas")
            dendrite.g_pas, dendrite.e_pas = 0.0001, -68

    def get_segment(self, location):
        """Half way from one point to the next."""
        section, place = self.sections[location[0]], location[1]
        return section((section.arc3d(place) + section.arc3d(place + 1)) / 2 / section.L)

    def synapse(self, mechanism, location, **parameters):
        made = getattr(h, mechanism)(self.get_segment(location))
        for name, value in parameters.items():
            setattr(made, name, value)
        self.kept.append(made)
        return made


def shape(section):
    """All that a section is, but its name and its place in the tree."""
    described = section.psection()
    segments = [(segment.x, segment.diam, segment.area(), segment.ri()) for segment in section]
    points = [tuple(getattr(section, f"{axis}3d")(i) for axis in ("x", "y", "z", "diam")) for i in range(section.n3d())]
    return section.L, section.nseg, section.Ra, section.cm, segments, points, described["density_mechs"], described["ions"]


WEIGHT, DELAY, THRESHOLD = 0.02, 1.5, -20
DRIVE = {"start": 2, "number": 3, "interval": 6}
GAPS = 10  # the keys of the gap junctions begin here
pc = h.ParallelContext()


def here(count=2):
    return range(int(pc.id()), count, int(pc.nhost()))


class Network:
    """Two cells: either one's soma excites the other's dendrite, a gap junction joins two dendrites, and the first one is driven."""

    def __init__(self):
        self.cells = {gid: self.cell(gid, 1 - gid) for gid in here()}

    def result(self, *spikes):
        """To the last bit: of each cell of this rank what was recorded; the spikes of this rank."""
        traces = {gid: [[value.hex() for value in vector] for vector in recorded] for gid, (_, *recorded) in self.cells.items()}
        return traces, *([float(value).hex() for value in vector] for vector in spikes)


class ArborizedNetwork(Network):
    def cell(self, gid, other):
        cell = arborized()
        if gid == 0:
            cell.insert_synapse("AMPA", (1, 1)).stimulate(weight=2 * WEIGHT, **DRIVE)
        cell.insert_receiver(other, "fast", (2, 0), weight=WEIGHT, delay=DELAY)
        cell.insert_transmitter(gid, (0, 0))
        cell.insert_receiver(GAPS + other, "Gap", (3, 0), source="vgap")
        cell.insert_transmitter(GAPS + gid, (3, 0), source="v")
        return cell, cell.soma[0].record(), p.record(cell.get_segment((3, 0))._ref_v)


class PlainNetwork(Network):
    def cell(self, gid, other):
        cell = PlainCell()
        fast = cell.synapse(AMPA, (2, 0), tau_rise=0.2, tau_decay=1.5)
        gap = cell.synapse(GAP, (3, 0), g=0.002)
        if gid == 0:
            stimulus = h.NetStim()
            for name, value in DRIVE.items():
                setattr(stimulus, name, value)
            cell.kept += [stimulus, h.NetCon(stimulus, cell.synapse(AMPA, (1, 1), tau_decay=2.5), 10, 0, 2 * WEIGHT)]
        pc.set_gid2node(gid, pc.id())
        sends = h.NetCon(cell.get_segment((0, 0))._ref_v, None, sec=cell.sections[0])
        sends.threshold = THRESHOLD
        pc.cell(gid, sends)
        pc.source_var(cell.get_segment((3, 0))._ref_v, GAPS + gid, sec=cell.sections[3])
        pc.target_var(gap, gap._ref_vgap, GAPS + other)
        cell.kept += [fast, sends, gap]
        return cell, h.Vector().record(cell.sections[0](0.5)._ref_v), h.Vector().record(cell.get_segment((3, 0))._ref_v)

    def receive(self):
        """After the transmitters of all cells."""
        for gid, (cell, *_) in self.cells.items():
            receives = pc.gid_connect(1 - gid, cell.kept[-3])
            receives.weight[0], receives.delay = WEIGHT, DELAY
            cell.kept.append(receives)


def plain_result(duration):
    """The network's result in plain NEURON, which leaves nothing behind. Every rank takes part."""
    network = PlainNetwork()
    network.receive()
    spikes = h.Vector(), h.Vector()
    pc.spike_record(-1, *spikes)
    pc.setup_transfer()
    pc.set_maxstep(10)
    h.finitialize(h.v_init)
    pc.psolve(duration)
    pc.gid_clear()
    return network.result(*spikes)
