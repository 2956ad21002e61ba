from . import core as core
from . import error_handler as error_handler
from . import interpreter as interpreter
from . import objects as objects
from . import parallel as parallel
from . import version as version
from ._library import path as path
from .exceptions import NotConnectableError as NotConnectableError
from .exceptions import NotConnectedError as NotConnectedError
from .exceptions import PatchError as PatchError
from .interpreter import PythonHocInterpreter as PythonHocInterpreter
from .interpreter import p as p

h = p
ParallelCon = p.ParallelCon
connection = p.connection
is_density_mechanism = p.is_density_mechanism
is_nrn_scalar = p.is_nrn_scalar
is_point_process = p.is_point_process
is_section = p.is_section
is_segment = p.is_segment
transform = p.transform
transform_arc = p.transform_arc
transform_netcon = p.transform_netcon
transform_record = p.transform_record

__version__: str
