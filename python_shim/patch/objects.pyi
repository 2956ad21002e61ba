from collections.abc import Iterator, Mapping
from typing import Any

from typing_extensions import Self

from ._types import Factory, Made, Number, Numbers, Place, Pointer, Recordable, Rows, SectionLike, Source, Target
from .interpreter import PythonHocInterpreter

__all__ = [
    "Connectable",
    "IClamp",
    "NetCon",
    "NetStim",
    "PointProcess",
    "PointerWrapper",
    "PythonHocObject",
    "SEClamp",
    "Section",
    "SectionRef",
    "Segment",
    "VecStim",
    "Vector",
    "WrapsPointers",
]

class Section:
    """A section that lives while anything it is connected to can be reached.

    NEURON's ``nrn.Section``, with free attributes and weak references. Attributes that are not here are NEURON's range variables
    and the user's own.

    >>> dend = p.Section(name="dend")
    >>> dend.connect(soma)
    """

    L: float  # um
    Ra: float  # ohm cm
    nseg: int
    rallbranch: float
    diam: float  # um
    cm: float  # uF/cm2
    v: float  # mV
    def __init__(self, name: str | None = None, cell: object = None) -> None: ...
    def __call__(self, x: Number = ..., /, ephemeral: bool = False) -> Segment:
        """The segment at x, 0 to 1."""

    def __iter__(self) -> Iterator[Segment]: ...
    def __contains__(self, segment: object, /) -> bool: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...

    # made by cmake/stubs.py: Section
    def add_3d(self, points: Rows, diameters: Number | Numbers | None = None) -> Self:
        """Appends 3-D points; returns the section.

            points: um, n x 3: lists, tuples, numpy, a Matrix
            diameters: um, a number or n of them; the section's own where it is None (default None)

        Raises PatchValueError for points that are not n x 3 finite numbers, diameters of another length, more than 32767 points.

            >>> dend.add_3d([[0, 0, 0], [100, 0, 0]], diameters=2)  # um
            dend
            >>> dend.L
            100.0
        """

    def record(self, x: Number | None = None) -> Vector:
        """The Vector that records this section's voltage at x.

            x: the place, 0 to 1; the section's own where it is None (default None)

        Raises PatchValueError for x outside 0 to 1.

            >>> voltage = soma.record(0.7)  # mV
            >>> p.run(5)
            >>> voltage.size()
            201
        """

    def connect_points(
        self, target: Target | None, x: Number | None = None, *, threshold: Number = -20, delay: Number = 1, weight: Number = 0.1
    ) -> NetCon:
        """Connects this section to a target; returns the NetCon, which lives.

            target: a point process that receives events, an artificial cell, or None for a detector
            x: the place on the source section, 0 to 1; the section's own where it is None; behind a pointer the pointer's own (default None)
            threshold: mV; of the source, shared by all its connections (default -20)
            delay: ms, at least 0 (default 1)
            weight: in the target's unit (uS for ExpSyn) (default 0.1)

        Raises HocConnectError for a target that takes no events.
        Raises PatchValueError for x outside 0 to 1 and a delay below 0.

            >>> connection = soma.connect_points(synapse, weight=0.04, delay=2)  # uS, ms
            >>> connection.delay
            2.0
        """

    def connect_synapse(
        self, target: Target | None, x: Number | None = None, *, threshold: Number = -20, delay: Number = 1, weight: Number = 0.1
    ) -> NetCon:
        """The same as connect_points.

            target: a point process that receives events, an artificial cell, or None for a detector
            x: the place on the source section, 0 to 1; the section's own where it is None; behind a pointer the pointer's own (default None)
            threshold: mV; of the source, shared by all its connections (default -20)
            delay: ms, at least 0 (default 1)
            weight: in the target's unit (uS for ExpSyn) (default 0.1)

        Raises HocConnectError for a target that takes no events.
        Raises PatchValueError for x outside 0 to 1 and a delay below 0.

            >>> connection = soma.connect_synapse(synapse, weight=0.04)  # uS
        """

    def synapse(
        self,
        factory: str | Factory[Made],
        *args: Any,
        x: Number | None = None,
        attributes: Mapping[str, Any] | None = None,
        store: bool = False,
        **kw: Any,
    ) -> Made:
        """Puts a point process into the section; returns it.

            factory: a name, h.X or p.X (given the segment), or a function of yours (given the section)
            args: further arguments of the factory
            x: the place, 0 to 1; the section's own where it is None (default None)
            attributes: a dict of names and numbers to set (default None)
            store: whether section.synapses lists it (default False)
            kw: further keywords of the factory; attributes where it is a mechanism

        Raises PatchAttributeError for a mechanism or an attribute that does not exist.
        Raises PatchValueError for x outside 0 to 1.

            >>> synapse = dend.synapse(p.ExpSyn, x=0.3, attributes={"tau": 2})  # ms
            >>> synapse.tau
            2.0
        """

    @property
    def synapses(self) -> Any:
        """The synapses that were stored, or what was assigned."""

    @synapses.setter
    def synapses(self, value: Any = None) -> None: ...
    def connect(self, parent: Place, parent_x: Number | None = None, child_end: Number | None = None) -> Self:
        """Connects this section to a parent, as NEURON does; the two live together.

            parent: a Segment or a Section of the parent
            parent_x: the place on the parent, 0 to 1; 1 for a Section, and not to be given with a Segment (default None)
            child_end: 0 or 1, the end of this section that is connected (default 0) (default None)

        Raises PatchValueError for a place outside 0 to 1 and an end that is neither 0 nor 1.
        Raises HocError for a loop.

            >>> branch = p.Section("branch")
            >>> branch.connect(dend(0.5)).parentseg()
            dend(0.5)
        """

    @property
    def recordings(self) -> dict[float, Vector]:
        """The Vectors that record this section, by x."""

    def set_dimensions(self, length: Number, diameter: Number) -> None:
        """Sets L and diam.

            length: um, more than 0; NEURON's L
            diameter: um, more than 0; NEURON's diam

        Raises PatchValueError for what is not above 0.

            >>> soma.set_dimensions(20, 10)  # um
            >>> soma.L, soma.diam
            (20.0, 10.0)
        """

    def set_segments(self, segments: Number) -> None:
        """Sets nseg.

            segments: a whole number from 1 to 32766; NEURON's nseg

        Raises PatchValueError for another number.

            >>> dend.set_segments(5)
            >>> dend.nseg
            5
        """

    @property
    def points(self) -> Any:
        """The 3-D points (um), a numpy array of three columns."""

    @property
    def parent(self) -> Section | None:
        """The section that this one is connected to, or None."""

    def push(self) -> Self:
        """Makes this the current section until pop(), or for the time of a with.

        >>> with soma.push():
        ...     p.cas()
        soma
        """

    def pop(self) -> None:
        """Ends what push() began.

        Raises HocSectionAccessError where another section, or none, was pushed last.

            >>> section = soma.push()
            >>> soma.pop()
        """

    def __enter__(self) -> Self:
        """Begins a with of push()."""

    def __exit__(self, *cause: Any) -> None:
        """Ends what push() began.

        cause: what Python tells at the end of a with
        """

    def iclamp(
        self,
        amplitude: Number | Numbers | None = None,
        *,
        x: Number | None = None,
        delay: Number | None = None,
        duration: Number | None = None,
        amp: Number | Numbers | None = None,
    ) -> IClamp:
        """Puts a current clamp (IClamp) into the section; returns it.

            amplitude: nA; 1 where it is None; of several numbers one is played in each time step dt, from delay on (default None)
            x: the place, 0 to 1; the section's own where it is None (default None)
            delay: ms, at least 0; 0 where it is None (default None)
            duration: ms, at least 0; 100 where it is None (default None)
            amp: the same as amplitude (default None)

        Raises PatchValueError for x outside 0 to 1 and times below 0.

            >>> clamp = soma.iclamp(0.3, delay=5, duration=1)  # nA, ms
            >>> clamp = soma.iclamp([0.1, 0.2, 0.3], delay=5)  # one in each step
        """

    def vclamp(
        self,
        voltage: Number | Numbers | None = None,
        *,
        x: Number | None = None,
        before: Number | None = None,
        duration: Number | None = None,
        after: Number | None = None,
        holding: Number | None = None,
    ) -> SEClamp:
        """Puts a voltage clamp (SEClamp) into the section; returns it.

            voltage: mV; -70 where it is None; or the three levels, for before, duration and after (default None)
            x: the place, 0 to 1; the section's own where it is None (default None)
            before: ms at the holding potential before the step; 0 where it is None (default None)
            duration: ms of the step; 100 where it is None (default None)
            after: ms at the holding potential after the step; 0 where it is None (default None)
            holding: mV; -70 where it is None (default None)

        Raises PatchValueError for x outside 0 to 1, times below 0 and levels that are neither one nor three.

            >>> clamp = soma.vclamp(-20, before=5, duration=10, after=5)  # mV, ms
        """

    def __neuron__(self) -> Self:
        """The NEURON object: this one."""

    def __netcon__(self) -> Pointer | Segment:
        """What a NetCon attaches to: the voltage."""

    def __record__(self) -> Pointer | Segment:
        """What a Vector records: the voltage."""

    def __arc__(self) -> float:
        """The x that stands for the whole section."""

    def __ref__(self, other: Any) -> None:
        """Keeps another object alive with this one.

        other: any object
        """

    def __deref__(self, other: Any) -> bool:
        """Ends what __ref__ began; whether there was anything to end.

        other: any object
        """

    @property
    def _references(self) -> list[Any]:
        """What lives with this object, each once."""

    @property
    def _connections(self) -> dict[Any, NetCon]:
        """The latest NetCon to each object that this one is connected to."""

    @_connections.setter
    def _connections(self, value: Any) -> None: ...
    @property
    def _interpreter(self) -> PythonHocInterpreter:
        """p."""

    # end

    # NEURON's own
    def allseg(self) -> Iterator[Segment]: ...
    def arc3d(self, i: int, /) -> float: ...
    def cell(self) -> Any: ...
    def children(self) -> list[Section]: ...
    def diam3d(self, i: int, /) -> float: ...
    def disconnect(self) -> None: ...
    def has_membrane(self, mechanism: str, /) -> bool: ...
    def hname(self) -> str: ...
    def hoc_internal_name(self) -> str: ...
    def insert(self, mechanism: Any, /) -> Self: ...
    def is_pysec(self) -> bool: ...
    def n3d(self) -> int: ...
    def name(self) -> str: ...
    def orientation(self) -> float: ...
    def parentseg(self) -> Segment | Any: ...
    def psection(self) -> dict[str, Any]: ...
    def pt3dadd(self, *arguments: Any) -> None: ...
    def pt3dchange(self, *arguments: Any) -> None: ...
    def pt3dclear(self, *arguments: Any) -> None: ...
    def pt3dinsert(self, *arguments: Any) -> None: ...
    def pt3dremove(self, i: int, /) -> None: ...
    def pt3dstyle(self, *arguments: Any) -> Any: ...
    def same(self, other: Any, /) -> bool: ...
    def spine3d(self, i: int, /) -> bool: ...
    def subtree(self) -> list[Section]: ...
    def trueparentseg(self) -> Segment | Any: ...
    def uninsert(self, mechanism: Any, /) -> Self: ...
    def wholetree(self) -> list[Section]: ...
    def x3d(self, i: int, /) -> float: ...
    def y3d(self, i: int, /) -> float: ...
    def z3d(self, i: int, /) -> float: ...

class Segment:
    """A place on a section: NEURON's ``nrn.Segment``. Attributes that are not here are NEURON's range variables and mechanisms."""

    diam: float  # um
    cm: float  # uF/cm2
    v: float  # mV
    @property
    def x(self) -> float: ...
    @property
    def sec(self) -> Section: ...
    @property
    def _ref_v(self) -> Pointer: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __contains__(self, mechanism: object, /) -> bool: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...

    # made by cmake/stubs.py: Segment
    def record(self) -> Vector:
        """The Vector that records this segment's voltage.

        Raises ReferenceError for a section that was deleted.

            >>> voltage = dend(0.3).record()  # mV
        """

    def connect_points(self, target: Target | None, *, threshold: Number = -20, delay: Number = 1, weight: Number = 0.1) -> NetCon:
        """Connects this segment to a target; returns the NetCon, which lives.

            target: a point process that receives events, an artificial cell, or None for a detector
            threshold: mV; of the source, shared by all its connections (default -20)
            delay: ms, at least 0 (default 1)
            weight: in the target's unit (uS for ExpSyn) (default 0.1)

        Raises HocConnectError for a target that takes no events.
        Raises PatchValueError for a delay below 0.

            >>> connection = dend(0.3).connect_points(synapse, threshold=0)  # mV
        """

    @property
    def section(self) -> Section:
        """The section of this segment."""

    def __neuron__(self) -> Self:
        """The NEURON object: this one."""

    def __netcon__(self) -> Pointer | Segment:
        """What a NetCon attaches to: the voltage."""

    def __record__(self) -> Pointer | Segment:
        """What a Vector records: the voltage."""

    @property
    def _interpreter(self) -> PythonHocInterpreter:
        """p."""

    # end

    # NEURON's own
    def area(self) -> float: ...
    def node_index(self) -> int: ...
    def point_processes(self) -> list[Any]: ...
    def ri(self) -> float: ...
    def volume(self) -> float: ...

class _HocObject:
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    def baseattr(self, name: str, /) -> Any: ...
    def hname(self) -> str: ...
    def hocobjptr(self) -> int: ...
    def same(self, other: Any, /) -> bool: ...

class Vector(_HocObject):
    """NEURON's ``hoc.Vector``. Methods that are not here are NEURON's."""

    def __init__(self, *arguments: Any) -> None: ...

    # made by cmake/stubs.py: Vector
    def record(self, target: Recordable, *further: Any) -> Self:
        """Records a target into this Vector; returns the Vector.

            target: a pointer, a Section, a Segment, a point process (its i)
            further: dt (ms) or a Vector of times, as in NEURON

        Raises HocRecordError for what cannot be recorded.

            >>> voltage = p.Vector().record(dend)  # mV, of dend(0.5)
        """

    # end

    # NEURON's own
    def append(self, *numbers: Any) -> Self: ...
    def as_numpy(self) -> Any: ...
    def max(self, *arguments: Any) -> float: ...
    def mean(self, *arguments: Any) -> float: ...
    def min(self, *arguments: Any) -> float: ...
    def size(self) -> int: ...
    def sum(self, *arguments: Any) -> float: ...
    def to_python(self, *arguments: Any) -> list[float]: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[float]: ...
    def __getitem__(self, i: Any, /) -> Any: ...
    def __setitem__(self, i: Any, value: Any, /) -> None: ...
    def __lt__(self, other: Any, /) -> bool: ...
    def __le__(self, other: Any, /) -> bool: ...
    def __gt__(self, other: Any, /) -> bool: ...
    def __ge__(self, other: Any, /) -> bool: ...
    def __add__(self, other: Any, /) -> Vector: ...
    def __radd__(self, other: Any, /) -> Vector: ...
    def __sub__(self, other: Any, /) -> Vector: ...
    def __rsub__(self, other: Any, /) -> Vector: ...
    def __mul__(self, other: Any, /) -> Vector: ...
    def __rmul__(self, other: Any, /) -> Vector: ...
    def __truediv__(self, other: Any, /) -> Vector: ...
    def __rtruediv__(self, other: Any, /) -> Vector: ...
    def __neg__(self) -> Vector: ...
    def __pos__(self) -> Vector: ...
    def __abs__(self) -> Vector: ...

class _Weights:
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[float]: ...
    def __getitem__(self, i: int, /) -> float: ...
    def __setitem__(self, i: int, value: Number, /) -> None: ...

class NetCon(_HocObject):
    """A connection, which lives with both ends until ``disconnect()``. Methods that are not here are NEURON's."""

    delay: float  # ms
    threshold: float  # mV
    # made by cmake/stubs.py: NetCon.__init__
    def __init__(
        self,
        source: Source | None,
        target: Target | None,
        threshold: Number = -20,
        delay: Number = 1,
        weight: Number | Numbers = 0.1,
        *,
        sec: SectionLike | None = None,
    ) -> None:
        """Connects a source to a target; the NetCon lives with both.

            source: a Section, a Segment, a pointer with sec, an artificial cell, a point process, or None
            target: a point process that receives events, an artificial cell, or None for a detector
            threshold: mV; of the source, shared by all its connections (default -20)
            delay: ms, at least 0 (default 1)
            weight: in the target's unit (uS for ExpSyn), or several for a target that takes several (default 0.1)
            sec: the section of a pointer (default None)

        Raises HocConnectError for ends that cannot be connected.
        Raises PatchConnectionError for a pointer without sec.
        Raises PatchValueError for a delay below 0.

            >>> connection = p.NetCon(p.NetStim(start=10, number=5), synapse, weight=0.04)  # ms, uS
            >>> connection.delay
            1.0
        """

    # end

    # made by cmake/stubs.py: NetCon
    def record(self, *further: Any) -> Any:
        """The Vector that records the spikes of the source; with arguments as in NEURON.

            further: a Vector (and one of ids, and an id), a function or a statement, as in NEURON

        Raises HocError for what NEURON refuses.

            >>> times = p.NetCon(soma, None).record()  # ms
        """

    @property
    def gid(self) -> int | None:
        """The gid of the source, or None."""

    def disconnect(self) -> None:
        """Ends this connection.

        netcon: the NetCon to end

        >>> connection = soma.connect_points(synapse)
        >>> connection.disconnect()
        """

    def __neuron__(self) -> Self:
        """The NEURON object: this one."""

    @property
    def _references(self) -> list[Any]:
        """What lives with this object, each once."""

    @property
    def _connections(self) -> dict[Any, NetCon]:
        """The latest NetCon to each object that this one is connected to."""

    @_connections.setter
    def _connections(self, value: Any) -> None: ...
    @property
    def _interpreter(self) -> PythonHocInterpreter:
        """p."""

    # end

    # NEURON's own
    @property
    def weight(self) -> _Weights: ...
    def active(self, on: bool = ..., /) -> bool: ...
    def valid(self) -> bool: ...

class PointProcess(_HocObject):
    """A point process or an artificial cell. Attributes that are not here are the mechanism's and the user's own."""

    # made by cmake/stubs.py: PointProcess.__init__
    def __init__(
        self, place: Place | Number | None = None, /, x: Number | None = None, *args: Any, sec: Place | None = None, **attributes: Number
    ) -> None:
        """Makes an instance of a mechanism; it lives with its section.

            place: a Segment, a Section, or an x of sec (default None)
            x: the place on a section, 0 to 1 (default None)
            args: further arguments, as in NEURON
            sec: the section that x is on (default None)
            attributes: attributes to set, by name

        Raises PatchAttributeError for a mechanism or an attribute that does not exist.
        Raises PatchValueError for x outside 0 to 1.

            >>> synapse = p.ExpSyn(dend(0.3), tau=2)  # ms
        """

    # end

    # made by cmake/stubs.py: PointProcess
    @property
    def parameters(self) -> list[str]:
        """The names of its variables, each with a pointer: _ref_tau."""

    def stimulate(self, pattern: Numbers | None = None, weight: Number = 0.04, delay: Number = 0, **netstim: Number) -> NetStim | VecStim:
        """Stimulates this point process; returns the stimulus.

            pattern: ms, spike times; a NetStim where it is None (default None)
            weight: in the target's unit (uS for ExpSyn) (default 0.04)
            delay: ms, at least 0 (default 0)
            netstim: attributes of the NetStim: start, interval, number, noise

        Raises HocConnectError for one that takes no events.
        Raises PatchValueError for times that are not sorted, not finite or below 0 and for a delay below 0.
        Raises PatchAttributeError for an attribute that NetStim does not have.

            >>> stimulus = synapse.stimulate(start=5, number=3, interval=10, weight=0.04)  # ms, ms, uS
            >>> stimulus = synapse.stimulate([5, 10, 15])  # ms
        """

    def __neuron__(self) -> Self:
        """The NEURON object: this one."""

    def __netcon__(self) -> Self:
        """What a NetCon attaches to: this object."""

    def __record__(self) -> Pointer:
        """What a Vector records: the current i."""

    def __ref__(self, other: Any) -> None:
        """Keeps another object alive with this one.

        other: any object
        """

    def __deref__(self, other: Any) -> bool:
        """Ends what __ref__ began; whether there was anything to end.

        other: any object
        """

    @property
    def _references(self) -> list[Any]:
        """What lives with this object, each once."""

    @property
    def _connections(self) -> dict[Any, NetCon]:
        """The latest NetCon to each object that this one is connected to."""

    @_connections.setter
    def _connections(self, value: Any) -> None: ...
    @property
    def _interpreter(self) -> PythonHocInterpreter:
        """p."""

    # end

    # NEURON's own
    def get_loc(self) -> float: ...
    def get_segment(self) -> Segment: ...
    def has_loc(self) -> float: ...
    def loc(self, *arguments: Any, sec: SectionLike = ...) -> float: ...

class NetStim(PointProcess):
    """NEURON's source of spikes."""

    start: float  # ms
    interval: float  # ms
    number: float
    noise: float  # 0 to 1

class VecStim(PointProcess):
    """A source that plays a pattern of spike times."""

    # made by cmake/stubs.py: VecStim
    def play(self, times: Numbers | None = None) -> float:
        """Plays other times from the next initialisation on.

            times: ms, a Vector or any sequence; none ends what is played (default None)

        Raises PatchValueError for times that are not sorted, not finite or below 0.

            >>> source = p.VecStim([5, 10, 15])  # ms
            >>> source.play([20, 25])
            0.0
        """

    @property
    def pattern(self) -> Vector | Any:
        """The Vector of the times that are played, or None."""

    @pattern.setter
    def pattern(self, times: Numbers | None = None) -> None: ...
    @property
    def vector(self) -> Vector | Any:
        """The same as pattern."""

    @vector.setter
    def vector(self, times: Numbers | None = None) -> None: ...

    # end

class IClamp(PointProcess):
    """A current clamp."""

    amp: float  # nA
    dur: float  # ms
    delay: float  # ms
    i: float  # nA
    # made by cmake/stubs.py: IClamp
    @property
    def duration(self) -> float:
        """ms; NEURON's dur, of an SEClamp dur2."""

    @duration.setter
    def duration(self, value: Number | Numbers) -> None: ...
    @property
    def amplitude(self) -> float:
        """nA; NEURON's amp."""

    @amplitude.setter
    def amplitude(self, value: Number | Numbers) -> None: ...

    # end

class SEClamp(PointProcess):
    """A voltage clamp with three levels."""

    rs: float  # megohm
    dur1: float  # ms
    dur2: float  # ms
    dur3: float  # ms
    amp1: float  # mV
    amp2: float  # mV
    amp3: float  # mV
    i: float  # nA
    # made by cmake/stubs.py: SEClamp
    @property
    def duration(self) -> float:
        """ms; NEURON's dur, of an SEClamp dur2."""

    @duration.setter
    def duration(self, value: Number | Numbers) -> None: ...
    @property
    def delay(self) -> float:
        """ms before the step; NEURON's dur1."""

    @delay.setter
    def delay(self, value: Number | Numbers) -> None: ...
    @property
    def after(self) -> float:
        """ms after the step; NEURON's dur3."""

    @after.setter
    def after(self, value: Number | Numbers) -> None: ...
    @property
    def holding(self) -> float:
        """mV before and after the step; NEURON's amp1 and amp3."""

    @holding.setter
    def holding(self, value: Number | Numbers) -> None: ...
    @property
    def voltage(self) -> list[float]:
        """mV, the three levels; NEURON's amp1, amp2 and amp3. One number is the step's."""

    @voltage.setter
    def voltage(self, value: Number | Numbers) -> None: ...

    # end

class SectionRef(_HocObject):
    """NEURON's reference to a section; ``SectionRef(section)`` or ``SectionRef(sec=section)``."""

    def __init__(self, section: SectionLike = ..., *, sec: SectionLike = ...) -> None: ...
    @property
    def sec(self) -> Section: ...

    # made by cmake/stubs.py: SectionRef
    @property
    def section(self) -> Section:
        """The section that is referred to; NEURON's sec."""

    @property
    def child(self) -> list[Section]:
        """The sections connected to it, a list."""

    # end

class _Kind(type):
    def __instancecheck__(cls, instance: Any) -> bool: ...

class Connectable(metaclass=_Kind):
    """A base for classes of your own: ``_connections`` holds the latest NetCon to each object that yours is connected to.

    ``isinstance(x, Connectable)`` is true of everything that has ``_connections``.
    """

    _connections: dict[Any, NetCon]

class WrapsPointers(metaclass=_Kind):
    """What has pointers (``_ref_v``): sections, segments and point processes."""

class PointerWrapper:
    """A name of the older package; nothing is wrapped here."""

class PythonHocObject(metaclass=_Kind):
    """A base for classes of your own that stand for a NEURON object; subclassing it adds ``p.<ClassName>``.

    ``Mine(p, thing)`` and ``Mine(thing)`` stand for that thing; a class that is called as one of NEURON's makes its thing:
    ``class List(PythonHocObject)`` gives ``p.List()``. What your class does not have is the thing's: attributes, calls, items.

    >>> class Mine(PythonHocObject):
    ...     def area(self):
    ...         return sum(segment.area() for segment in self)
    >>> p.Mine(p.Section()).area()
    """

    def __init__(self, *arguments: Any, **named: Any) -> None: ...
    def __neuron__(self) -> Any:
        """The NEURON object that this stands for."""

    def __netcon__(self) -> Any:
        """What a NetCon attaches to."""

    def __record__(self) -> Any:
        """What a Vector records."""

    def __ref__(self, other: Any) -> None:
        """Keeps another object alive with the one that this stands for."""

    def __deref__(self, other: Any) -> bool:
        """Ends what __ref__ began; whether there was anything to end."""

    @property
    def _interpreter(self) -> PythonHocInterpreter: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    def __call__(self, *arguments: Any, **named: Any) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, i: Any, /) -> Any: ...
