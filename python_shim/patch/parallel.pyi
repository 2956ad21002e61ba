from typing import Any

from ._types import Number, SectionLike, Source, Target
from .findings import Finding
from .interpreter import PythonHocInterpreter
from .objects import NetCon, Vector

__all__ = ["ParallelContext"]

class ParallelContext:
    """``p.parallel``: NEURON's ParallelContext with what Patch adds. Methods that are not here are NEURON's.

    >>> from patch import p
    >>> p.parallel.id(), p.parallel.nhost()
    (0, 1)
    """

    # made by cmake/stubs.py: ParallelContext
    def set_gid2node(self, gid: Number, id: Number | None = None) -> float:
        """Says which rank has a gid.

            gid: 0 to 2147483647
            id: the rank that has it; this one where it is None (default None)

        Raises ParallelConnectError for what is no gid.
        Raises PatchValueError for a rank that does not exist.
        Raises HocError for a gid that the rank has already.

            >>> p.parallel.set_gid2node(8)
            0.0
            >>> p.parallel.gid_exists(8)
            1
        """

    def cell(self, gid: Number, netcon: NetCon, output: bool = True) -> float:
        """Gives a gid of this rank its source.

            gid: 0 to 2147483647
            netcon: whose source it is
            output: whether its spikes go to other ranks (default True)

        Raises ParallelConnectError for what is no gid or no NetCon.
        Raises HocError for a gid that is not this rank's.

            >>> p.parallel.cell(8, dend.connect_points(None))
            0.0
        """

    def gid_connect(self, gid: Number, target: Target, netcon: NetCon | None = None) -> NetCon:
        """Connects a gid to a target; returns the NetCon, which lives.

            gid: 0 to 2147483647
            target: a point process that receives events, or an artificial cell
            netcon: a NetCon to the target that listens to the gid from now on; a new one where it is None (default None)

        Raises ParallelConnectError for what is no gid.
        Raises HocConnectError for a target that takes no events.

            >>> receiver = p.parallel.gid_connect(8, synapse)
            >>> receiver.weight[0] = 0.04  # uS
        """

    def spike_record(
        self, gids: Number | Vector = -1, tvec: Vector | None = None, gidvec: Vector | None = None, /
    ) -> tuple[Vector, Vector]:
        """Records the spikes of this rank's gids; returns (times, gids).

            gids: a gid of this rank, a Vector of them, or -1 for all that there are (default -1)
            tvec: a Vector that gets the times (ms); a new one where it is None (default None)
            gidvec: a Vector that gets the gids; a new one where it is None (default None)

        Raises ParallelConnectError for a gid without a source here.

            >>> times, gids = p.parallel.spike_record()  # ms
        """

    def source_var(self, source: Source, key: Number, *, sec: SectionLike | None = None) -> None:
        """Makes a variable known to other ranks by a key.

            source: a pointer to a variable of the section; a Section or a Segment stands for its voltage
            key: the integer, 0 or more, that targets know it by
            sec: the section of the variable (default None)

        Raises PatchValueError for a key that is no whole number from 0 on.
        Raises HocError for one that is in use.

            >>> p.parallel.source_var(soma(0.5)._ref_v, 1, sec=soma)
        """

    def target_var(self, target: Source, variable: Source | Number, key: Number | None = None, *, sec: SectionLike | None = None) -> None:
        """Lets a variable follow the source with that key.

            target: a point process in front of a pointer into it; or the pointer alone
            variable: the pointer; or the key where the pointer came first
            key: the integer, 0 or more, of the source (default None)
            sec: the section of the variable (default None)

        Raises PatchValueError for a key that is no whole number from 0 on.

            >>> clamp = p.SEClamp(dend)
            >>> p.parallel.target_var(clamp, clamp._ref_amp1, 1)
        """

    def setup_transfer(self) -> None:
        """Connects sources and targets of transfer variables. Collective.

        Raises ParallelError on every rank where a target has no source.

            >>> p.parallel.setup_transfer()
        """

    @property
    def _transfer_max(self) -> float:
        """The largest key of a transfer variable of this rank; -1 without any."""

    @property
    def _warn_new_gids(self) -> bool:
        """Whether spike_record(-1) was called, which hears no later gid."""

    def psolve(self, tstop: Number, v_init: Number | None = None) -> float:
        """Runs all ranks together until t = tstop. Collective.

            tstop: ms; at least t
            v_init: mV; initialises first where it is given, or where the exchange of spikes was not prepared (default None)

        Raises PatchValueError for a time that has passed.
        Raises ParallelError on every rank where one fails.

            >>> p.parallel.psolve(10, -65)  # ms, mV
            0.0
            >>> round(p.t)
            10
        """

    def join(self) -> None:
        """From now on, until gids are cleared, this rank runs with the others.

        >>> p.parallel.join()
        """

    def broadcast(self, data: Any, root: Number = 0) -> Any:
        """Gives every rank the data of one. Collective.

            data: anything that pickles, with Vectors and Matrices inside; a Vector or an h.ref is filled in place on every rank
            root: the rank whose data it is (default 0)

        Raises BroadcastError on every rank where one fails: data that does not pickle, a root that is no rank.

            >>> p.parallel.broadcast({"weights": p.Vector([1, 2])}, root=0)["weights"].size()
            2
        """

    def allgather(self, data: Any, vector: Any = None, /) -> list[Any]:
        """A list of every rank's data, on every rank. Collective.

            data: anything that pickles, with Vectors and Matrices inside
            vector: NEURON's own form: a Vector that gets every rank's number (default None)

        Raises BroadcastError on every rank where one fails: data that does not pickle.

            >>> p.parallel.allgather("this rank's")
            ["this rank's"]
        """

    def check(self) -> list[Finding]:
        """The findings of all ranks, and of what they have together. Collective.

        Raises ParallelError on every rank where one calls something else.

            >>> "shared_gid" in {finding.kind for finding in p.parallel.check()}
            False
        """

    @property
    def _interpreter(self) -> PythonHocInterpreter:
        """p."""

    # end

    # NEURON's own
    def id(self) -> int: ...
    def nhost(self) -> int: ...
    def barrier(self) -> float: ...
    def gid_clear(self, kind: int = ..., /) -> float: ...
    def gid_exists(self, gid: Number, /) -> int: ...
    def set_maxstep(self, most: Number, /) -> float: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
