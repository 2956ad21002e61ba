"""A spiking soma and a slow dendrite, and a resistance between. After the reduced model of Mainen and Sejnowski (1996), with hh and pas."""

import json

from neuron import h

h.load_file("stdrun.hoc")
h.celsius = 16.3


class Neuron:
    """Areas in the ratio rho, coupled by kappa (megohm)."""

    def __init__(self, rho, kappa=10):
        self.axosoma = h.Section(name="axosoma", cell=self)
        self.dend = h.Section(name="dend", cell=self)
        self.dend.connect(self.axosoma, 1, 0)
        self.axosoma.L = self.axosoma.diam = 20
        self.dend.L = 20 * rho
        self.dend.diam = 20
        for sec in (self.axosoma, self.dend):
            sec.cm = 0.75
            sec.insert("pas")
            sec.g_pas, sec.e_pas = 1 / 30000, -70
        # all of the resistance between the two centres is the dendrite's
        self.axosoma.Ra = 1
        area = 3.14159265 * self.dend.diam**2 / 4  # um2
        self.dend.Ra = kappa * 1e6 * area * 1e-8 / (self.dend.L / 2 * 1e-4)
        self.axosoma.insert("hh")
        self.axosoma.gnabar_hh, self.axosoma.gkbar_hh, self.axosoma.gl_hh = 0.6, 0.15, 0
        self.axosoma.ena, self.axosoma.ek = 50, -90
        self.clamp = h.IClamp(0.5, sec=self.dend)
        setattr(self.clamp, "del", 20)
        self.clamp.dur = 100
        self.spikes = h.Vector()
        self.detector = h.NetCon(self.axosoma(0.5)._ref_v, None, 0, 0, 0, sec=self.axosoma)
        self.detector.record(self.spikes)

    def input_impedance(self):
        zz = h.Impedance()
        zz.loc(self.axosoma(0.5))
        zz.compute(50, 1)
        return [zz.input(self.axosoma(0.5)), zz.transfer(self.dend(0.5)), zz.ratio(self.dend(0.5)), zz.input_phase(self.axosoma(0.5))]


found = {}
for rho in (2, 8, 20):
    neuron = Neuron(rho)
    v = [h.Vector().record(sec(0.5)._ref_v) for sec in (neuron.axosoma, neuron.dend)]
    for amp in (0.4, 1.2):
        neuron.clamp.amp = amp
        h.finitialize(-70)
        h.continuerun(120)
        found[f"rho {rho}, {amp} nA"] = [list(neuron.spikes), *map(list, v)]
    h.finitialize(-70)
    found[f"impedance, rho {rho}"] = neuron.input_impedance()
    found[f"resistances, rho {rho}"] = [neuron.dend(0.5).ri(), neuron.axosoma(0.5).ri(), h.distance(neuron.axosoma(0), neuron.dend(1))]
    psection = neuron.axosoma.psection()
    found[f"mechanisms, rho {rho}"] = [sorted(psection["density_mechs"]), sorted(psection["ions"])]

print(json.dumps(found))
