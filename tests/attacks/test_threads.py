"""Message-IDs and References made to collide, to loop, and to gather everything into one thread."""

from tests.attacks.ground import Ground

MOST = 200


def message(identifier: str, references: str = "", subject: str = "same", reply: str = "") -> bytes:
    lines = [f"Subject: {subject}", "From: a@example.com", f"Message-ID: {identifier}"]
    lines += [f"References: {references}"] if references else []
    lines += [f"In-Reply-To: {reply}"] if reply else []
    return ("\r\n".join(lines) + "\r\n\r\ntext\r\n").encode()


def threads(land: Ground) -> dict[str, list[str]]:
    """Emails by thread, as Email and as Thread tell it, which must agree."""
    emails = land.engine.call(land.user, "Email/get", {"ids": None, "properties": ["threadId"]})["list"]
    found: dict[str, list[str]] = {}
    for email in emails:
        found.setdefault(email["threadId"], []).append(email["id"])
    ids = list(found)
    for start in range(0, len(ids), 500):
        for thread in land.engine.call(land.user, "Thread/get", {"ids": ids[start : start + 500]})["list"]:
            assert sorted(thread["emailIds"]) == sorted(found[thread["id"]])
    return found


def test_a_thread_splits_before_it_gets_too_long(land: Ground) -> None:
    before = set(threads(land))
    for number in range(MOST + 60):
        land.imported(message(f"<{number}@flood.example>", "<root@flood.example>", "flood"))
    added = {thread: emails for thread, emails in threads(land).items() if thread not in before}
    assert sum(map(len, added.values())) == MOST + 60
    assert max(map(len, added.values())) <= MOST
    assert len(added) <= 5


def test_references_in_a_loop_and_to_itself_end(land: Ground) -> None:
    for one, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "d")):
        land.imported(message(f"<{one}@loop.example>", f"<{other}@loop.example>", "loop", f"<{other}@loop.example>"))
    threads(land)


def test_thousands_of_references_are_taken_without_joining_what_is_far(land: Ground) -> None:
    many = " ".join(f"<r{number}@many.example>" for number in range(20_000))
    made = land.imported(message("<many@many.example>", many, "many"))
    for number in range(0, 20_000, 1_000):
        land.imported(message(f"<r{number}@many.example>", "", "many"))
    found = threads(land)
    assert len(found[land.engine.call(land.user, "Email/get", {"ids": [made["id"]]})["list"][0]["threadId"]]) <= 51


def test_one_message_cannot_pull_others_threads_together_past_the_limit(land: Ground) -> None:
    for group in range(3):
        for number in range(90):
            land.imported(message(f"<{group}-{number}@pull.example>", f"<root{group}@pull.example>", "pull"))
    land.imported(
        message("<bridge@pull.example>", "<root0@pull.example> <root1@pull.example> <root2@pull.example>", "pull")
    )
    assert max(map(len, threads(land).values())) <= MOST


def test_the_same_message_id_on_everything_is_no_danger(land: Ground) -> None:
    for number in range(40):
        land.imported(message("<same@dup.example>", "", f"subject {number}"))
    found = threads(land)
    assert max(map(len, found.values())) <= MOST


def test_ids_that_are_no_ids_join_nothing_with_nothing(land: Ground) -> None:
    made = [
        land.imported(message(identifier, identifier, f"odd {number}"))
        for number, identifier in enumerate(
            ["", "<>", "< >", "<@>", "<" * 500, "<\x00>", "<" + "x" * 100_000 + "@y>", "\ufffd"]
        )
    ]
    assert len({email["threadId"] for email in made}) == len(made)


def test_capitals_in_a_message_id_make_another_id(land: Ground) -> None:
    first = land.imported(message("<Case@case.example>", "", "case"))
    second = land.imported(message("<reply@case.example>", "<case@case.example>", "case"))
    assert first["threadId"] != second["threadId"]
