from typing import Any

from .interpreter import p
from .version import get_neuron_version as get_neuron_version

transform = p.transform
transform_netcon = p.transform_netcon
transform_record = p.transform_record
transform_arc = p.transform_arc
is_section = p.is_section
is_segment = p.is_segment
is_nrn_scalar = p.is_nrn_scalar
is_point_process = p.is_point_process
is_density_mechanism = p.is_density_mechanism

def assert_connectable(obj: Any, label: str | None = None) -> None:
    """Raises NotConnectableError where an object has no ``_connections``; the label is what it is called in the sentence."""
