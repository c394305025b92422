"""docker-compose.yml and the CI workflow are valid, complete, and carry no password."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = files("check_jsonschema") / "builtin_schemas" / "vendor"  # as published by compose-spec and SchemaStore
OWN = {"migrate", "web", "worker", "beat"}
SERVERS = {"postgres", "valkey"}
ODOO = {"odoo", "odoo-postgres"}
RABBITMQ = {"rabbitmq"}
METRICS = {"prometheus", "grafana"}
OF_A_PROFILE = {"ODOO_DB_PASSWORD", "RABBITMQ_PASSWORD"}  # Compose would ask for them in every profile


def load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


def validate(document: Any, schema: str) -> None:
    jsonschema.validate(document, json.loads((SCHEMAS / schema).read_text()))


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = load("docker-compose.yml")["services"]
    return found


def test_the_compose_file_follows_the_compose_specification() -> None:
    validate(load("docker-compose.yml"), "compose-spec.json")


def test_the_schema_refuses_what_compose_does_not_know() -> None:
    document = load("docker-compose.yml")
    document["services"]["web"]["helthcheck"] = {}

    with pytest.raises(jsonschema.ValidationError, match="helthcheck"):
        validate(document, "compose-spec.json")


def test_it_runs_our_processes_and_what_they_need(services: dict[str, Any]) -> None:
    assert set(services) == OWN | SERVERS | ODOO | RABBITMQ | METRICS
    assert {name for name, service in services.items() if service.get("profiles") == ["odoo"]} == ODOO
    assert services["odoo"]["image"] == "odoo:18"
    assert services["rabbitmq"]["profiles"] == ["rabbitmq"]


def test_rabbitmq_is_waited_for_where_it_runs_and_not_missed_elsewhere(services: dict[str, Any]) -> None:
    for name in OWN - {"migrate"}:
        assert services[name]["depends_on"]["rabbitmq"] == {"condition": "service_healthy", "required": False}
        assert services[name]["environment"]["BROKER_URL"] == "${BROKER_URL:-}"


def test_the_monitor_is_a_profile_of_pinned_images_that_gets_its_secrets_as_files(services: dict[str, Any]) -> None:
    document = load("docker-compose.yml")
    assert {name for name, service in services.items() if service.get("profiles") == ["metrics"]} == METRICS
    for name in METRICS:
        assert re.fullmatch(r"\w+/\w+:v?\d+\.\d+\.\d+", services[name]["image"])
    assert {name: secret["environment"] for name, secret in document["secrets"].items()} == {
        "metrics_token": "METRICS_TOKEN", "grafana_password": "GRAFANA_PASSWORD",
    }  # fmt: skip
    assert services["prometheus"]["secrets"] == ["metrics_token"]
    assert services["grafana"]["secrets"] == ["grafana_password"]


def test_what_the_monitor_asks_for_is_a_host_that_is_answered(services: dict[str, Any]) -> None:
    [job] = load("deploy/prometheus/prometheus.yml")["scrape_configs"]
    [target] = job["static_configs"][0]["targets"]
    assert target == "web:8000"
    assert "web" in services["web"]["environment"]["ALLOWED_HOSTS"].split(",")
    assert job["authorization"]["credentials_file"] == "/run/secrets/metrics_token"


def test_nothing_of_ours_starts_before_the_migration_has_ended(services: dict[str, Any]) -> None:
    for name in OWN - {"migrate"}:
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_whatever_serves_others_is_health_checked(services: dict[str, Any]) -> None:
    checked = {name for name, service in services.items() if "test" in service.get("healthcheck", {})}

    assert checked == {"web", "worker", "beat"} | SERVERS | ODOO | RABBITMQ | METRICS


def test_workers_and_beats_are_asked_for_signs_of_life_and_started_anew(services: dict[str, Any]) -> None:
    for name in ("worker", "beat"):
        assert services[name]["healthcheck"]["test"] == ["CMD", "python", "manage.py", "alive", name]
        assert services[name]["restart"] == "unless-stopped"


def test_every_secret_comes_from_the_environment_without_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    used = re.findall(r"\$\{(\w*(?:PASSWORD|KEY)\w*)(:[-?])([^}]*)\}", text)

    assert {name for name, *_ in used} == {
        "POSTGRES_PASSWORD", "VALKEY_PASSWORD", "SECRET_KEY", "FIELD_KEYS", "ODOO_DB_PASSWORD",
        "RABBITMQ_PASSWORD",
    }  # fmt: skip
    for name, operator, value in used:
        assert (operator, bool(value)) == ((":-", False) if name in OF_A_PROFILE else (":?", True)), name


def test_only_loopback_is_published(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]

    assert len(ports) == 4
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_our_image_runs_as_an_ordinary_user_and_installs_by_hash() -> None:
    lines = (ROOT / "Dockerfile").read_text()

    assert re.findall(r"^USER (\w+)$", lines, re.M) == ["crossdock"]
    assert "--require-hashes" in lines


def test_the_ci_workflow_is_one() -> None:
    validate(load(".github/workflows/ci.yml"), "github-workflows.json")
