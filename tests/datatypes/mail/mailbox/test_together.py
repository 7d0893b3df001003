"""Whatever is asked of Mailbox/set at once, the forest stays valid and what was accepted holds (RFC 8621 §2, §2.5)."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.datatypes.mail.desk import Desk

KEYS = range(6)
names = st.sampled_from("abc")
parents = st.one_of(st.none(), st.sampled_from(KEYS))
roles = st.sampled_from([None, None, "junk", "sent", "archive"])
patches = st.fixed_dictionaries({}, optional={"name": names, "parentId": parents, "role": roles})
batches = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(KEYS), patches, max_size=6), st.lists(st.sampled_from(KEYS), max_size=2)),
    max_size=4,
)


def check(boxes: dict[str, dict[str, Any]]) -> None:
    places = [(box["parentId"], box["name"]) for box in boxes.values()]
    assert len(places) == len(set(places))
    held = [box["role"] for box in boxes.values() if box["role"]]
    assert len(held) == len(set(held))
    for box in boxes.values():
        above, parent = 0, box["parentId"]
        while parent is not None:
            assert parent in boxes
            above += 1
            assert above < 10
            parent = boxes[parent]["parentId"]


def forest(ann: Desk) -> dict[str, dict[str, Any]]:
    properties = ["name", "parentId", "role"]
    return {box["id"]: box for box in ann.call("Mailbox/get", ids=None, properties=properties)["list"]}


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(batches)
def test_the_forest_stays_valid_and_accepted_changes_hold(
    ann: Desk, batches: list[tuple[dict[int, dict[str, Any]], list[int]]]
) -> None:
    before = forest(ann)
    while before:  # leaves first, whatever the last example left
        parents = {box["parentId"] for box in before.values()}
        ann.call("Mailbox/set", destroy=[box for box in before if box not in parents])
        before = forest(ann)
    ids = {key: ann.new_box(f"start{key}") for key in KEYS}
    for updates, destroys in batches:
        before = forest(ann)
        asked = {
            ids[key]: {
                name: ids.get(value) if name == "parentId" and value is not None else value
                for name, value in patch.items()
            }
            for key, patch in updates.items()
        }
        answer = ann.call("Mailbox/set", update=asked, destroy=[ids[key] for key in destroys])
        after = forest(ann)
        check(after)
        updated, destroyed = answer["updated"] or {}, answer["destroyed"] or []
        for box, was in before.items():
            if box in destroyed:
                assert box not in after
            elif box in updated:
                assert after[box] == was | asked[box]
            else:
                assert after[box] == was
