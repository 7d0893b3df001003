"""The SQLite store does what every store must."""

from tests.store import conformance, records


class TestRecords(conformance.RecordsSuite):
    pass


class TestChanges(conformance.ChangesSuite):
    pass


class TestTransactions(conformance.TransactionsSuite):
    pass


class TestBlobs(conformance.BlobsSuite):
    pass


class TestRecordQueries(records.RecordQueriesSuite):
    pass


class TestAnswers(conformance.AnswersSuite):
    pass


class TestDeliveries(conformance.DeliveriesSuite):
    pass
