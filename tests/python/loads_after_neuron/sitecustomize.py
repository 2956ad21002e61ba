"""Loads PATCH_LIBRARY into NEURON in every Python that has this folder on its path, as soon as neuron is imported.

With P_FOR_H in the environment, p stands in for neuron.h and neuron.n too.
"""

import importlib.util
import os
import sys


class AfterNeuron:
    def find_spec(self, name, path=None, target=None):
        if name != "neuron":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def execute_and_load(module):
            execute(module)
            if module.h.nrn_load_dll(os.environ["PATCH_LIBRARY"]) != 1:
                os._exit(99)
            if "P_FOR_H" in os.environ:
                from patch import p

                module.h = module.n = p

        spec.loader.exec_module = execute_and_load
        return spec


sys.meta_path.insert(0, AfterNeuron())
