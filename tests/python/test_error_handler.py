"""patch.error_handler: what NEURON raises in a with becomes an exception of Patch, by the handlers here or by one's own."""

import pytest
from helpers import clean, h, p  # noqa: F401 - clean runs by itself
from patch import error_handler, exceptions
from patch.error_handler import CatchNetCon, CatchRecord, CatchSectionAccess, ErrorHandler, catch_hoc_error
from patch.exceptions import ErrorHandlingError, HocConnectError, HocError, HocRecordError, HocSectionAccessError, PatchError


def refusal(action, *handlers, **context):
    """The exception of an action in a with, and its cause, without the frames that hold the test's objects."""
    try:
        with catch_hoc_error(*handlers, **context):
            action()
    except Exception as error:
        if error.__cause__:
            error.__cause__.__traceback__ = None
        return error.with_traceback(None)
    return None


def record_nothing():
    h.CVode().record(1, 2, 3)


def connect_nothing():
    h.NetCon(h.Vector(), None)


def access_nothing():
    assert list(h.allsec()) == []
    h.area(0.5)


def neurons_own(action):
    """What NEURON itself says."""
    with pytest.raises(RuntimeError) as raised:
        action()
    raised.value.__traceback__ = None
    return raised.value


class Renames(ErrorHandler):
    """One's own handler: a PatchError with the text and a word of the context."""

    required = ("word",)

    def catch(self, error, context):
        raise exceptions.SimulationError(f"{context['word']}: {error}")


class Ignores(ErrorHandler):
    seen = ()

    def catch(self, error, context):
        type(self).seen = (error, context)


class Breaks(ErrorHandler):
    def catch(self, error, context):
        raise KeyError("my own mistake")


def test_the_names_are_there():
    """Under which clients import them."""
    for name in ("catch_hoc_error", "ErrorHandler", "CatchNetCon", "CatchRecord", "CatchSectionAccess"):
        assert name in error_handler.__all__ and getattr(error_handler, name)
    assert issubclass(CatchNetCon, ErrorHandler) and issubclass(CatchRecord, ErrorHandler) and issubclass(CatchSectionAccess, ErrorHandler)


def test_what_works_is_untouched():
    """Nothing is caught, nothing is asked."""
    section = p.Section("s")
    with catch_hoc_error(Breaks, CatchRecord, target=section):
        vector = h.Vector().record(section(0.5)._ref_v)
    assert vector.size() == 0
    with catch_hoc_error():
        pass


def test_a_recording_that_fails_is_a_hocrecorderror():
    """It names its target and has NEURON's text; NEURON's error is its cause."""
    text = str(neurons_own(record_nothing))
    error = refusal(record_nothing, CatchRecord, target="my target")
    assert type(error) is HocRecordError and str(error) == f"'my target' could not be recorded: {text}"
    assert isinstance(error, PatchError) and isinstance(error, RuntimeError) and type(error.__cause__) is RuntimeError


def test_a_connection_that_fails_is_a_hocconnecterror():
    """It names both ends."""
    text = str(neurons_own(connect_nothing))
    error = refusal(connect_nothing, CatchNetCon, nrn_source=3, nrn_target=None)
    assert type(error) is HocConnectError and str(error) == f"3 could not be connected to None: {text}"
    assert str(error.__cause__) == text


def test_an_access_without_a_section_is_a_hocsectionaccesserror():
    """Other errors are left to the next handler."""
    text = str(neurons_own(access_nothing))
    error = refusal(access_nothing, CatchSectionAccess)
    assert type(error) is HocSectionAccessError and str(error) == text
    other = refusal(record_nothing, CatchSectionAccess)
    assert type(other) is HocError and str(other) == str(neurons_own(record_nothing))
    assert type(refusal(record_nothing, CatchSectionAccess, CatchRecord, target=1)) is HocRecordError


def test_without_a_handler_it_is_a_hocerror():
    """With NEURON's text; so is what handlers have left alone."""
    for handlers in ((), (Ignores,), (ErrorHandler,)):
        error = refusal(record_nothing, *handlers)
        assert type(error) is HocError and str(error) == str(neurons_own(record_nothing)) == str(error.__cause__)


def test_a_handler_of_ones_own():
    """catch(error, context) is given NEURON's error and all keywords; the first that raises is the last that is asked."""
    error = refusal(record_nothing, Renames, Breaks, word="mine")
    assert type(error) is exceptions.SimulationError and str(error) == f"mine: {neurons_own(record_nothing)}"
    refusal(record_nothing, Ignores, word="mine", further=3)
    raised, context = Ignores.seen
    assert type(raised) is RuntimeError and context == {"word": "mine", "further": 3}
    assert type(refusal(record_nothing, Ignores, Renames, word="mine")) is exceptions.SimulationError
    Ignores.seen = ()


def test_a_handler_without_its_context_says_what_is_missing():
    """required lists the keywords."""
    for handler, context, name in (
        (Renames, {}, "word"),
        (CatchRecord, {"word": 1}, "target"),
        (CatchNetCon, {"nrn_source": 1}, "nrn_target"),
    ):
        error = refusal(record_nothing, handler, **context)
        assert type(error) is ErrorHandlingError
        assert str(error) == f"{handler.__name__}: the context has no {name!r}, which this handler wants"
        assert not isinstance(error, HocError)


def test_a_handler_that_fails_is_an_errorhandlingerror():
    """With its name and its mistake."""
    error = refusal(record_nothing, Breaks)
    assert type(error) is ErrorHandlingError and str(error) == "Breaks failed: 'my own mistake'"
    error = refusal(record_nothing, lambda error, context: 1 / 0)
    assert type(error) is ErrorHandlingError and "division by zero" in str(error)


def test_other_exceptions_go_through():
    """Those of Patch, and those that are not NEURON's."""
    section = p.Section("s")
    patchs = exceptions.PatchValueError("mine")
    others = [patchs, KeyError("a"), ValueError("b"), StopIteration(), HocError("c")]

    def throw(each):
        raise each

    for each in others:
        assert refusal(lambda each=each: throw(each), Renames, word=1) is each
    ours = refusal(lambda: p.record(3), CatchRecord, target=1)
    assert isinstance(ours, HocRecordError) and str(ours).startswith("record: target is 3, expected") and ours.__cause__ is None
    assert section.name() == "s"
    with pytest.raises(KeyboardInterrupt), catch_hoc_error(Breaks):
        raise KeyboardInterrupt


def test_in_one_another():
    """The inner one's exception goes through the outer one; a with leaves the section stack alone."""
    section = p.Section("s")
    with pytest.raises(HocRecordError, match="'inner' could not be recorded"), catch_hoc_error(Renames, word="outer"):
        with catch_hoc_error(CatchRecord, target="inner"):
            record_nothing()
    assert h.cas() == section
