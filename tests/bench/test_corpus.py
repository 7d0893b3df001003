import email
import email.policy
from collections import Counter
from email.message import EmailMessage
from itertools import islice, pairwise

import pytest
from bench.corpus import (
    BLOCK,
    COMMON_SHARE,
    FREQUENT,
    KEYWORDS,
    MAILBOXES,
    RARE_AT,
    SHAPES,
    SPACING,
    THREADS,
    Corpus,
    Message,
    expected_in,
)
from bench.vocabulary import COMMON_WORD, RARE_WORD

_COUNT = 600


@pytest.fixture(scope="module")
def messages(corpus: Corpus) -> list[Message]:
    return list(corpus.messages(_COUNT))


@pytest.fixture(scope="module")
def parsed(messages: list[Message]) -> list[EmailMessage]:
    return [email.message_from_bytes(message.raw, policy=email.policy.default) for message in messages]


def _text(message: EmailMessage) -> str:
    return "\n".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")


def test_same_seed_gives_the_same_octets_and_another_seed_does_not(messages: list[Message]) -> None:
    assert list(Corpus().messages(BLOCK)) == messages[:BLOCK]
    assert next(Corpus(seed=1).messages(BLOCK)).raw != messages[0].raw


def test_a_larger_corpus_begins_with_the_smaller_one(corpus: Corpus, messages: list[Message]) -> None:
    assert list(corpus.messages(3 * BLOCK, start=2 * BLOCK)) == messages[2 * BLOCK : 3 * BLOCK]


def test_messages_are_made_one_at_a_time(corpus: Corpus) -> None:
    assert len(list(islice(corpus.messages(10**9), 3))) == 3


def test_a_count_that_is_no_whole_block_is_refused(corpus: Corpus) -> None:
    with pytest.raises(ValueError, match="blocks of 100"):
        next(corpus.messages(150))


def test_shares_of_mailboxes_and_keywords_are_exact_in_every_block(messages: list[Message]) -> None:
    for start in range(0, _COUNT, BLOCK):
        block = messages[start : start + BLOCK]
        assert Counter(message.mailbox for message in block) == MAILBOXES
        assert Counter(keyword for message in block for keyword in message.keywords) == KEYWORDS


def test_expected_counts_are_those_of_the_messages(messages: list[Message]) -> None:
    assert sum(message.mailbox == "Inbox" for message in messages) == expected_in("Inbox", _COUNT) == 360


def test_every_trait_is_dealt_by_itself(messages: list[Message]) -> None:
    unread_in = {message.mailbox for message in messages if "$seen" not in message.keywords}
    assert len(unread_in) > 3


def test_every_message_is_valid_mime_with_crlf_and_short_lines(
    messages: list[Message], parsed: list[EmailMessage]
) -> None:
    for message, tree in zip(messages, parsed, strict=True):
        assert not [defect for part in tree.walk() for defect in part.defects], message.number
        assert b"\n" not in message.raw.replace(b"\r\n", b"")
        assert max(map(len, message.raw.split(b"\r\n"))) <= 998


def test_headers_name_one_author_one_reader_and_a_unique_id(parsed: list[EmailMessage]) -> None:
    assert all(len(tree["From"].addresses) == len(tree["To"].addresses) == 1 for tree in parsed)
    assert len({tree["Message-ID"] for tree in parsed}) == _COUNT


def test_the_rare_word_is_in_one_message_only(parsed: list[EmailMessage]) -> None:
    assert [at for at, tree in enumerate(parsed) if RARE_WORD in _text(tree)] == [RARE_AT]


def test_the_common_word_is_in_its_share_of_the_messages(parsed: list[EmailMessage]) -> None:
    assert sum(COMMON_WORD in _text(tree) for tree in parsed) == _COUNT * COMMON_SHARE // 100


def test_the_frequent_author_writes_one_message_of_each_hundred(parsed: list[EmailMessage]) -> None:
    assert sum(tree["From"].addresses[0].addr_spec == FREQUENT.address for tree in parsed) == _COUNT // 100


def test_threads_have_the_declared_sizes_and_one_subject_each(parsed: list[EmailMessage]) -> None:
    roots = [tree["References"].split()[0] if tree["References"] else tree["Message-ID"] for tree in parsed]
    sizes = Counter(Counter(roots).values())
    assert sizes == {size: count * _COUNT // BLOCK for size, count in THREADS.items()}
    subjects = {(root, tree["Subject"].removeprefix("Re: ")) for root, tree in zip(roots, parsed, strict=True)}
    assert len(subjects) == len({subject for _, subject in subjects}) == len(set(roots))


def test_a_reply_refers_to_messages_that_came_before_it(parsed: list[EmailMessage]) -> None:
    seen: set[str] = set()
    for tree in parsed:
        references = (tree["References"] or "").split()
        assert seen.issuperset(references)
        assert tree["In-Reply-To"] == (references[-1] if references else None)
        seen.add(tree["Message-ID"])


def test_every_message_arrives_later_than_the_one_before(messages: list[Message]) -> None:
    gaps = [later.received - earlier.received for earlier, later in pairwise(messages)]
    assert min(gaps) > 0
    assert max(gaps) < 2 * SPACING


def test_sizes_are_spread_as_declared(messages: list[Message], parsed: list[EmailMessage]) -> None:
    attached = [tree for tree in parsed if any(part.get_filename() for part in tree.walk())]
    assert len(attached) == (SHAPES["attached"].share + SHAPES["large"].share) * _COUNT // 100
    low, high = SHAPES["large"].attachment
    large = [message for message in messages if len(message.raw) > low]
    assert len(large) == SHAPES["large"].share * _COUNT // 100
    assert all(len(message.raw) < 2 * high for message in large)
    assert 8_000 < sum(len(message.raw) for message in messages) / _COUNT < 20_000


def test_an_attachment_has_the_declared_octets(parsed: list[EmailMessage]) -> None:
    low, high = SHAPES["attached"].attachment[0], SHAPES["large"].attachment[1]
    files = [part.get_content() for tree in parsed for part in tree.walk() if part.get_filename()]
    assert all(low <= len(file) <= high for file in files)


def test_html_and_scripts_beyond_ascii_are_there(parsed: list[EmailMessage]) -> None:
    html = sum(tree.get_body(("html",)) is not None for tree in parsed)
    foreign = sum(not tree["Subject"].isascii() for tree in parsed)
    encodings = {
        part["Content-Transfer-Encoding"] for tree in parsed for part in tree.walk() if not part.is_multipart()
    }
    assert html == 39 * _COUNT // 100
    assert 0.06 < foreign / _COUNT < 0.18
    assert encodings == {"7bit", "8bit", "quoted-printable", "base64"}


def test_single_messages_are_small_distinct_and_hold_no_declared_word(corpus: Corpus) -> None:
    raws = [corpus.single(number) for number in (0, 1, 10**16)]
    assert len(set(raws)) == 3
    assert all(3_000 < len(raw) < 8_000 for raw in raws)
    assert not any(word.encode() in raw for raw in raws for word in (RARE_WORD, COMMON_WORD))
