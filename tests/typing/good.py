"""Programs that type check, and what p's functions give. The tests run it too: assert_type then looks at the value."""

from typing import Any

import numpy as np
import patch
from neuron import h
from patch import ParallelCon, p, transform
from patch.error_handler import CatchRecord, ErrorHandler, catch_hoc_error
from patch.exceptions import PatchValueError
from patch.findings import Finding
from patch.interpreter import Defaults
from patch.objects import IClamp, NetCon, NetStim, PointProcess, PythonHocObject, SEClamp, Section, Segment, VecStim, Vector
from patch.parallel import ParallelContext
from typing_extensions import assert_type

# Sections and places
soma = p.Section("soma")
dend = p.Section(name="dend")
assert_type(soma, Section)
assert_type(dend.connect(soma), Section)
assert_type(dend.connect(soma(1), child_end=0), Section)
assert_type(dend.add_3d([[0, 0, 0], (100, 0, 0)], diameters=2), Section)
assert_type(dend.add_3d(np.array([[110.0, 0, 0], [120, 0, 0]]), np.array([1.0, 2])), Section)
assert_type(soma(0.5), Segment)
assert_type(soma(0.5).section, Section)
assert_type(soma.insert("hh"), Section)
assert_type([segment.x for segment in soma], list[float])
soma.gnabar_hh = 0.1  # a range variable
soma.label = "a name of the user's own"
soma(0.5).hh.gnabar = 0.1
soma.set_dimensions(20, np.float32(20))
with soma.push() as pushed:
    assert_type(pushed, Section)
    current = p.cas()
    assert current is not None and assert_type(current, Section)

# Point processes, those of NEURON and those that are known only when they are loaded
synapse = p.ExpSyn(dend(0.3), tau=2)
assert_type(synapse, PointProcess)
assert_type(p.ExpSyn(dend), PointProcess)
assert_type(p.ExpSyn(0.3, sec=dend), PointProcess)
assert_type(dend.synapse(p.ExpSyn, x=0.3, attributes={"tau": 2}), PointProcess)
assert_type(dend.synapse("ExpSyn", store=True), PointProcess)
assert_type(dend.synapse(p.IClamp), IClamp)
assert_type(dend.synapse(lambda section: p.SEClamp(section)), SEClamp)
assert_type(p.PointProcess("ExpSyn", dend(0.3), tau=2), PointProcess)
assert_type(p.NetStim(start=10, number=5), NetStim)
assert_type(p.VecStim([5, 10, 15]), VecStim)
assert_type(p.VecStim(np.arange(3)).pattern, Vector | Any)
name = "Exp2Syn"
made: PointProcess = getattr(p, name)(dend(0.3), tau1=1, tau2=2)
synapse.tau = 3
assert_type(synapse.get_segment(), Segment)
assert_type(synapse.parameters, list[str])
assert_type(synapse.stimulate([5, 10]), NetStim | VecStim)
clamp = soma.iclamp([0.1, 0.2], delay=5, duration=10)
assert_type(clamp, IClamp)
clamp.amplitude = 2
assert_type(clamp.amplitude, float)
steps = soma.vclamp(-20, before=5, after=np.int64(5))
assert_type(steps, SEClamp)
steps.voltage = [-70, -20, -70]
assert_type(steps.voltage, list[float])

# Connections
connection = soma.connect_points(synapse, weight=0.04, delay=np.float64(2))
assert_type(connection, NetCon)
assert_type(p.NetCon(p.NetStim(), synapse, 10, 1, 0.5), NetCon)
assert_type(p.NetCon(soma(0.5)._ref_v, None, sec=soma), NetCon)
assert_type(p.NetCon(h.NetStim(), synapse, weight=[0.1]), NetCon)
assert_type(dend(0.3).connect_points(None), NetCon)
assert_type(connection.gid, int | None)
assert_type(p.connection(soma, synapse), NetCon)
connection.weight[0] = 0.7
connection.delay = 3
assert_type(ParallelCon(soma, np.int64(7)), NetCon)
assert_type(p.ParallelCon(7, synapse, weight=0.01), NetCon)

# Recordings and runs
assert_type(soma.record(), Vector)
assert_type(soma.record(0.7), Vector)
assert_type(dend(0.3).record(), Vector)
assert_type(p.record(synapse), Vector)
assert_type(p.record(soma(0.5)._ref_v), Vector)
assert_type(p.Vector([1, 2]).record(dend), Vector)
assert_type(soma.recordings, dict[float, Vector])
p.celsius = 6.3
p.run(5, -65)
p.continuerun(np.int64(1))
p.finitialize()
assert_type(p.time, Vector)
assert_type(p.t, float)
assert_type(list(p.time), list[float])
assert_type(p.defaults, Defaults)
p.defaults.weight = 0.1
assert_type(p.counts(), dict[str, float])
assert_type(p.check(), list[Finding])

# Ranks
assert_type(p.parallel, ParallelContext)
assert_type(p.parallel.broadcast({"any": "thing"}), Any)
assert_type(p.parallel.allgather(3), list[Any])
times, gids = p.parallel.spike_record()
assert_type(times, Vector)
p.parallel.source_var(soma(0.5)._ref_v, 1, sec=soma)
p.parallel.target_var(steps, steps._ref_amp1, 1)
p.parallel.gid_clear()


# Classes of the user's own
class Cell(p.Section):
    def __arc__(self) -> float:
        return 0.9


class Synapse(p.ExpSyn):
    pass


class Standing:
    def __init__(self):
        self.soma = p.Section()

    def __neuron__(self):
        return self.soma

    def __netcon__(self):
        return self.soma(0.5)._ref_v


class Mine(PythonHocObject):
    pass


class Handler(ErrorHandler):
    required = ("target",)

    def catch(self, error: BaseException, context: dict[str, Any]) -> None:
        raise PatchValueError(str(error))


standing = Standing()
assert_type(Synapse(Cell("cell"), tau=2), Synapse)
assert_type(p.ExpSyn(standing), PointProcess)
assert_type(p.NetCon(standing, synapse, sec=standing), NetCon)
assert_type(p.record(standing), Vector)
dend.connect(standing)
p.Mine(soma)
Mine(soma)
with catch_hoc_error(CatchRecord, target=soma):
    h.Vector().record(soma(0.5)._ref_v)
assert_type(transform(standing), Any)
assert_type(patch.path(), str)
assert_type(patch.version.version(), str)
