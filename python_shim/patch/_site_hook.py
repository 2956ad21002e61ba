"""Loads libpatch.so into every NEURON of this Python; PATCH_SITE=0 in the environment switches it off for a process.

`python -m patch site install` writes it, `python -m patch site remove` takes it away. libpatch_site.pth, beside it, asks for it when
something imports neuron, and in nrniv when its Python starts.
"""

import ctypes
import os
import sys

LIBRARY = ""
LOCAL_RANKS = ("MPI_LOCALRANKID", "OMPI_COMM_WORLD_LOCAL_RANK", "SLURM_LOCALID", "PALS_LOCAL_RANKID")
reason = None  # why the library is not loaded; "" when NEURON has taken it


def other_finders():
    return [finder for finder in sys.meta_path if getattr(finder, "__name__", "") != "libpatch_site"]


def find_spec(name, path, target):
    """What the other finders find for neuron, with the load at the end of its import."""
    if reason is not None or os.environ.get("PATCH_SITE") == "0":
        return None
    others = [finder for finder in other_finders() if hasattr(finder, "find_spec")]
    spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
    loader = spec and spec.loader

    def exec_module(module):
        del loader.exec_module
        loader.exec_module(module)
        attempt(lambda: module.h.nrn_load_dll(LIBRARY))

    if hasattr(loader, "exec_module"):
        loader.exec_module = exec_module
    return spec


def start():
    """In nrniv, whose HOC is there before its Python: loads the library before the first HOC file."""
    program = ctypes.CDLL(None)
    hoc = getattr(program, "_Z6hoc_ocPKc", None) or getattr(program, "hoc_oc", None)  # NEURON 9, and 8
    if hoc and ctypes.c_void_p.in_dll(program, "hoc_top_level_symlist") and os.environ.get("PATCH_SITE") != "0":
        no_banner = ctypes.c_int.in_dll(program, "nrn_nobanner_")  # with the banner, NEURON tells a terminal of each load
        before, no_banner.value = no_banner.value, 1
        attempt(lambda: hoc(os.fsencode(f'{{nrn_load_dll("{LIBRARY}")}}\n')) == 0)
        no_banner.value = before


def attempt(load):
    """Loads once; what prevents it is one sentence on each node, and never an exception."""
    global reason
    if reason is not None:
        return
    try:
        reason = refusal() or ("" if load() else "NEURON refused it")
    except Exception as error:
        reason = str(error)
    sys.meta_path[:] = other_finders()
    if reason and all(os.environ.get(rank, "0") == "0" for rank in LOCAL_RANKS):
        mend = f"mend it by `python -m patch site install`, or delete {os.path.splitext(__file__)[0]}.pth"
        sys.stderr.write(f"libpatch: NEURON starts without the site's {LIBRARY}: {reason}; {mend}\n")


def refusal():
    """Why the file cannot be loaded, or "". NEURON would say more than a sentence, and a file cut short would end the process."""
    try:
        with open(LIBRARY, "rb") as file:
            head, size = file.read(64), file.seek(0, os.SEEK_END)
    except OSError as error:
        return error.strerror
    if head[:5] != b"\x7fELF\x02" or len(head) < 64:
        return "it is not a library"
    table, entry, count = (int.from_bytes(head[begin:end], sys.byteorder) for begin, end in ((40, 48), (58, 60), (60, 62)))
    if size < table + entry * count:  # its last part
        return "it is cut short"
    try:
        ctypes.CDLL(LIBRARY).modl_reg  # noqa: B018
    except (OSError, AttributeError) as error:
        said = str(error).removeprefix(LIBRARY + ": ")
        return f"it is for another NEURON ({said})" if "undefined symbol: _Z" in said else said
    return ""
