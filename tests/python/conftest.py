"""Runs each test that uses `helpers.clean` in a child of its own: it begins without a model, and a crash is that test's failure alone."""

import os
import pickle
import signal

import pytest
from _pytest.runner import runtestprotocol

SECONDS = 60


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    item.has_failed = getattr(item, "has_failed", False) or report.failed


def run_here(item, write):
    """In the child: runs the test and sends its reports. Never returns."""
    signal.alarm(SECONDS)
    to_plain = item.config.hook.pytest_report_to_serializable
    reports = [to_plain(config=item.config, report=report) for report in runtestprotocol(item, log=False, nextitem=None)]
    with os.fdopen(write, "wb") as pipe:
        pickle.dump(reports, pipe)
    os._exit(0)


def crash(item, status):
    text = f"the test ended its process by signal {status}: {signal.Signals(status).name}" if status else "the test ended its process"
    return pytest.TestReport(item.nodeid, item.location, dict.fromkeys(item.keywords, 1), "failed", text, "call", [], 0)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    if "clean" not in item.fixturenames:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        run_here(item, write)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        sent = pipe.read()
    _, status = os.waitpid(child, 0)
    if sent:
        from_plain = item.config.hook.pytest_report_from_serializable
        reports = [from_plain(config=item.config, data=data) for data in pickle.loads(sent)]
    else:
        reports = [crash(item, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)]
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
