"""A test that fails lets go of its objects, so that the tests after it begin without them."""

import gc
import traceback

import pytest


def pytest_collection_finish():
    """The collections after each test look at what the tests make, not at all that has been imported."""
    gc.freeze()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    yield
    if call.excinfo:
        traceback.clear_frames(call.excinfo.tb)
        for frame, _ in traceback.walk_tb(call.excinfo.tb):
            frame.f_locals  # noqa: B018 - pytest has read it: only now it is empty too
