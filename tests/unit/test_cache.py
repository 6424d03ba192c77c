"""The cache: what was last seen of an object, and nothing older."""

import pytest

from mandate.api.meta import Json
from mandate.runtime.cache import Cache, Key, WentBackError, version_of

KEY = Key("CloudApplication", "agency-a", "portal")


def seen(version: int, name: str = "portal", namespace: str = "agency-a") -> Json:
    metadata = {"name": name, "namespace": namespace, "resourceVersion": str(version)}
    return {"kind": "CloudApplication", "metadata": metadata}


def law(version: int) -> Json:
    metadata = {"name": "luan", "resourceVersion": str(version)}
    return {"kind": "GovernancePolicy", "metadata": metadata}


def cache_of(*objects: Json) -> Cache:
    cache = Cache()
    for raw in objects:
        cache.put(raw)
    return cache


def test_a_key_is_kind_namespace_and_name() -> None:
    assert Key.of(seen(1)) == KEY
    assert Key.of(law(1)) == Key("GovernancePolicy", "", "luan")


def test_versions_are_compared_as_numbers() -> None:
    assert version_of(seen(9)) < version_of(seen(10))


@pytest.mark.rule("X-level")
@pytest.mark.parametrize(
    ("versions", "last"),
    [([1, 2], 2), ([2, 1], 2), ([9, 10], 10), ([10, 9], 10), ([3, 3], 3)],
    ids=str,
)
def test_the_latest_state_is_kept_in_whatever_order_it_comes(
    versions: list[int], last: int
) -> None:
    assert cache_of(*(seen(v) for v in versions)).get(KEY) == seen(last)


def test_what_was_never_seen_is_not_there() -> None:
    assert cache_of(seen(1, "other")).get(KEY) is None


@pytest.mark.parametrize(
    ("known", "dropped", "gone"),
    [(5, 6, True), (5, 5, True), (7, 6, False), (10, 9, False)],
    ids=["deleted", "as-last-seen", "made-again", "made-again-by-number"],
)
def test_a_deletion_counts_unless_a_later_object_is_known(
    known: int, dropped: int, gone: bool
) -> None:
    cache = cache_of(seen(known))
    cache.drop(seen(dropped))
    assert (cache.get(KEY) is None) is gone


def test_dropping_what_is_not_there_is_no_error() -> None:
    cache = cache_of(law(1))
    cache.drop(seen(1))
    assert list(cache.of_kind("GovernancePolicy")) == [law(1)]


def test_objects_are_found_by_kind_and_namespace() -> None:
    cache = cache_of(seen(1), seen(2, "other", "agency-b"), law(3))
    assert list(cache.of_kind("CloudApplication")) == [seen(1), seen(2, "other", "agency-b")]
    assert list(cache.of_kind("CloudApplication", "agency-b")) == [seen(2, "other", "agency-b")]
    assert list(cache.of_kind("GovernancePolicy", "")) == [law(3)]


@pytest.mark.rule("X-level")
def test_a_full_list_brings_what_was_missed_and_drops_what_went() -> None:
    cache = cache_of(seen(1, "gone"), seen(2, "old"), law(3))
    news = cache.replace("CloudApplication", [seen(5, "old"), seen(6, "new")], version=8)
    assert [k.name for k in news] == ["old", "new", "gone"]
    assert list(cache.of_kind("CloudApplication")) == [seen(5, "old"), seen(6, "new")]
    assert list(cache.of_kind("GovernancePolicy")) == [law(3)]


@pytest.mark.rule("X-level")
def test_what_is_newer_than_the_list_stays() -> None:
    cache = cache_of(seen(9, "made since"), seen(10, "edited since"))
    cache.replace("CloudApplication", [seen(3, "edited since")], version=8)
    assert list(cache.of_kind("CloudApplication")) == [
        seen(9, "made since"),
        seen(10, "edited since"),
    ]


def test_an_empty_list_empties_its_kind() -> None:
    cache = cache_of(seen(1), law(1))
    assert cache.replace("CloudApplication", [], version=1) == [KEY]
    assert cache.get(KEY) is None
    assert cache.get(Key("GovernancePolicy", "", "luan")) == law(1)


@pytest.mark.rule("X-level")
def test_a_deleted_object_does_not_come_back_by_an_older_list() -> None:
    # the list was answered, then the watch said it is gone, then the list is taken over
    cache = cache_of(seen(5))
    cache.drop(seen(6))
    cache.replace("CloudApplication", [seen(5)], 5)
    assert cache.get(KEY) is None
    cache.put(seen(7))
    assert cache.get(KEY) == seen(7)


def test_a_deletion_is_forgotten_once_a_later_list_has_come() -> None:
    cache = cache_of(seen(5))
    cache.drop(seen(6))
    cache.replace("CloudApplication", [], 8)
    cache.put(seen(1))  # a server that was restored from a backup counts anew
    assert cache.get(KEY) == seen(1)


@pytest.mark.rule("X-level")
def test_a_list_brings_news_of_what_changed_only() -> None:
    cache = Cache()
    before = [seen(1, "same"), seen(2, "edited")]
    assert len(cache.replace("CloudApplication", before, version=3)) == 2
    news = cache.replace("CloudApplication", [seen(1, "same"), seen(5, "edited")], version=6)
    assert [k.name for k in news] == ["edited"]
    assert cache.replace("CloudApplication", [seen(1, "same"), seen(5, "edited")], 7) == []


@pytest.mark.rule("X-level")
def test_a_watch_that_starts_anew_brings_no_news_of_what_is_known() -> None:
    cache = Cache()
    assert [cache.observe(seen(v)) for v in (5, 5, 4, 6)] == [True, False, False, True]
    assert cache.get(KEY) == seen(6)


@pytest.mark.rule("X-level")
def test_what_the_operator_wrote_is_news_when_the_api_server_tells_of_it() -> None:
    # others depend on it: an agency that became ready opens its applications
    cache = Cache()
    cache.observe(seen(5))
    cache.put(seen(6))
    assert cache.observe(seen(6))


@pytest.mark.rule("X-level")
def test_what_is_made_again_under_its_name_is_news() -> None:
    cache = Cache()
    cache.observe(seen(5))
    cache.drop(seen(6))
    assert not cache.observe(seen(5))
    assert cache.get(KEY) is None
    assert cache.observe(seen(7))
    assert cache.get(KEY) == seen(7)


def about(name: str, application: str, version: int = 1) -> Json:
    raw = seen(version, name) | {"kind": "LaunchRequest"}
    return raw | {"spec": {"applicationRef": {"name": application, "uid": "u"}}}


def named(cache: Cache) -> list[str]:
    return sorted(raw["metadata"]["name"] for raw in cache.about(KEY))


@pytest.mark.rule("X-level")
def test_requests_are_found_by_the_application_they_name() -> None:
    elsewhere = about("there", "portal")
    elsewhere["metadata"]["namespace"] = "agency-b"
    cache = cache_of(about("a", "portal"), about("b", "portal"), about("c", "meter"), elsewhere)
    assert named(cache) == ["a", "b"]
    cache.put(about("b", "meter", 2))  # edited before it was decided on
    assert named(cache) == ["a"]
    cache.put(about("c", "portal", 2))
    cache.drop(about("a", "portal", 2))
    assert named(cache) == ["c"]
    cache.replace("LaunchRequest", [], 9)
    assert named(cache) == []


@pytest.mark.rule("X-level")
def test_a_list_of_an_earlier_past_is_told_from_a_late_one() -> None:
    """A list is of the newest there is: none is older than the one before."""
    cache = Cache()
    cache.replace("CloudApplication", [seen(5)], 20)
    cache.replace("GovernancePolicy", [law(3)], 12)
    with pytest.raises(
        WentBackError, match=r"CloudApplication went back from .* 20 to 19: etcd was"
    ):
        cache.replace("CloudApplication", [seen(5)], 19)


@pytest.mark.rule("X-level")
def test_an_object_that_a_newer_list_shows_as_it_was_before_is_of_another_past() -> None:
    """As after a restore with --bump-revision, which leaves the objects' own versions behind."""
    cache = cache_of(seen(8))
    with pytest.raises(WentBackError, match="portal went back from resource version 8 to 5"):
        cache.replace("CloudApplication", [seen(5)], 1000)


@pytest.mark.rule("X-level")
def test_what_was_written_while_a_list_was_on_its_way_is_no_other_past() -> None:
    cache = cache_of(seen(8))
    cache.replace("CloudApplication", [seen(5)], 7)
    assert cache.get(KEY) == seen(8)


def numbered(version: int, uid: str) -> Json:
    raw = seen(version)
    return raw | {"metadata": raw["metadata"] | {"uid": uid}}


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize("way", ["deleted", "not-listed", "replaced"])
def test_the_last_state_of_what_went_is_kept_until_somebody_took_note(way: str) -> None:
    cache = Cache(remembered=["CloudApplication"])
    cache.put(numbered(5, "u-1"))
    cache.put(numbered(6, "u-1"))
    assert cache.gone(KEY) == []
    if way == "deleted":
        cache.drop(numbered(7, "u-1"))
    elif way == "not-listed":
        cache.replace("CloudApplication", [], 8)
    else:
        cache.put(numbered(9, "u-2"))
    expected = numbered(7 if way == "deleted" else 6, "u-1")
    assert (cache.gone(KEY), cache.last("u-1")) == ([expected], expected)
    cache.forget("u-1")
    assert (cache.gone(KEY), cache.last("u-1")) == ([], None)


def test_what_nobody_will_take_note_of_is_not_kept() -> None:
    cache = Cache(remembered=["Agency"])
    cache.put(numbered(5, "u-1"))
    cache.drop(numbered(5, "u-1"))
    assert cache.gone(KEY) == []
