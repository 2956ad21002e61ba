"""patch.version: the versions of Patch and of NEURON, and how they compare."""

import neuron
import patch
import pytest
from jobs import job
from patch.version import NeuronVersion, get_neuron_version, version

RISING = ["8.2", "8.2.7", "9.0a1", "9.0", "9.0.0", "9.0.2.dev3", "9.0.2", "9.0.10", "9.1", "10.0"]


@pytest.mark.parametrize("kind", [str, NeuronVersion])
def test_versions_compare_by_their_numbers(kind):
    for i, one in enumerate(RISING):
        for k, other in enumerate(RISING):
            first, second = NeuronVersion(one), kind(other)
            said = (first < second, first <= second, first == second, first != second, first >= second, first > second)
            assert said == (i < k, i <= k, i == k, i != k, i >= k, i > k), (first, second)
            assert (second > first, second >= first, second == first, second <= first, second < first) == said[:3] + said[4:]
    assert [str(each) for each in sorted(map(NeuronVersion, reversed(RISING)))] == RISING


def test_a_version_is_text():
    given = NeuronVersion("9.0.2")
    assert isinstance(given, str) and str(given) == "9.0.2" and f"{given}" == "9.0.2" and repr(given) == "NeuronVersion('9.0.2')"
    assert {given: 1}["9.0.2"] == 1 and given.startswith("9.0")


@pytest.mark.parametrize("text", ["", "nine", ".9", "v9.0"])
def test_what_is_no_version_is_refused(text):
    with pytest.raises(ValueError, match=f"'{text}' is not a version"):
        NeuronVersion(text)
    with pytest.raises(ValueError, match=f"'{text}' is not a version"):
        NeuronVersion("9.0") < text  # noqa: B015


def test_a_version_does_not_compare_with_numbers():
    assert NeuronVersion("9.0") != 9.0
    with pytest.raises(TypeError):
        NeuronVersion("9.0") < 9.1  # noqa: B015


def test_the_version_of_neuron_is_that_of_the_one_that_runs():
    said = get_neuron_version()
    assert type(said) is NeuronVersion and said == neuron.__version__ == patch.p.neuron_version()
    assert "9.0" <= said < "9.1"


def test_the_version_of_patch_is_one():
    assert version() == patch.__version__ == patch.p.version()


def test_the_version_of_neuron_loads_no_library():
    program = "import sys\nfrom patch.version import get_neuron_version\nget_neuron_version()\nassert '_libpatch' not in sys.modules\n"
    job(program).well()
