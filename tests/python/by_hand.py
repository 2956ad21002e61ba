"""What p changes, done by hand in plain NEURON: lines of README's list, each for itself. Not a test: no test_ in its name.

>>> h = changed("celsius", "NetCon")
"""

from neuron import h

LINES = {"celsius", "NetCon", "lives", "continuerun", "SEClamp"}
MADE = {"Section", "NetCon", "NetStim", "ExpSyn", "IClamp", "SEClamp"}  # what lives with what it is connected to


class Changed:
    """Stands for h, with some of the lines."""

    def __init__(self, lines):
        assert lines <= LINES
        vars(self).update(lines=lines, kept=[])
        if "celsius" in lines:
            h.load_file("stdrun.hoc")
            h.celsius = 32

    def __call__(self, program):
        return h(program)

    def __setattr__(self, name, value):
        setattr(h, name, value)

    def __getattr__(self, name):
        return (lambda *given, **named: self.make(name, *given, **named)) if name in MADE else getattr(h, name)

    def make(self, kind, /, *given, **named):
        made = getattr(h, kind)(*given, **named)
        if kind == "NetCon" and "NetCon" in self.lines and len(given) == 2:
            made.threshold, made.delay, made.weight[0] = -20, 1, 0.1
        if kind == "SEClamp" and "SEClamp" in self.lines:
            made.dur1 = made.dur2 = made.dur3 = 100
            made.amp1, made.amp2, made.amp3 = -70, -50, -70
        if "lives" in self.lines:
            self.kept.append(made)
        return made

    def continuerun(self, duration):
        h.continuerun(h.t + duration if "continuerun" in self.lines else duration)

    def run(self, duration=None):
        h.finitialize(h.v_init)
        h.continuerun(h.tstop if duration is None else duration)


def changed(*lines):
    return Changed(set(lines))
