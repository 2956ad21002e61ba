from typing import Any, TypeVar

from . import objects as _objects
from ._types import Factory, Made, Number, Numbers, Place, Recordable, SectionLike, Source, Target
from .findings import Finding
from .objects import NetCon as _NetCon
from .objects import PointProcess as _PointProcess
from .objects import Section as _Section
from .objects import SectionRef as _SectionRef
from .objects import VecStim as _VecStim
from .objects import Vector as _Vector
from .parallel import ParallelContext as _ParallelContext

__all__ = ["Defaults", "ParallelContext", "PythonHocInterpreter", "p"]

ParallelContext = _ParallelContext
_Class = TypeVar("_Class", bound=type)

class Defaults:
    """The weight, delay (ms) and threshold (mV) that are used when none is given; set them here.

    >>> p.defaults.weight = 0.2
    >>> p.defaults
    Defaults(weight=0.2, delay=1, threshold=-20)
    """

    @property
    def weight(self) -> float: ...
    @weight.setter
    def weight(self, value: Number | None) -> None: ...
    @property
    def delay(self) -> float:
        """ms"""

    @delay.setter
    def delay(self, value: Number | None) -> None: ...
    @property
    def threshold(self) -> float:
        """mV"""

    @threshold.setter
    def threshold(self, value: Number | None) -> None: ...
    def __getitem__(self, name: str) -> float: ...
    def __setitem__(self, name: str, value: Number | None) -> None: ...

class PythonHocInterpreter:
    """p: NEURON's ``h`` with what Patch adds. Names that are not here are NEURON's, the user's mechanisms and HOC symbols."""

    # NEURON's own, of the standard run system
    t: float  # ms
    dt: float  # ms
    tstop: float  # ms
    v_init: float  # mV
    celsius: float  # degC

    defaults: Defaults
    parallel: _ParallelContext
    time: _Vector
    """The times (ms) of the last run, also when first asked for after it."""

    Section: type[_Section]
    SectionRef: type[_SectionRef]
    Vector: type[_Vector]
    NetCon: type[_NetCon]

    # made by cmake/stubs.py: mechanisms
    APCount: type[_PointProcess]
    AlphaSynapse: type[_PointProcess]
    Exp2Syn: type[_PointProcess]
    ExpSyn: type[_PointProcess]
    IClamp: type[_objects.IClamp]
    IntFire1: type[_PointProcess]
    IntFire2: type[_PointProcess]
    IntFire4: type[_PointProcess]
    NetStim: type[_objects.NetStim]
    OClamp: type[_PointProcess]
    PatternStim: type[_PointProcess]
    PointProcessMark: type[_PointProcess]
    SEClamp: type[_objects.SEClamp]
    VClamp: type[_PointProcess]
    # end
    # made by cmake/stubs.py: p
    def record(self, target: Recordable | None = None) -> _Vector:
        """A Vector that records; one per section and x.

            target: an x of the current section (HOC), a Section, a Segment, a pointer, a point process (its i) (default None)

        Raises HocRecordError for what cannot be recorded.

            >>> current = p.record(synapse)  # its i, nA
        """

    def PointProcess(self, factory: str | Factory[Made], target: Place, *args: Any, **kw: Number) -> Made:
        """Makes an instance of a mechanism on a target.

            factory: a name, h.X, p.X, or a class or function of yours that makes one
            target: a Segment or a Section
            args: further arguments of the mechanism
            kw: attributes to set, by name

        Raises PatchAttributeError for a mechanism or an attribute that does not exist.

            >>> synapse = p.PointProcess("ExpSyn", dend(0.3), tau=2)  # ms
        """

    def VecStim(self, pattern: Numbers | None = None, *args: Any) -> _VecStim:
        """A source that plays a pattern of spike times.

            pattern: ms, a Vector or any sequence: sorted, finite, at least 0; None plays nothing (default None)
            args: further arguments, as in NEURON

        Raises PatchValueError for times that are not sorted, not finite or below 0.

            >>> source = p.VecStim([5, 10, 15])  # ms
            >>> connection = p.NetCon(source, synapse)
        """

    def ParallelCon(
        self,
        source_or_gid: Source | Number,
        gid_or_target: Target | Number,
        output: bool = True,
        *,
        threshold: Number = -20,
        delay: Number = 1,
        weight: Number = 0.1,
        sec: SectionLike | None = None,
    ) -> _NetCon:
        """Gives a source a gid, or connects a gid to a target; returns the NetCon, which lives.

            source_or_gid: what spikes: a Section, a Segment, a pointer with sec, an artificial cell; or a gid to listen to
            gid_or_target: the gid of the source; or the point process or artificial cell that receives
            output: of a source: whether its spikes go to other ranks (default True)
            threshold: mV; of a source (default -20)
            delay: ms, at least 0; of a receiver (default 1)
            weight: of a receiver, in the target's unit (default 0.1)
            sec: the section of a pointer (default None)

        Raises ParallelConnectError for what is not a gid and an end, and for a gid that has a source already.

            >>> transmitter = p.ParallelCon(soma, 7)  # soma's spikes are gid 7, on every rank
            >>> receiver = p.ParallelCon(7, synapse, weight=0.01, delay=2)  # uS, ms
            >>> receiver.gid
            7
        """

    def ParallelContext(self) -> _ParallelContext:
        """p.parallel: NEURON's ParallelContext with what Patch adds; one object.

        >>> p.ParallelContext() is p.parallel
        True
        """

    def run(self, duration: Number | None = None, v_init: Number | None = None, reset: bool = True, *, check: bool = False) -> None:
        """Initialises and runs for a duration.

            duration: ms; NEURON's tstop where it is None (default None)
            v_init: mV; NEURON's v_init where it is None (default None)
            reset: whether to initialise first; without it the run goes on until t = duration (default True)
            check: whether to warn of what p.check() finds (default False)

        Raises PatchValueError for a duration below 0.
        Raises ParallelError on every rank of a network where one fails.

            >>> p.run(5, -65)  # ms, mV
            >>> round(p.t)
            5
        """

    def continuerun(self, duration: Number, v_init: Number | None = None) -> None:
        """Runs on for a duration.

            duration: ms from now
            v_init: mV; initialises first where it is given (default None)

        Raises PatchValueError for a duration below 0.
        Raises ParallelError on every rank of a network where one fails.

            >>> p.run(5)
            >>> p.continuerun(5)  # ms
            >>> round(p.t)
            10
        """

    def finitialize(self, initial: Number | None = None) -> None:
        """Initialises the model.

            initial: mV; the voltages stay as they are where it is None, as in NEURON (default None)

        Raises PatchValueError for what is not finite.
        Raises ParallelError on every rank of a network where one fails.

            >>> p.finitialize(-65)  # mV
            >>> p.t
            0.0
        """

    def check(self) -> list[Finding]:
        """What is most likely wrong with the model of this rank: findings.

        >>> "unsent_gid" in {finding.kind for finding in p.check()}
        False
        """

    def disconnect(self, ended: Any = None, *, sec: SectionLike | None = None) -> None:
        """Ends a connection or a recording; takes a section from its parent.

            ended: a NetCon, a Vector that records, or a Section; without it NEURON's own disconnect of the current section (default None)
            sec: the section that is taken from its parent (default None)

        Raises PatchTypeError for what is no connection, recording or section.

            >>> connection = soma.connect_points(synapse)
            >>> p.disconnect(connection)
            >>> connection.active()
            False
        """

    def clear(self, what: str | None = None) -> dict[str, float]:
        """Ends recordings, connections and gids and deletes all sections, whoever holds them; says what went.

            what: sections, or the name of a class, whose number is wanted; all that went where it is not given (default None)

        Raises SimulationError inside a run.

            >>> gone = p.clear()
            >>> len(list(p.allsec()))
            0
        """

    def collect(self, what: str | None = None) -> dict[str, float]:
        """Frees what nobody reaches, now, Python's own cycles too; says what went, by class.

            what: sections, or the name of a class, whose number is wanted; all that went where it is not given (default None)

        Raises SimulationError inside a run.

            >>> p.collect()
            {}
        """

    def keep_references(self, on: bool = True) -> bool:
        """Whether plain h.NetCon, h.<Mechanism>, Vector.record and HOC's new NetCon live as p's do; gives what it was.

            on: whether they are kept from now on (default True)

        Raises PatchTypeError for what is neither true nor false.

            >>> p.keep_references(False)
            False
        """

    def references(self, object: Any) -> str:
        """Why an object lives: from it to who holds it from outside, a line each.

            object: a section, a point process, a NetCon, a Vector, ...

        Raises PatchTypeError for what is no section or object of NEURON's.
        Raises PatchReferenceError for a section that was deleted.

            >>> p.references(synapse).splitlines()[0].startswith("ExpSyn")
            True
        """

    def counts(self, what: str | None = None) -> dict[str, float]:
        """How many sections, objects, edges, connections and recordings Patch keeps.

            what: sections, objects, edges, connections or recordings; all where it is not given (default None)

        Raises PatchAttributeError for another name.

            >>> sorted(p.counts())
            ['connections', 'edges', 'objects', 'recordings', 'sections']
        """

    def transform_netcon(self, object: Any) -> Any:
        """What a NetCon attaches to: __netcon__, else __neuron__.

        object: anything

        >>> p.is_nrn_scalar(p.transform_netcon(soma))
        True
        """

    def transform_record(self, object: Any) -> Any:
        """What a Vector records: __record__, else __neuron__.

        object: anything

        >>> p.is_nrn_scalar(p.transform_record(synapse))
        True
        """

    def transform_arc(self, object: Any) -> Any:
        """The segment that a section stands for, by __arc__; else as transform.

        object: anything

        >>> p.transform_arc(soma)
        soma(0.5)
        """

    def is_section(self, object: Any) -> bool:
        """Whether an object stands for a Section.

        object: anything

        >>> p.is_section(soma), p.is_section(soma(0.5))
        (True, False)
        """

    def is_segment(self, object: Any) -> bool:
        """Whether an object stands for a Segment.

        object: anything

        >>> p.is_segment(soma(0.5))
        True
        """

    def is_nrn_scalar(self, object: Any) -> bool:
        """Whether an object stands for a pointer to a number of NEURON's.

        object: anything

        >>> p.is_nrn_scalar(soma(0.5)._ref_v), p.is_nrn_scalar(soma(0.5).v)
        (True, False)
        """

    def is_point_process(self, object: Any) -> bool:
        """Whether an object or a name is of a point process (an artificial cell is none).

        object: a name or anything

        >>> p.is_point_process("ExpSyn"), p.is_point_process(synapse)
        (True, True)
        """

    def is_density_mechanism(self, object: Any) -> bool:
        """Whether an object or a name is of a density mechanism, which section.insert takes.

        object: a name or anything

        >>> p.is_density_mechanism("hh")
        True
        """

    def connection(self, source: Source, target: Source, strict: bool = True) -> _NetCon:
        """The latest NetCon from a source to a target.

            source: a Section, a Segment or an artificial cell
            target: a point process or an artificial cell
            strict: whether only from source to target, and not the other way (default True)

        Raises NotConnectableError for what cannot be an end.
        Raises NotConnectedError where there is none.

            >>> connection = soma.connect_points(synapse)
            >>> p.connection(soma, synapse) == connection
            True
        """

    def transform(self, object: Any) -> Any:
        """The NEURON object that an object stands for; itself where it is none.

        object: anything

        >>> p.transform(soma) is soma
        True
        """

    def version(self) -> str:
        """The version of Patch.

        >>> p.version().split(".")[0]
        '0'
        """

    def neuron_version(self) -> str:
        """The version of NEURON.

        >>> p.neuron_version()[:3]
        '9.0'
        """

    def last_error(self) -> str:
        """The sentence of the last refusal.

        >>> try:
        ...     p.run(-1)
        ... except ValueError:
        ...     p.last_error()
        'run: duration is -1, expected at least 0 ms'
        """

    def cas(self) -> _Section | None:
        """The current section, or None.

        >>> with soma.push():
        ...     p.cas()
        soma
        """

    # end

    def register_hoc_object(self, cls: _Class) -> _Class:
        """Makes a class of yours ``p.<ClassName>``; returns it. Subclasses of PythonHocObject are there by themselves."""

    def nrn_load_dll(self, path: str) -> float:
        """Loads a library of mechanisms, as NEURON does; 1 where it could."""

    def neuronhome(self) -> str: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    def __call__(self, statement: str) -> bool:
        """Executes a statement of HOC."""

p: PythonHocInterpreter

def register_hoc_object(cls: _Class) -> _Class:
    """Makes a class of yours ``p.<ClassName>``; returns it. Subclasses of PythonHocObject are there by themselves."""
