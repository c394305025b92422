"""Files of configuration that cannot be read say where and why."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from integration.jobs.tree import files, shape
from integration.jobs.tree.wrong import Wrong

DOCS = Path(__file__).parents[3] / "docs" / "reference" / "configuration.schema.json"
RULE = "version: 1\nrules:\n- kind: over_percent\n"


@pytest.fixture
def load(tmp_path):
    def load(text: str | bytes):
        file = tmp_path / "site.yaml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return files.load(file)

    return load


def test_values_are_what_they_look_like_to_a_person(load):
    pages = "places: []\ntracking_pages:\n- {carrier: no, url: 07:00}\n"
    tree = load(f"version: 1\n{pages}rules:\n- {{kind: over_units, value: 0.1}}\n")
    assert tree["tracking_pages"] == [{"carrier": "no", "url": "07:00"}]
    assert tree["rules"] == [{"kind": "over_units", "value": Decimal("0.1")}]
    assert tree["places"] == []


def test_what_is_written_is_read_as_the_same(load):
    rows = {
        "tracking_pages": [{"carrier": text, "url": "x"} for text in ("true", "1", "1.5", "null", "~", "=", "07:00")]
    }
    assert load(files.dump(rows)) == rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nrules:\n  - {", "is no YAML that can be read: line 4: did not find expected node content"),
        ("version: 1\nversion: 1\n", "is no YAML that can be read: line 2: version stands twice"),
        ("version: 1\nplaces: &a []\ncut_offs: *a\n", "line 3: write it out: anchors are not read"),
        ("- 1", "It has to begin with version: 1, and its sections follow."),
        ("rules: []", "- at the top: 'version' is a required property"),
        ("version: 2", "- version: 1 was expected"),
        (
            "version: 1\nrule: []",
            "- at the top: 'rule' was not known; known are version, connections, days_off, warehouses",
        ),
        (RULE + "  valeu: 1", "- rules, row 1 (over_percent): 'valeu' was not known; known are kind, warehouse, sku"),
        (RULE + "  value: many", "- rules, row 1 (over_percent), value: 'many' is not of type 'number'"),
        ("version: 1\nrules:\n- kind: over", "- rules, row 1 (over), kind: 'over' is none of 'allow_fraction', "),
        ("version: 1\nrules: [5]", "- rules, row 1: 5 is not of type 'object'"),
        ('version: 1\ncut_offs:\n- {warehouse: a, time: "7"}', "'7' is no time of the day, such as \"07:00\""),
        (b"version: 1\nrules: \xff", "is not in UTF-8."),
        ("version: 1\nplaces: !!python/object/apply:os.system [id]", "could not determine a constructor"),
    ],
)
def test_a_fault_is_said_with_its_place(load, text, said):
    with pytest.raises(Wrong) as wrong:
        load(text)
    assert said in str(wrong.value)


def test_only_the_first_faults_are_listed(load):
    with pytest.raises(Wrong, match=r"\.\.\. and 15 more$"):
        load("version: 1\nrules:\n" + "- {kind: x}\n" * 25)


def test_a_folder_without_a_file_is_said(tmp_path):
    with pytest.raises(Wrong, match=r"There is no file that ends in \.yaml or \.yml in"):
        files.load(tmp_path)


def test_the_schema_in_the_docs_is_the_one_that_is_used():
    assert json.loads(DOCS.read_text()) == shape.schema()
