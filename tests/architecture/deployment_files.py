"""What the deployment files say, read into plain values for test_deployment."""

import ast
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "cxc_portal" / "settings"
INTERPOLATED = re.compile(r"\$\{(\w+)")


def text(name: str) -> str:
    return (ROOT / name).read_text()


def compose() -> dict[str, Any]:
    return yaml.safe_load(text("docker-compose.yml"))


def pyproject() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))


def portal_services() -> dict[str, dict[str, Any]]:
    """The compose services that run this portal's own image."""
    return {n: s for n, s in compose()["services"].items() if s["image"] == "cxc-portal"}


def procfile() -> dict[str, str]:
    lines = [line.split(":", 1) for line in text("Procfile").splitlines() if line]
    return {name: command.strip() for name, command in lines}


def settings_variables(*files: str) -> set[str]:
    """The environment variables that the settings read: the first argument of each `env` call."""
    names = set()
    for file in files or [path.name for path in SETTINGS.glob("*.py")]:
        for node in ast.walk(ast.parse((SETTINGS / file).read_text())):
            if isinstance(node, ast.Call) and _is_env(node.func) and node.args:
                argument = node.args[0]
                if isinstance(argument, ast.Constant):
                    names.add(argument.value)
    return names | required_variables()


def _is_env(function: ast.expr) -> bool:
    name = function.value if isinstance(function, ast.Attribute) else function
    return isinstance(name, ast.Name) and name.id == "env"


def required_variables() -> set[str]:
    """What production refuses to start without: `_REQUIRED` in its settings."""
    for node in ast.parse((SETTINGS / "prod.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_REQUIRED":
            return set(ast.literal_eval(node.value))
    raise AssertionError("cxc_portal/settings/prod.py no longer says what it requires")


def env_example() -> dict[str, str]:
    """Name and value of every line, those commented out included."""
    return dict(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$", text(".env.example"), re.M))


def dockerfile_instructions(keyword: str) -> list[str]:
    """The arguments of each such instruction of the Dockerfile's last stage."""
    last_stage = re.split(r"^FROM .*$", text("Dockerfile"), flags=re.M)[-1]
    joined = last_stage.replace("\\\n", " ")
    return re.findall(rf"^{keyword} +(.*)$", joined, re.M)


def image_environment() -> dict[str, str]:
    """What the Dockerfile sets by ENV."""
    pairs = [pair for line in dockerfile_instructions("ENV") for pair in shlex.split(line)]
    return dict(pair.split("=", 1) for pair in pairs)


def image_sources() -> list[str]:
    """The paths that the image's last stage takes from the checkout."""
    lines = [line for line in dockerfile_instructions("COPY") if not line.startswith("--from")]
    return [source for line in lines for source in line.split()[:-1]]


def in_the_image(command: str) -> list[str]:
    """A command of the Procfile or of compose as the words that start the process in the image."""
    environment = image_environment()

    def value(match: re.Match[str]) -> str:
        return environment.get(match[1], match[2])

    return shlex.split(re.sub(r"\$\{(\w+):-([^}]*)\}", value, command.removeprefix("exec ")))


def pinned(name: str) -> dict[str, str]:
    """Each requirement of a lock with the rest of its entry (marker and hashes)."""
    entries = re.split(r"\n(?=\S)", text(name).replace("\\\n", " ").strip())
    return dict(re.split(r"\s+", entry, maxsplit=1) for entry in entries)


def local_apps() -> list[str]:
    """The portal's own top-level packages besides cxc_portal and tests."""
    return sorted(path.parent.name for path in ROOT.glob("*/apps.py"))
