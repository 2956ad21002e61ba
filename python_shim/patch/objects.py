"""The types of what p makes, and the bases of classes of your own.

They add methods to NEURON's own types and hold nothing; only ``PythonHocObject`` is a wrapper, for those who want one.
"""

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

    def __init_subclass__(cls, **named):
        super().__init_subclass__(**named)
        _native.names[cls.__name__] = cls

    def __init__(self, *arguments, **named):
        if arguments and isinstance(arguments[0], _native.PythonHocInterpreter):
            arguments = arguments[1:]
        from neuron import h

        made = next((getattr(h, each.__name__) for each in type(self).__mro__ if _is_class_of_neuron(each.__name__)), None)
        if made is not None and not (len(arguments) == 1 and not named and _is_a(arguments[0], made)):
            thing = made(*(_meant(each) for each in arguments), **{name: _meant(value) for name, value in named.items()})
        elif len(arguments) == 1 and not named:
            thing = _meant(arguments[0])
        else:
            raise TypeError(f"{type(self).__name__}: one NEURON object is wanted, after p or alone, and there are {len(arguments)}")
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

    def __bool__(self):
        return True

    def __eq__(self, other):
        return self._thing == _meant(other)

    def __hash__(self):
        return hash(self._thing)

    def __repr__(self):
        return f"<{type(self).__module__}.{type(self).__qualname__} standing for {self._thing!r}>"

    def _is(instance):
        return isinstance(instance, (nrn.Section, nrn.Segment, hoc.HocObject))


def _meant(value):
    """What NEURON gets for a value."""
    while not isinstance(value, (nrn.Section, nrn.Segment, hoc.HocObject)) and hasattr(value, "__neuron__"):
        value = value.__neuron__()
    return value


def _is_class_of_neuron(name):
    from neuron import h

    return isinstance(getattr(h, name, None), type(hoc.Vector)) or _native.names["is_point_process"](name)


def _is_a(value, made):
    value = _meant(value)
    return (
        isinstance(value, made)
        if isinstance(made, type)
        else isinstance(value, hoc.HocObject) and repr(made) == f"{value.hname().partition('[')[0]}()"
    )
