"""The report of an import names what was not taken and why."""

from angarium.app.cli.importing.outcome import Outcome


def test_a_report_gives_totals_last_and_names_before() -> None:
    outcome = Outcome()
    outcome.take(["Inbox"])
    outcome.take(["Inbox", "Work"])
    outcome.skip("b.pst", "Outlook's own format", False)
    outcome.fail("c.eml", "no header field")
    assert list(outcome.lines()) == [
        "skipped b.pst: Outlook's own format",
        "failed c.eml: no header field",
        "into Inbox 2, Work 1",
        "taken 2, skipped 1, failed 1",
    ]


def test_many_skipped_for_one_reason_are_counted_unless_all_are_asked_for() -> None:
    brief, verbose = Outcome(), Outcome()
    for number in range(30):
        brief.skip(f"{number}.eml", "there", False)
        verbose.skip(f"{number}.eml", "there", True)
    assert "skipped 10 more: there (--verbose names each)" in list(brief.lines())
    assert len(list(brief.lines())) == 22
    assert len(list(verbose.lines())) == 31
