"""Writes what is generated from the code, or says what is stale: `python -m hack.generate`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from hack import argocd, calendars, charts, reference, traceability
from mandate.api.schema import crds

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Generated from operator/mandate/api by `make generate`; do not edit.\n"


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key and repeats a node instead of an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def to_yaml(document: object) -> str:
    """A document as YAML in the order of its keys, Chinese as it is."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file with its text."""
    for name, document in crds().items():
        yield ROOT / "crds" / name, HEADER + to_yaml(document)
    for path, document in charts.documents():
        yield path, charts.HEADER + to_yaml(document)
    yield from charts.texts()
    yield from argocd.texts()
    yield ROOT / "docs" / "reference" / "api.md", reference.api()
    yield ROOT / "docs" / "reference" / "settings.md", reference.settings()
    yield ROOT / "docs" / "reference" / "stages.md", reference.stages()
    yield ROOT / "examples" / "luan" / "calendar.yaml", calendars.calendar()
    yield ROOT / "docs" / "traceability.md", traceability.text()


def stale() -> list[Path]:
    """The generated files that differ from what the code says, and those nothing generates."""
    expected = dict(generated())
    differing = [
        path
        for path, text in expected.items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    folders = (ROOT / "crds", ROOT / "docs" / "reference", *charts.folders())
    orphans = [path for folder in folders for path in folder.glob("*") if path not in expected]
    return sorted(differing + orphans)


def main() -> int:
    """Writes the files; with `--check`, names the stale ones and fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if stale")
    if parser.parse_args().check:
        for path in stale():
            print(f"stale: {path.relative_to(ROOT)}; run `make generate`", file=sys.stderr)
        return 1 if stale() else 0
    for path, text in generated():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for path in stale():
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
