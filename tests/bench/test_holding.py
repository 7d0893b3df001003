"""What holds the writer is asked for beside a change that is answered all the time."""

from pathlib import Path

from bench.corpus import BLOCK, Corpus
from bench.holding import declared, measure


def test_every_job_runs_beside_the_change_and_has_its_row(tmp_path: Path, corpus: Corpus) -> None:
    measured = measure(tmp_path, BLOCK, lambda _: None)
    jobs = declared(corpus, tmp_path, BLOCK)
    assert [each.job for each in measured] == ["nothing", *(job.name for job in jobs)]
    assert all(each.longest > 0 and each.cpu > 0 and each.alone > 0 for each in measured)
    assert all(each.slices for each in measured[1:])
    assert [each.name for each in tmp_path.iterdir() if each.suffix not in (".log", "")] == []


def test_jobs_are_as_large_as_a_call_and_the_store_allow(corpus: Corpus) -> None:
    def names(messages: int) -> list[str]:
        return [job.name for job in declared(corpus, Path(), messages)]

    assert {"500 moves", "a mailbox of 10,000 goes with its emails"} <= set(names(10_000))
    assert {"200 moves", "a mailbox of 200 goes with its emails"} <= set(names(200))
    assert len(set(names(200))) == len(names(200))
