COMMENT
A spike source beside a section's own, with a threshold of its own: x is the voltage at its place after each step, and a NetCon that
starts here watches x. It stands in where a source cannot be made by itself (plugin/host/host_nrn9_sources.cpp).
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS PatchSource
    RANGE x
}

UNITS {
    (mV) = (millivolt)
}

ASSIGNED {
    v (mV)
}

STATE {
    x (mV)
}

INITIAL {
    x = v
}

AFTER SOLVE {
    x = v
}
