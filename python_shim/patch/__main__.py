"""``python -m patch doctor``: what has come together here. ``python -m patch path`` and ``version`` name the library and its version.
``python -m patch site install``, ``status`` and ``remove``: every NEURON of this Python loads the library, or no longer.
"""

import sys

from . import site
from ._library import native, path


def main(arguments):
    command = arguments[0] if len(arguments) == 1 or arguments[:1] == ["site"] else ""
    if command == "site":
        site.main(arguments[1:])
    elif command == "path":
        print(path())
    elif command == "version":
        print(native().version)
    elif command == "doctor":
        try:
            import mpi4py

            mpi4py.rc.initialize = False  # looking starts nothing
            from mpi4py import MPI  # noqa: F401
        except ImportError:
            pass
        said = native().doctor()
        from neuron import h

        if h.ParallelContext().id_world() == 0:  # one screen
            print(said, end="")
    else:
        sys.exit(f"{__doc__.strip()}\nusage: python -m patch doctor|path|version|{site.USAGE}")


if __name__ == "__main__":
    main(sys.argv[1:])
