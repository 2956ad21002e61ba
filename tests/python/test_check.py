"""p.check: each kind of finding, and no finding where nothing is wrong."""

import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from helpers import alone, clean, h, p  # noqa: F401 - clean runs by itself
from jobs import job
from patch.findings import Finding

HERE = Path(__file__).parent


def kinds():
    return [each.kind for each in p.check()]


def pair():
    source, target = p.Section(name="source"), p.Section(name="target")
    return source, target, p.ExpSyn(target(0.5))


def test_a_finding_is_a_sentence_with_a_kind_objects_and_the_rank():
    source, target, synapse = pair()
    (finding,) = p.check()
    assert isinstance(finding, str) and isinstance(finding, Finding)
    assert finding == f"{synapse} at target(0.5) is connected to nothing"
    assert (finding.kind, finding.objects, finding.rank) == ("unconnected_synapse", (synapse,), 0)
    again = pickle.loads(pickle.dumps(finding))
    assert (again, again.kind, again.objects, again.rank) == (finding, "unconnected_synapse", (), 0)


def test_weight_0_and_short_delays():
    source, target, synapse = pair()
    connection = p.NetCon(source, synapse, weight=0, delay=0.01)
    weight, delay = p.check()
    assert weight == f"{connection} from source(0.5) to {synapse} at target(0.5) has weight 0" and weight.kind == "zero_weight"
    assert weight.objects == (connection, source(0.5), synapse)
    assert delay == f"{connection} from source(0.5) to {synapse} at target(0.5) has a delay of 0.01 ms, less than dt, 0.025 ms"
    assert delay.kind == "short_delay"
    h.CVode().active(True)
    assert kinds() == ["zero_weight"]
    h.CVode().active(False)
    connection.weight[0], connection.delay = 1, 0.025
    assert p.check() == []
    connection.weight[0] = 0
    connection.active(False)
    assert p.check() == []
    stimulus = synapse.stimulate(start=1, weight=0.1, delay=0)  # an artificial cell's delay can be 0
    assert p.check() == []
    del stimulus


def test_a_netcon_that_does_nothing():
    source, target, synapse = pair()
    p.NetCon(source, synapse)
    nothing = h.NetCon(source(0.5)._ref_v, None, sec=source)
    (finding,) = p.check()
    assert finding.kind == "no_target" and finding == f"{nothing} from source(0.5) has no target, no gid and records nothing"
    times = h.Vector()
    nothing.record(times)
    assert p.check() == []
    ended = p.NetCon(source, None)
    ended.disconnect()
    assert p.check() == []
    transmitter = p.ParallelCon(source, 3)
    assert p.check() == []
    p.parallel.gid_clear()
    del transmitter


def test_ends_that_are_gone():
    source, target, synapse = pair()
    source.nseg = 3
    first, second = p.NetCon(source(0.9), synapse), h.NetCon(source(0.5)._ref_v, synapse, sec=source)
    second.weight[0] = 1
    source.nseg = 1
    (finding,) = p.check()
    assert (finding.kind, finding.objects) == ("lost_source", (first, synapse))
    first.disconnect()
    h.delete_section(sec=target)
    assert kinds() == ["lost_target", "lost_point_process"]
    assert p.check()[0].objects == (second, source(0.5), synapse) and p.check()[1] == f"{synapse} is in no section"
    h.finitialize()  # stock ends the process here, where Patch has made nothing
    assert kinds() == ["lost_point_process"]
    del synapse, first, second


def test_recordings():
    section = p.Section(name="s")
    section.nseg = 3
    by_place, by_pointer, own = section.record(0.9), p.record(section(0.9)._ref_v), p.Vector().record(section(0.1))
    p.finitialize()
    assert p.check() == []
    section.nseg = 1
    found = {each.objects[0]: each for each in p.check()}
    assert {thing: each.kind for thing, each in found.items()} == {
        by_place: "moved_recording",
        by_pointer: "lost_recording",
        own: "lost_recording",
    }
    assert found[by_place] == f"{by_place} records s(0.9): nseg has changed since, it follows with the next run"
    p.finitialize()
    assert kinds() == ["lost_recording"] * 2
    by_pointer.play_remove()
    del by_pointer, own, found
    assert p.check() == []
    by_place.record(section(0.5)._ref_v)


def test_near_names_and_gids_are_findings():
    source, target, synapse = pair()
    p.NetCon(source, synapse)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source.lenght = 5
    receiver = p.ParallelCon(77, synapse)
    unsent, near = p.check()
    assert (unsent.kind, unsent.objects) == ("unsent_gid", (77,)) and (near.kind, near.objects) == ("near_name", (source,))
    assert p.parallel.check() == [unsent, near]
    receiver.disconnect()
    del source.lenght
    p.parallel.gid_clear()
    assert p.check() == []


def test_a_run_warns_where_it_is_asked_to():
    source, target, synapse = pair()
    p.NetCon(source, synapse, weight=0)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        p.run(1)
        assert seen == []
        p.run(1, check=True)
    assert [str(each.message) for each in seen] == p.check() and seen[0].filename == __file__
    assert h.t == pytest.approx(1)


def test_checking_changes_nothing():
    source, target, synapse = pair()
    p.NetCon(source, synapse, weight=0)
    voltage = source.record()
    before = p.counts()
    assert p.check() == p.check() == p.parallel.check()
    assert p.counts() == before
    p.run(1)
    assert len(voltage) == 41


def test_the_models_give_no_false_alarm():
    """Tutorials and published models, which know nothing of Patch."""
    known = {  # what is wrong with them, rightly found
        "forgotten_objects": "[('unconnected_synapse', 'ExpSyn[0] at b(0.5) is connected to nothing')]",
        "hoc_cell": "[('unconnected_synapse', 'ExpSyn[3] at BranchedCell[1].basal[0](0.5) is connected to nothing')]",
    }
    ask = "\nimport patch\nprint('FOUND', [(each.kind, str(each)) for each in patch.p.check()])\n"
    alarms = {}
    for model in sorted((HERE.parent / "models").glob("*.py")):
        code = model.read_text().replace("h.quit()", "") + ask
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(HERE)}
        )
        assert done.returncode == 0, done.stderr
        line = done.stdout.splitlines()[-1]
        if line != "FOUND " + known.get(model.stem, "[]"):
            alarms[model.stem] = line
    assert alarms == {}


def test_in_hoc():
    printed = alone(
        """
        from neuron import h
        import patch
        h.nrn_load_dll(patch.path())
        h('''
        objref p, s
        p = new Patch()
        create a
        a s = new ExpSyn(0.5)
        print p.check(), "|", p.check_together()
        ''')
        """
    )
    sentence = "ExpSyn[0] at a(0.5) is connected to nothing"
    assert printed.strip() == f"{sentence} |{sentence}"


def test_what_ranks_have_together(tmp_path):
    """A mechanism that one rank lacks, a gid that nobody sends, and what each rank finds by itself; p.check() waits for nobody."""
    (tmp_path / "lone.mod").write_text("NEURON { POINT_PROCESS LoneOne  RANGE x }\nPARAMETER { x = 1 }\n")
    subprocess.run(["nrnivmodl", "."], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    (library,) = tmp_path.glob("*/libnrnmech.so")
    done = job(
        f"""
        from neuron import h
        from patch import p
        assert p.parallel.nhost() == 2
        rank = int(p.parallel.id())
        if rank == 1:
            assert h.nrn_load_dll({str(library)!r})
            p.check()
        synapse = p.ExpSyn(p.Section("s")(0.5)) if rank == 0 else None
        receiver = p.ParallelCon(9, p.IntFire1())
        found = [(each.kind, each.rank, len(each.objects)) for each in p.parallel.check()]
        assert [each.kind for each in p.check()] == ["unconnected_synapse"] * (1 - rank)
        print(sorted(found))
        """,
        ranks=2,
    ).well()
    here, there = [("missing_mechanism", 0, 1), ("unconnected_synapse", 0, 1), ("unsent_gid", 0, 1)], ("unconnected_synapse", 0, 0)
    other = [each if each[0] != "unconnected_synapse" else there for each in here]
    lines = [line for line in done.out.splitlines() if line.startswith("[")]
    assert sorted(lines) == sorted([str(here), str(other)]), done
