"""What the arguments of p's functions may be. For type checkers alone: there is no such module in a program."""

from collections.abc import Callable, Iterator
from typing import Protocol, SupportsFloat, TypeAlias

from typing_extensions import TypeVar

from .objects import PointProcess, Section, Segment

Meant = TypeVar("Meant", covariant=True)
Made = TypeVar("Made", default=PointProcess)

class Pointer:
    """A pointer to a number of NEURON's, such as ``section(0.5)._ref_v``."""

    def __getitem__(self, i: int, /) -> float: ...
    def __setitem__(self, i: int, value: SupportsFloat, /) -> None: ...

# Numbers of Python's and numpy's, and rows of them.
Number: TypeAlias = SupportsFloat

class Numbers(Protocol):
    """Several numbers: a Vector, a list, a tuple, an array."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Number]: ...

class Rows(Protocol):
    """Points: n x 3 numbers, in lists, tuples or an array."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Numbers]: ...

# Objects of anybody's own that stand for one of NEURON's.
class StandsFor(Protocol[Meant]):
    """Has ``__neuron__``: the NEURON object that is meant."""

    def __neuron__(self) -> Meant: ...

class StandsForNetcon(Protocol[Meant]):
    """Has ``__netcon__``: what a NetCon attaches to."""

    def __netcon__(self) -> Meant: ...

class StandsForRecord(Protocol[Meant]):
    """Has ``__record__``: what a Vector records."""

    def __record__(self) -> Meant: ...

SectionLike: TypeAlias = Section | StandsFor[Section]
Place: TypeAlias = Segment | Section | StandsFor[Segment | Section]
Source: TypeAlias = (
    Segment
    | Section
    | Pointer
    | PointProcess
    | StandsFor[Segment | Section | PointProcess]
    | StandsForNetcon[Segment | Section | Pointer | PointProcess]
)
Target: TypeAlias = PointProcess | StandsFor[PointProcess] | StandsForNetcon[PointProcess]
Recordable: TypeAlias = (
    Segment
    | Section
    | Pointer
    | PointProcess
    | StandsFor[Segment | Section | PointProcess]
    | StandsForRecord[Segment | Section | Pointer | PointProcess]
)
Factory: TypeAlias = Callable[..., Made]
