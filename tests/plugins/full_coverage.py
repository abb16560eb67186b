"""The second gate: what decides about people and money is covered to the last branch.

pytest-cov holds the whole portal to `fail_under`; this plugin, switched on by
`--full-coverage`, holds the rooms below to 100 %.
"""

import io
from collections.abc import Generator

import pytest
from coverage.exceptions import NoDataError

ROOMS = (
    "*/services/*",
    "*/services.py",
    "*/planning/*",
    "*/commitment/*",
    "*/questionnaire/*",
    "*/payment/*",
    "*/forecast/*",
    "*/charts/*",
    "*/scoring/*",
    "*/scoring.py",
    "*/permissions/*",
    "*/permissions.py",
    "*/workflows/*",
    "*/workflows.py",
)
REPORT = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full-coverage",
        action="store_true",
        help="Fail unless services, scoring, permissions and workflows are covered entirely.",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    result = yield
    cov_plugin = session.config.pluginmanager.getplugin("_cov")
    if session.config.getoption("full_coverage") and cov_plugin and cov_plugin.cov_controller:
        report = io.StringIO()
        try:
            total = cov_plugin.cov_controller.cov.report(include=list(ROOMS), file=report)
        except NoDataError:
            return result
        if total < 100:
            session.testsfailed += 1
            session.config.stash[REPORT] = report.getvalue()
    return result


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if report := config.stash.get(REPORT, None):
        terminalreporter.section("services, scoring, permissions and workflows need 100 %")
        terminalreporter.write_line(report)
