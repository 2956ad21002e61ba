"""What an object stands for in NEURON, and what kind of thing it is."""

from .exceptions import NotConnectableError
from .interpreter import p
from .version import get_neuron_version

__all__ = [
    "assert_connectable",
    "get_neuron_version",
    "is_density_mechanism",
    "is_nrn_scalar",
    "is_point_process",
    "is_section",
    "is_segment",
    "transform",
    "transform_arc",
    "transform_netcon",
    "transform_record",
]

transform = p.transform
transform_netcon = p.transform_netcon
transform_record = p.transform_record
transform_arc = p.transform_arc
is_section = p.is_section
is_segment = p.is_segment
is_nrn_scalar = p.is_nrn_scalar
is_point_process = p.is_point_process
is_density_mechanism = p.is_density_mechanism


def assert_connectable(obj, label=None):
    """Raises NotConnectableError where an object has no ``_connections``; the label is what it is called in the sentence."""
    if not hasattr(obj, "_connections"):
        raise NotConnectableError(f"{label or 'obj'} is {obj!r}, expected an object with _connections")
