"""What the program is made of: licences that may go with it, the list of its parts beside the wheel, and units as strict as they say.

Known vulnerabilities are not looked up here, since that needs data of today: `make vulnerable` asks OSV, and says where it cannot.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_deployment import MANIFESTS, compose, documents, our_services

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "systemd" / "bowerbird.service"
_UV = Path(sys.executable).parent / "uv"

ALLOWED = re.compile(
    r"MIT(-0|-CMU)?|BSD(-[23]-Clause)?( License)?|Apache(-2\.0| Software License)|ISC|PSF-2\.0|MPL-2\.0|Mozilla Public|Unlicense"
)
SHARED_LIBRARIES = {
    "psycopg": "LGPL-3.0-only: imported as it is, and replaceable by its user",
    "psycopg-binary": "as psycopg",
    "psycopg-pool": "as psycopg",
    "fints": "LGPL-3.0-or-later: of the extra `fints`, imported as it is",
    "enum-tools": "LGPL-3.0-or-later: fints imports it as it is",
    "python-stdnum": "LGPL-2.1-or-later: imported as it is",
}
"""Under the Lesser GPL, which lets a program import them without being under it itself."""
OTHERWISE = {
    "text-unidecode": "Artistic License or GPL, as its user chooses: used under the Artistic License, by fints",
    "pypdfium2": "BSD-3-Clause and Apache-2.0, with the licences of PDFium beside them",
}


@cache
def bill() -> dict[str, Any]:
    """The CycloneDX list of the program's parts, as `make wheel` writes it: of the lock, with the extras, without what builds or tests."""
    command = [str(_UV), "export", "--format", "cyclonedx1.5", "--frozen", "--no-default-groups", "--all-extras", "--quiet"]
    written = subprocess.run([*command, "--preview-features", "sbom-export"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    found: dict[str, Any] = json.loads(written)
    return found


def parts() -> list[str]:
    return sorted({part["name"] for part in bill()["components"]} - {"bowerbird"})


def licence_of(name: str) -> str:
    """As its package says; empty for one that this platform does not install."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    classified = [text.rpartition(" :: ")[2] for text in about.get_all("Classifier") or [] if text.startswith("License ::")]
    return about["License-Expression"] or ", ".join(classified) or about["License"] or "none"


def test_every_part_has_a_licence_that_may_go_with_the_program() -> None:
    wrong = {}
    for name in parts():
        licence = licence_of(name)
        if licence and not ALLOWED.search(licence) and name not in SHARED_LIBRARIES | OTHERWISE:
            wrong[name] = licence
        if re.search(r"\bA?GPL", licence.replace("LGPL", "")) and name not in OTHERWISE:
            wrong[name] = licence
    assert not wrong, "ask before adding a part under another licence; never one under the GPL or AGPL"


def test_exceptions_are_still_parts() -> None:
    assert SHARED_LIBRARIES.keys() | OTHERWISE.keys() <= set(parts())


def test_the_bill_names_every_part_with_its_version_and_hash() -> None:
    assert bill()["bomFormat"] == "CycloneDX"
    assert len(parts()) > 40
    assert {"pyotp", "segno", "zxcvbn", "sqlalchemy"} <= set(parts())
    for part in bill()["components"]:
        if part["name"] != "bowerbird":
            assert part["purl"].startswith("pkg:pypi/"), part
            hashes = [each for reference in part["externalReferences"] for each in reference.get("hashes", ())]
            assert hashes, part["name"]
            assert {each["alg"] for each in hashes} == {"SHA-256"}


# ── systemd ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

STRICT = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes", "ProtectKernelModules": "yes", "ProtectKernelLogs": "yes", "ProtectControlGroups": "yes",
    "ProtectClock": "yes", "CapabilityBoundingSet": "", "RestrictSUIDSGID": "yes", "LockPersonality": "yes", "DynamicUser": "yes",
    "UMask": "0077", "LimitCORE": "0", "StateDirectoryMode": "0700", "SystemCallArchitectures": "native",
}  # fmt: skip


def directives() -> dict[str, str]:
    lines = (line.partition("=") for line in UNIT.read_text("utf-8").splitlines() if line[:1].isalpha())
    return {name: value for name, _, value in lines}


def test_the_unit_confines_the_server() -> None:
    found = directives()
    assert {name: found.get(name) for name in STRICT} == STRICT
    assert "/var/lib/bowerbird" in found["ExecStart"], "what StateDirectory makes is the one place to write to"
    assert found["StateDirectory"] == "bowerbird"


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here: the unit's directives are checked, not its syntax"
)
def test_systemd_accepts_the_unit_and_calls_it_well_confined(tmp_path: Path) -> None:
    file = tmp_path / "bowerbird.service"
    file.write_text(UNIT.read_text("utf-8").replace("/srv/bowerbird/bin/bowerbird", "/bin/true"))
    verified = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, check=False, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=25", str(file)]  # of 100, the most exposed
    outcome = subprocess.run(judged, capture_output=True, check=False, text=True)
    assert outcome.returncode == 0, outcome.stdout[-300:]


# ── The image and what runs it ───────────────────────────────────────────────────────────────────────────────────────────────


def pods() -> list[dict[str, Any]]:
    found = [document for name in MANIFESTS for document in documents(name)]
    return [each["spec"]["template"]["spec"] for each in found if "template" in each.get("spec", {})]


def test_the_image_runs_as_a_user_that_owns_nothing() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    last_stage = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM")) :]
    assert "USER 10001" in last_stage
    assert not any(line.startswith("USER") and line != "USER 10001" for line in last_stage)
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)


def test_pods_are_confined() -> None:
    assert len(pods()) == 3
    (namespace,) = (each for name in MANIFESTS for each in documents(name) if each["kind"] == "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for pod in pods():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"] == {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}}
        for container in pod["containers"]:
            own = container["securityContext"]
            assert own == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
            assert "memory" in container["resources"]["limits"]


def test_pods_that_stay_are_probed() -> None:
    probed = [pod for pod in pods() if pod.get("restartPolicy") != "OnFailure"]
    assert len(probed) == 2
    for pod in probed:
        for container in pod["containers"]:
            paths = {name: container[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
            assert paths == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}


def test_services_of_compose_are_confined() -> None:
    assert len(our_services()) == 3
    for service in our_services():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert compose()["services"]["serve"]["ports"] == ["127.0.0.1:8000:8000"]
