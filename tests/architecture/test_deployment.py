"""The deployment files agree with the settings, with each other, and hold no secret."""

import json
import os
import re
import shlex
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture import deployment_files as files
from tests.plugins.full_coverage import ROOMS

ENVIRONMENT_OF_PROCESSES = {"DJANGO_SETTINGS_MODULE"}
SET_BY_THE_IMAGE = {"STATIC_ROOT", "VAR_DIR"}
# Only `make run` and the tests have a use for these.
NOT_FOR_SERVERS = {
    "COLLECTED_STATIC",
    "DEBUG",
    "DEMO",
    "DEMO_PASSWORD",
    "DOCUMENT_CLAIM_SECONDS",
    "JOB_SILENCE_SECONDS",
    "MAIL_CLAIM_SECONDS",
    "SWEEP_SECONDS",
}
PROCESSES = ["beat", "documents", "web", "worker"]
PORTAL_SERVICES = sorted([*PROCESSES, "migrate"])


# --- docker-compose.yml and the settings ------------------------------------------------------


def test_compose_runs_the_processes_of_the_procfile_and_the_migrations():
    assert sorted(files.portal_services()) == PORTAL_SERVICES
    assert sorted(files.procfile()) == PROCESSES


@pytest.mark.parametrize("service", PORTAL_SERVICES)
def test_settings_read_every_variable_that_compose_sets(service):
    known = files.settings_variables() | ENVIRONMENT_OF_PROCESSES
    assert set(files.portal_services()[service]["environment"]) - known == set()


@pytest.mark.parametrize("service", PORTAL_SERVICES)
def test_compose_sets_every_variable_that_production_requires(service):
    given = {k for k, v in files.portal_services()[service]["environment"].items() if v}
    assert files.required_variables() - given == set()


@pytest.mark.parametrize("process", PROCESSES)
def test_compose_starts_a_process_as_the_procfile_does(process):
    command = files.portal_services()[process]["command"]
    assert files.in_the_image(shlex.join(command)) == files.in_the_image(files.procfile()[process])


def test_every_queue_has_a_worker():
    words = [files.in_the_image(command) for command in files.procfile().values()]
    worked_off = {said[said.index("--queues") + 1] for said in words if "worker" in said}
    assert worked_off == {queue.name for queue in settings.CELERY_TASK_QUEUES}
    assert {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} <= worked_off


def test_image_starts_the_web_by_itself():
    assert json.loads(files.dockerfile_instructions("CMD")[0]) == files.in_the_image(
        files.procfile()["web"]
    )


def test_every_lasting_service_has_a_health_check():
    services = files.compose()["services"]
    without = {name for name, service in services.items() if "healthcheck" not in service}
    assert without == {"web"}, "the web's own stands in the Dockerfile"
    assert "bin/healthcheck.py" in files.text("Dockerfile").split("HEALTHCHECK")[1]
    assert services["migrate"]["healthcheck"] == {"disable": True}


@pytest.mark.parametrize("process", PROCESSES)
def test_processes_wait_for_database_queue_and_migrations(process):
    conditions = {
        n: w["condition"] for n, w in files.portal_services()[process]["depends_on"].items()
    }
    assert conditions == {
        "db": "service_healthy",
        "redis": "service_healthy",
        "migrate": "service_completed_successfully",
    }


def test_what_must_last_is_on_named_volumes():
    compose = files.compose()
    mounted = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    }
    assert mounted == set(compose["volumes"])
    stored = {volume.split(":")[1] for volume in files.portal_services()["web"]["volumes"]}
    assert stored == {files.image_environment()["VAR_DIR"]}


def test_ports_open_on_this_machine_alone():
    ports = [port for s in files.compose()["services"].values() for port in s.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


# --- secrets ----------------------------------------------------------------------------------


def test_compose_has_no_default_for_a_secret():
    secrets = re.findall(
        r"\$\{(\w*(?:SECRET|PASSWORD|KEY)\w*)(.*?)\}", files.text("docker-compose.yml")
    )
    assert {name for name, _ in secrets} == {
        "SECRET_KEY",
        "POSTGRES_PASSWORD",
        "DOCUMENT_SEAL_KEY_FILE",
        "VAULT_KEYS",
    }
    assert [name for name, rest in secrets if not rest.startswith(":?")] == []


def test_compose_writes_no_password_into_an_address():
    addresses = re.findall(r"\w+://[^:/\s]+:([^@\s]+)@", files.text("docker-compose.yml"))
    assert [password for password in addresses if not password.startswith("${")] == []


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "POSTGRES_PASSWORD", "DOCUMENT_SEAL_KEY_FILE", "VAULT_KEYS"]
)
def test_example_environment_leaves_the_secret_empty(name):
    assert files.env_example()[name] == ""


def test_example_environment_names_what_is_required_or_interpolated():
    interpolated = set(files.INTERPOLATED.findall(files.text("docker-compose.yml")))
    assert (files.required_variables() | interpolated) - set(files.env_example()) == set()


def test_example_environment_names_nothing_that_nobody_reads():
    interpolated = set(files.INTERPOLATED.findall(files.text("docker-compose.yml")))
    assert set(files.env_example()) - files.settings_variables() - interpolated == set()


def test_example_environment_describes_every_variable_of_a_server():
    elsewhere = SET_BY_THE_IMAGE | NOT_FOR_SERVERS
    assert files.settings_variables() - set(files.env_example()) == elsewhere
    assert SET_BY_THE_IMAGE - set(files.image_environment()) == set()


def test_compose_hands_on_every_variable_of_the_example_environment():
    interpolated = set(files.INTERPOLATED.findall(files.text("docker-compose.yml")))
    handed_on = set(files.portal_services()["web"]["environment"]) | interpolated
    assert set(files.env_example()) - handed_on == set()


def _import_production_settings(
    *, without: str | None = None, beside: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    drop = ["-u", without] if without else []
    others = [f"{name}={value}" for name, value in (beside or {}).items()]
    command = ["bin/as_production", "env", *drop, *others, sys.executable, "-c"]
    return subprocess.run(
        [*command, "import cxc_portal.settings.prod"],
        cwd=files.ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )


def test_production_settings_start_with_all_that_they_require(tmp_path):
    assert _import_production_settings().stderr == ""


@pytest.mark.parametrize("name", sorted(files.required_variables()))
def test_production_refuses_to_start_without(name):
    refused = _import_production_settings(without=name)
    assert refused.returncode == 1
    assert f"The server mode needs these environment variables: {name}." in refused.stderr


@pytest.mark.parametrize("name", ["DOCUMENT_SEAL_KEY_FILE", "DOCUMENT_SEAL_CERTIFICATE_FILE"])
def test_production_refuses_to_start_without_half_of_the_seal(name):
    refused = _import_production_settings(without=name)
    assert refused.returncode == 1
    assert "The server mode seals documents: it needs DOCUMENT_SEAL_KEY_FILE" in refused.stderr


def test_production_refuses_to_start_with_a_key_that_is_none():
    refused = _import_production_settings(beside={"VAULT_KEYS": "short"})
    assert refused.returncode == 1
    assert "VAULT_KEYS holds something that is no key." in refused.stderr


def test_every_process_of_compose_has_the_seal():
    declared = set(files.compose()["secrets"])
    for service in files.portal_services().values():
        paths = {
            service["environment"][f"DOCUMENT_SEAL_{end}"]
            for end in ("KEY_FILE", "CERTIFICATE_FILE")
        }
        assert paths == {f"/run/secrets/{name}" for name in declared}
        assert set(service["secrets"]) == declared


# --- Dockerfile -------------------------------------------------------------------------------


def test_image_copies_only_what_exists():
    assert [path for path in files.image_sources() if not (files.ROOT / path).exists()] == []


def test_image_copies_every_app_and_every_folder_of_the_settings():
    folders = [*settings.TEMPLATES[0]["DIRS"], *settings.STATICFILES_DIRS, *settings.LOCALE_PATHS]
    needed = {Path(folder).name for folder in folders if Path(folder).exists()}
    needed |= {"cxc_portal", "manage.py", *files.local_apps()}
    assert needed - set(files.image_sources()) == set()


def test_build_context_lets_through_what_the_image_copies():
    lines = files.text(".dockerignore").splitlines()
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert {"requirements.txt", *files.image_sources()} - allowed == set()


def test_image_runs_as_an_unprivileged_user():
    assert files.dockerfile_instructions("USER") == ["portal"]


def test_image_has_what_documents_are_printed_with():
    packages = files.text("bin/system-packages").split()
    assert [name for name in packages if not re.fullmatch(r"[a-z][a-z0-9.+-]+", name)] == []
    [install] = [line for line in files.dockerfile_instructions("RUN") if "apt-get install" in line]
    assert "xargs apt-get install" in install
    assert "</tmp/system-packages" in install
    assert "bin/system-packages" in files.text("bin/setup")


def test_image_installs_by_hash():
    installs = re.findall(r"pip install .*", files.text("Dockerfile"))
    assert installs == ["pip install --require-hashes -r /tmp/requirements.txt"]


# --- requirements -----------------------------------------------------------------------------

LOCKS = ("requirements", "requirements-dev", "requirements-bench")


@pytest.mark.parametrize("lock", [f"{name}.txt" for name in LOCKS])
def test_every_requirement_is_pinned_and_hashed(lock):
    entries = files.pinned(lock)
    assert [name for name in entries if "==" not in name] == []
    assert [name for name, rest in entries.items() if "--hash=sha256:" not in rest] == []


@pytest.mark.parametrize("name", [f"{name}.{end}" for name in LOCKS for end in ("in", "txt")])
def test_requirements_hold_no_address_and_no_option_of_a_registry(name):
    assert re.findall(r"://|--(?:extra-)?index|--find-links|--trusted-host", files.text(name)) == []


def test_tests_run_on_the_versions_that_the_portal_runs_on():
    runtime, development = files.pinned("requirements.txt"), files.pinned("requirements-dev.txt")
    assert {name: development.get(name) for name in runtime} == runtime


def test_yardsticks_run_beside_the_versions_that_the_tests_run_on():
    development, bench = (
        files.pinned("requirements-dev.txt"),
        files.pinned("requirements-bench.txt"),
    )
    both = development.keys() & bench.keys()
    assert {name: bench[name] for name in both} == {name: development[name] for name in both}


# --- gates ------------------------------------------------------------------------------------


def test_gates_watch_every_app():
    tools = files.pyproject()["tool"]
    watched = ["cxc_portal", *files.local_apps()]
    assert sorted(tools["importlinter"]["root_packages"]) == watched
    assert sorted(tools["coverage"]["run"]["source"]) == watched
    assert sorted(tools["mypy"]["files"]) == watched
    contracts = tools["importlinter"]["contracts"]
    containers = [contract["containers"] for contract in contracts if "containers" in contract]
    strangers = [c["forbidden_modules"] for c in contracts if c["type"] == "forbidden"]
    assert [sorted(names) for names in [*containers, *strangers]] == [files.local_apps()] * 2


@pytest.mark.parametrize("room", ["services", "scoring", "permissions", "workflows"])
def test_full_coverage_is_asked_of_every_room_that_decides(room):
    paths = [path.relative_to(files.ROOT) for app in files.local_apps() for path in _code(app)]
    in_room = {path for path in paths if room in path.with_suffix("").parts}
    watched = {path for path in paths if any(fnmatch(str(path), wanted) for wanted in ROOMS)}
    assert in_room
    assert in_room - watched == set()


def _code(app: str) -> list[Path]:
    return list((files.ROOT / app).rglob("*.py"))


def test_every_pull_passes_the_gates_that_a_user_runs():
    commands = [line for line in files.text(".ci/run").splitlines() if line.startswith("make")]
    assert commands == ["make lint", "make test"]
