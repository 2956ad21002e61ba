"""Turns the errors that NEURON raises into exceptions of Patch, by handlers of your own or the ones here.

p raises its own exceptions by itself; this is for calls of plain NEURON.

>>> with catch_hoc_error(CatchRecord, target=target):
...     h.Vector().record(target)
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .exceptions import ErrorHandlingError, HocConnectError, HocError, HocRecordError, HocSectionAccessError, PatchError

__all__ = ["CatchNetCon", "CatchRecord", "CatchSectionAccess", "ErrorHandler", "ErrorHandlingError", "HocError", "catch_hoc_error"]


class ErrorHandler:
    """Override ``catch(error, context)``: raise a PatchError, or return to leave the error to the next handler.

    ``required`` lists the keywords that ``catch_hoc_error`` has to be given with this handler.
    """

    required: Sequence[str] = ()

    def __init__(self, error: BaseException, context: dict[str, Any]) -> None:
        for name in self.required:
            if name not in context:
                raise ErrorHandlingError(f"{type(self).__name__}: the context has no {name!r}, which this handler wants")
        self.catch(error, context)

    def catch(self, error: BaseException, context: dict[str, Any]) -> None:
        """Looks at an error of NEURON's; does nothing here."""


class CatchNetCon(ErrorHandler):
    """A NetCon that could not be made is a HocConnectError that names both ends: ``nrn_source=``, ``nrn_target=``."""

    required: Sequence[str] = ("nrn_source", "nrn_target")

    def catch(self, error: BaseException, context: dict[str, Any]) -> None:
        raise HocConnectError(f"{context['nrn_source']!r} could not be connected to {context['nrn_target']!r}: {error}")


class CatchRecord(ErrorHandler):
    """A recording that could not be made is a HocRecordError that names its target: ``target=``."""

    required: Sequence[str] = ("target",)

    def catch(self, error: BaseException, context: dict[str, Any]) -> None:
        raise HocRecordError(f"{context['target']!r} could not be recorded: {error}")


class CatchSectionAccess(ErrorHandler):
    """An access without a section is a HocSectionAccessError."""

    def catch(self, error: BaseException, context: dict[str, Any]) -> None:
        if "ection access" in str(error) or "not in a section" in str(error):
            raise HocSectionAccessError(str(error))


@contextmanager
def catch_hoc_error(*handlers: Callable[[BaseException, dict[str, Any]], object], **context: Any) -> Iterator[None]:
    """Gives a RuntimeError of NEURON's to each handler in turn: a class, called with the error and the context.

    What no handler turns into a PatchError becomes a HocError. A handler that fails itself is an ErrorHandlingError.
    """
    try:
        yield
    except PatchError:
        raise
    except RuntimeError as error:
        for handler in handlers:
            try:
                handler(error, context)
            except PatchError as raised:
                raise raised from error
            except Exception as raised:
                raise ErrorHandlingError(f"{getattr(handler, '__name__', handler)} failed: {raised}") from error
        raise HocError(str(error)) from error
