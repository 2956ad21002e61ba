"""The demo: Patch's models equal the plain one to the last bit in both languages, and a changed weight is found."""

import subprocess
import sys
from pathlib import Path

import pytest

demo = Path(__file__).parents[2] / "ci" / "demo"


def run(*arguments):
    return subprocess.run(
        [sys.executable, str(demo / "run.py"), *arguments], capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize("language", ["python", "hoc"])
def test_patch_equals_plain_neuron(language):
    done = run(language)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("identical") == 8 and "different" not in done.stdout


@pytest.mark.parametrize("language", ["python", "hoc"])
def test_one_changed_weight_is_different(language):
    done = run(language, "--break")
    assert done.returncode != 0 and "different" in done.stdout


@pytest.mark.parametrize("name", ["plain.py", "morphology.py"])
def test_the_plain_model_knows_nothing_of_patch(name):
    assert "patch" not in (demo / name).read_text().lower()
