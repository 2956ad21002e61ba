: A leak.

NEURON {
    SUFFIX glia__patch_test_mods__Leak__0
    RANGE g, e, i
    NONSPECIFIC_CURRENT i
}

UNITS {
    (S) = (siemens)
    (mA) = (milliamp)
    (mV) = (millivolt)
}

PARAMETER {
    g = 0.0002 (S/cm2)
    e = -70 (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

BREAKPOINT {
    i = g * (v - e)
}
