"""What every test run shares: which tests can run on this machine, and the second gate."""

pytest_plugins = ["tests.plugins.needs", "tests.plugins.once", "tests.plugins.full_coverage"]
