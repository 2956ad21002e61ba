"""The types of what p makes, and the bases of classes of your own.

They add methods to NEURON's own types and hold nothing; only ``PythonHocObject`` is a wrapper, for those who want one.
"""

import warnings

from neuron import hoc, nrn

from ._library import native as _native

_native = _native()

Segment = nrn.Segment
Vector = hoc.Vector
NetCon = _native.NetCon
PointProcess = _native.PointProcess
NetStim = _native.NetStim
VecStim = _native.VecStim
IClamp = _native.IClamp
SEClamp = _native.SEClamp
SectionRef = _native.SectionRef

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


class Section(_native.SectionBase):
    """A section that lives while anything it is connected to can be reached.

    NEURON's ``nrn.Section``, with free attributes and weak references.

    >>> dend = p.Section(name="dend")
    >>> dend.connect(soma)
    """


_NEURONS = (nrn.Section, nrn.Segment, hoc.HocObject)


class _Kind(type):
    """isinstance() says what an object can do: p makes NEURON's own objects, which have no base of ours."""

    def __instancecheck__(cls, instance):
        if type.__instancecheck__(cls, instance):
            return True
        test = cls.__dict__.get("_is")
        return test is not None and test(instance)


class Connectable(metaclass=_Kind):
    """A base for classes of your own: ``_connections`` holds the latest NetCon to each object that yours is connected to.

    ``isinstance(x, Connectable)`` is true of everything that has ``_connections``.
    """

    def __new__(cls, *arguments, **named):
        self = super().__new__(cls)
        object.__setattr__(self, "_connections", {})
        return self

    def _is(instance):
        return hasattr(instance, "_connections")


class WrapsPointers(metaclass=_Kind):
    """What has pointers (``_ref_v``): sections, segments and point processes."""

    def _is(instance):
        return isinstance(instance, (nrn.Section, nrn.Segment, PointProcess))


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

    _made_by = None  # what p makes under the name of the class

    def __init_subclass__(cls, **named):
        from .interpreter import p

        super().__init_subclass__(**named)
        made_by = getattr(p, cls.__name__, None)
        if isinstance(made_by, (type, _native.Mechanism)) and not (isinstance(made_by, type) and issubclass(made_by, PythonHocObject)):
            cls._made_by = staticmethod(made_by)
        before = _native.names.get(cls.__name__)
        if before is not None and not (isinstance(before, type) and issubclass(before, PythonHocObject)):
            warnings.warn(f"p.{cls.__name__} is your class from now on, and was Patch's own", stacklevel=2)
        _native.names[cls.__name__] = cls

    def __init__(self, *arguments, **named):
        if arguments and isinstance(arguments[0], _native.PythonHocInterpreter):
            arguments = arguments[1:]
        thing = _meant(arguments[0]) if len(arguments) == 1 and not named else None
        if not _is_like(thing, self._made_by):
            if self._made_by is not None:
                thing = self._made_by(*(_meant(each) for each in arguments), **{name: _meant(value) for name, value in named.items()})
            elif not isinstance(thing, _NEURONS):
                raise TypeError(f"{type(self).__name__}: one NEURON object is wanted, after p or alone")
        object.__setattr__(self, "_thing", thing)

    def __neuron__(self):
        """The NEURON object that this stands for."""
        return self._thing

    def __netcon__(self):
        """What a NetCon attaches to."""
        return self._thing

    def __record__(self):
        """What a Vector records."""
        return self._thing

    @property
    def _interpreter(self):
        return _native.interpreter

    def __ref__(self, other):
        """Keeps another object alive with the one that this stands for."""
        _native.names["transform"](self._thing).__ref__(other)

    def __deref__(self, other):
        """Ends what __ref__ began; whether there was anything to end."""
        return _native.names["transform"](self._thing).__deref__(other)

    def __getattr__(self, name):
        if name == "_thing":  # __init__ of a subclass has not called ours
            raise AttributeError(f"{type(self).__name__} stands for nothing: its __init__ has to call super().__init__(p, thing)")
        return getattr(self._thing, name)

    def __setattr__(self, name, value):
        if hasattr(type(self), name) or not hasattr(self.__dict__.get("_thing"), name):
            object.__setattr__(self, name, value)
        else:
            setattr(self._thing, name, value)

    def __dir__(self):
        return sorted({*object.__dir__(self), *dir(self._thing)})

    def __call__(self, *arguments, **named):
        return self._thing(*(_meant(each) for each in arguments), **named)

    def __iter__(self):
        return iter(self._thing)

    def __len__(self):
        return len(self._thing)

    def __getitem__(self, index):
        return self._thing[index]

    def __setitem__(self, index, value):
        self._thing[index] = _meant(value)

    def __contains__(self, value):
        return _meant(value) in self._thing

    def __bool__(self):
        return True

    def __eq__(self, other):
        return self._thing == _meant(other)

    def __hash__(self):
        return hash(self._thing)

    def __repr__(self):
        return f"<{type(self).__module__}.{type(self).__qualname__} standing for {self._thing!r}>"

    def _is(instance):
        return isinstance(instance, _NEURONS)


def _meant(value):
    """What NEURON gets for a value."""
    while not isinstance(value, (*_NEURONS, type)) and hasattr(value, "__neuron__"):
        value = value.__neuron__()
    return value


def _is_like(thing, made_by):
    """Whether a thing is what is made by one of p's names."""
    if isinstance(made_by, type):
        return isinstance(thing, made_by)
    return made_by is not None and isinstance(thing, hoc.HocObject) and repr(made_by) == f"{thing.hname().partition('[')[0]}()"
