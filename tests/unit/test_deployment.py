"""The files that deploy Bowerbird: they lint, and every command, option and variable in them is one that this program has.

Not covered, since no container engine or cluster takes part: building the image, and running it under compose or Kubernetes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml

from bowerbird.cli import app
from bowerbird.domain.access.network import read_networks
from bowerbird.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
MANIFESTS = sorted(file.name for file in KUBERNETES.glob("*.yaml") if file.name != "kustomization.yaml")


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((KUBERNETES / name).read_text("utf-8")))


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return found


def containers() -> Iterator[dict[str, Any]]:
    for name in MANIFESTS:
        for document in documents(name):
            yield from document.get("spec", {}).get("template", {}).get("spec", {}).get("containers", ())


def our_services() -> list[dict[str, Any]]:
    return [service for service in compose()["services"].values() if service["image"].startswith("bowerbird")]


def command_lines() -> list[list[str]]:
    return [each["args"] for each in containers()] + [each["command"] for each in our_services()]


def variables() -> set[str]:
    named = {entry["name"] for container in containers() for entry in container.get("env", ())}
    named |= {name for file in MANIFESTS for document in documents(file) if document["kind"] == "ConfigMap" for name in document["data"]}
    named |= {name for service in our_services() for name in service["environment"]}
    return named


def envvars(command: Any) -> Iterator[str]:
    """The variables that options of a command and its subcommands are read from."""
    for parameter in command.params:
        yield from [parameter.envvar] if isinstance(parameter.envvar, str) else parameter.envvar or ()
    for each in getattr(command, "commands", {}).values():
        yield from envvars(each)


def test_the_image_is_written_as_it_should_be() -> None:
    linted = subprocess.run(
        [Path(sys.executable).parent / "hadolint", "--no-color", ROOT / "Dockerfile"], capture_output=True, check=False, text=True
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifests_are_of_their_kind(name: str) -> None:
    for document in documents(name):
        kubernetes_validate.validate(document, "1.37", strict=True)


def test_every_manifest_is_applied() -> None:
    assert sorted(yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text("utf-8"))["resources"]) == MANIFESTS


@pytest.mark.parametrize("line", command_lines(), ids=" ".join)
def test_commands_exist_with_their_options(line: list[str]) -> None:
    root: Any = typer.main.get_command(app)
    name, *options = line
    root.commands[name].make_context(name, options)  # refuses what the command does not know


def test_variables_are_settings() -> None:
    of_stores = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}  # as every program of that protocol reads them
    known = {PREFIX + field.name.upper() for field in fields(Settings)} | set(envvars(typer.main.get_command(app))) | of_stores
    assert variables()
    assert variables() <= known


def test_what_is_the_operators_alone_is_not_routed() -> None:
    """Longer prefixes of an ingress win: those two lead to a service that no pod is behind."""
    found = [document for name in MANIFESTS for document in documents(name)]
    (ingress,) = (each for each in found if each["kind"] == "Ingress")
    paths = {path["path"]: path["backend"]["service"]["name"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]}
    assert paths == {"/": "bowerbird", "/metrics": "bowerbird-not-routed", "/_bowerbird": "bowerbird-not-routed"}
    services = {each["metadata"]["name"]: each["spec"]["selector"] for each in found if each["kind"] == "Service"}
    pods = [each["spec"]["template"]["metadata"]["labels"] for each in found if "template" in each.get("spec", {})]
    for name, reached in (("bowerbird", 1), ("bowerbird-not-routed", 0)):
        assert sum(services[name].items() <= labels.items() for labels in pods) == reached


def test_proxies_are_trusted_and_no_wider_network_can_reach_the_servers() -> None:
    """Kubernetes: the policy lets the ingress controller alone in. Compose: the port is this machine's, seen as the gateway's."""
    (settings,) = (document for name in MANIFESTS for document in documents(name) if document["kind"] == "ConfigMap")
    assert read_networks(settings["data"]["BOWERBIRD_TRUSTED_PROXIES"])
    (policy,) = (document for name in MANIFESTS for document in documents(name) if document["kind"] == "NetworkPolicy")
    assert [list(rule["from"][0]) for rule in policy["spec"]["ingress"]] == [["namespaceSelector"]]
    (network,) = compose()["networks"]["default"]["ipam"]["config"]
    for service in our_services():
        assert service["environment"]["BOWERBIRD_TRUSTED_PROXIES"] == f"${{BOWERBIRD_TRUSTED_PROXIES:-{network['gateway']}}}"
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_secrets_are_never_written_down() -> None:
    """Each comes from a secret or from the operator's environment; none has a value in a file of this repository."""
    for service in our_services():
        assert service["environment"]["BOWERBIRD_MASTER_KEY"].startswith("${BOWERBIRD_MASTER_KEY:?")
    for container in containers():
        for entry in container["env"]:
            assert entry.keys() == {"name", "valueFrom"}, entry
