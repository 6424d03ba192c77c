"""What is reasonable to ask for: each figure included, one more is said with its numbers."""

import pytest

from mandate.api.meta import Json
from mandate.rules.checks import application_checks
from tests.unit.builders import agency, check, host, rules, spec

RULE = "(A14-sizing, article 14)"
# 4 cores, 8Gi, disks of 40Gi and 200Gi, each twice
HOSTS = [host(quantity=2)]
EXACT: Json = {
    "perHost": {"cpuCores": 4, "memory": "8Gi", "storage": "240Gi"},
    "perApplication": {"machines": 2, "cpuCores": 8, "memory": "16Gi", "storage": "480Gi"},
}


def found(sizing: Json) -> str:
    checks = application_checks(spec(hosts=HOSTS), agency(), rules(sizing=sizing))
    made = next(c for c in checks if c.type == "ReasonableSize")
    assert not made.blocking
    assert made.passed == (not made.message)
    return made.message


@pytest.mark.rule("A14-sizing")
def test_the_figures_themselves_are_reasonable() -> None:
    assert found(EXACT) == ""
    assert found({}) == ""
    assert found({"perHost": {}, "perApplication": {}}) == ""


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize(
    ("part", "figure", "message"),
    [
        ("perHost", {"cpuCores": 3}, "hosts[app] asks for cores 4, reasonable is 3"),
        ("perHost", {"memory": "8191Mi"}, "hosts[app] asks for memory 8Gi, reasonable is 8191Mi"),
        ("perHost", {"storage": "239Gi"}, "hosts[app] asks for storage 240Gi, reasonable is 239Gi"),
        ("perApplication", {"machines": 1}, "the application asks for machines 2, reasonable is 1"),
        ("perApplication", {"cpuCores": 7}, "the application asks for cores 8, reasonable is 7"),
        (
            "perApplication",
            {"memory": "15Gi"},
            "the application asks for memory 16Gi, reasonable is 15Gi",
        ),
        (
            "perApplication",
            {"storage": "479Gi"},
            "the application asks for storage 480Gi, reasonable is 479Gi",
        ),
    ],
)
def test_one_more_takes_an_opinion(part: str, figure: Json, message: str) -> None:
    assert found({part: EXACT[part] | figure}) == f"{message} {RULE}"


@pytest.mark.rule("A14-sizing")
def test_an_advisory_check_is_named_by_its_numbers_and_does_not_block() -> None:
    sizing = {"perHost": {"cpuCores": 1}, "perApplication": {"machines": 1}}
    checks = application_checks(spec(hosts=HOSTS), agency(), rules(sizing=sizing))
    message = (
        "hosts[app] asks for cores 4, reasonable is 1; "
        f"the application asks for machines 2, reasonable is 1 {RULE}"
    )
    assert check("ReasonableSize", passed=False, blocking=False, message=message) in checks
