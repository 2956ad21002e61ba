: An excitatory conductance that rises and decays after each spike.

NEURON {
    POINT_PROCESS glia__patch_test_mods__AMPA__0
    RANGE tau_rise, tau_decay, e, i, g
    NONSPECIFIC_CURRENT i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau_rise = 0.3 (ms)
    tau_decay = 3 (ms)
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
}

STATE {
    rising (uS)
    decaying (uS)
}

INITIAL {
    rising = 0
    decaying = 0
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    g = decaying - rising
    i = g * (v - e)
}

DERIVATIVE states {
    rising' = -rising / tau_rise
    decaying' = -decaying / tau_decay
}

NET_RECEIVE(weight (uS)) {
    rising = rising + weight
    decaying = decaying + weight
}
