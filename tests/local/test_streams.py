import json
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from infra.events import StreamFunction
from infra.local import engine, stream_delivery, trouble
from infra.local.streams import Faults, Streams

Event = dict[str, Any]


class Taker:
    """A function that writes down what it got, and fails on the numbers that it is told to."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.events: list[Event] = []
        self.done: list[int] = []
        self.poison: set[int] = set()
        self.raises: set[int] = set()

    def __call__(self, event: Event, context: Any) -> Any:
        numbers = [int(record["dynamodb"]["NewImage"]["n"]["N"]) for record in event["Records"]]
        self.events.append(event)
        self.calls.append(numbers)
        if self.raises & set(numbers):
            raise RuntimeError("boom")
        self.done += [number for number in numbers if number not in self.poison]
        return {
            "batchItemFailures": [
                {"itemIdentifier": record["dynamodb"]["SequenceNumber"]}
                for record, number in zip(event["Records"], numbers, strict=True)
                if number in self.poison
            ]
        }


class District:
    """One table with a stream, one function on it."""

    def __init__(
        self, url: str, *, path: Path | None = None, batch_size: int = 10, retries: int = 2, lanes: int = 1
    ) -> None:
        self.clients = engine.clients(url)
        self.taker = Taker()
        self.function = StreamFunction("taker", "things", ({"eventName": ["INSERT"]},), batch_size, retries, lanes)
        self.given_up: list[Event] = []
        self._path = path
        if "things" not in self.clients.dynamodb.list_tables()["TableNames"]:
            self.clients.dynamodb.create_table(
                TableName="things",
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
                StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            )
        self.streams = self.streams_anew()

    def streams_anew(self) -> Streams:
        return Streams(
            clients=self.clients,
            functions=[(self.function, self.taker)],
            table_of=lambda context: context,
            give_up=self.given_up.append,
            path=self._path,
        )

    def put(self, *numbers: int, key: str = "thing{}") -> None:
        for number in numbers:
            item = {"pk": {"S": key.format(number)}, "n": {"N": str(number)}, "raw": {"B": b"\x00\xff"}}
            self.clients.dynamodb.put_item(TableName="things", Item=item)


@pytest.fixture
def district(engine_url: str) -> District:
    return District(engine_url)


class TestDrain:
    def test_records_arrive_in_order_and_in_batches(self, district: District) -> None:
        district.put(*range(25))
        assert district.streams.drain() == 25
        assert district.taker.calls == [list(range(10)), list(range(10, 20)), list(range(20, 25))]
        assert district.streams.drain() == 0

    def test_an_event_is_shaped_like_lambdas(self, district: District) -> None:
        district.put(7)
        district.streams.drain()
        ((record,),) = [event["Records"] for event in district.taker.events]
        assert json.loads(json.dumps(record)) == record
        assert record["eventName"] == "INSERT"
        assert record["eventSource"] == "aws:dynamodb"
        assert record["awsRegion"] == "cn-north-1"
        assert record["eventSourceARN"].endswith(f"stream/{record['eventSourceARN'].rsplit('/')[-1]}")
        assert record["dynamodb"]["Keys"] == {"pk": {"S": "thing7"}}
        assert record["dynamodb"]["NewImage"]["raw"] == {"B": "AP8="}
        assert record["dynamodb"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
        assert abs(record["dynamodb"]["ApproximateCreationDateTime"] - time.time()) < 60

    def test_what_the_filter_does_not_want_stays_away(self, district: District) -> None:
        district.put(1, 1, 2)
        district.clients.dynamodb.delete_item(TableName="things", Key={"pk": {"S": "thing1"}})
        district.streams.drain()
        assert district.taker.done == [1, 2]

    def test_records_that_a_function_causes_are_handed_over_too(self, district: District) -> None:
        take = district.taker.__call__

        def cascade(event: Event, context: Any) -> Any:
            answer = take(event, context)
            if max(district.taker.done) < 4:
                district.put(max(district.taker.done) + 1)
            return answer

        streams = Streams(
            clients=district.clients,
            functions=[(district.function, cascade)],
            table_of=lambda context: context,
            give_up=district.given_up.append,
        )
        district.put(1)
        streams.drain()
        assert district.taker.done == [1, 2, 3, 4]


class TestWrites:
    def test_a_stream_is_looked_at_only_when_its_table_was_written(self, district: District) -> None:
        writes = Counter({"others": 1})
        streams = Streams(
            clients=district.clients,
            functions=[(district.function, district.taker)],
            table_of=lambda context: context,
            give_up=district.given_up.append,
            writes=writes,
        )
        district.put(1)
        streams.drain()  # the first look, whatever was counted
        district.put(2)
        writes["others"] += 1
        assert streams.drain() == 0
        writes["things"] += 1
        assert streams.drain() == 1
        assert district.taker.done == [1, 2]


class TestLanes:
    def test_are_under_way_at_once(self, engine_url: str) -> None:
        district = District(engine_url, batch_size=1, lanes=2)
        together = threading.Barrier(2)

        def wait_for_the_other(event: Event, context: Any) -> None:
            together.wait(timeout=20)

        district.put(0, 1)  # their keys lead to both lanes
        for line in district.streams._lines:
            line._handler = wait_for_the_other
        assert district.streams.drain() == 2
        assert not together.broken

    def test_keep_the_order_of_each_key(self, engine_url: str) -> None:
        district = District(engine_url, batch_size=3, lanes=4)
        district.function = replace(district.function, filters=({"eventName": ["INSERT", "MODIFY"]},))
        district.streams = district.streams_anew()
        for number in range(10):
            district.put(number, number + 100, key="even" if number % 2 == 0 else "odd")

        district.streams.drain()
        for key in (0, 1):
            done = [number for number in district.taker.done if number % 2 == key]
            assert done == [number for pair in range(key, 10, 2) for number in (pair, pair + 100)]

    def test_what_is_owed_finds_its_lane_again(self, engine_url: str, tmp_path: Path) -> None:
        district = District(engine_url, path=tmp_path / "streams.json", lanes=4)
        district.streams.pause()
        district.put(*range(12))
        district.streams.stop()

        district.streams = district.streams_anew()
        district.streams.resume()
        district.streams.drain()
        assert sorted(district.taker.done) == list(range(12))


class TestPartialFailures:
    def test_a_batch_comes_again_from_its_lowest_failed_record_on(self, district: District) -> None:
        district.taker.poison = {3, 6}
        fixed = district.taker.__call__

        def mended_after_one(event: Event, context: Any) -> Any:
            answer = fixed(event, context)
            district.taker.poison = set()
            return answer

        district.streams._lines[0]._handler = mended_after_one
        district.put(*range(8))
        district.streams.drain()
        assert district.taker.calls == [list(range(8)), [3, 4, 5, 6, 7]]
        assert district.given_up == []

    def test_a_poison_record_ends_alone_in_the_queue_and_the_others_are_done(self, district: District) -> None:
        district.taker.poison = {5}
        district.put(*range(10))
        district.streams.drain()
        assert sorted(set(district.taker.done)) == [0, 1, 2, 3, 4, 6, 7, 8, 9]
        assert district.taker.calls.count([5]) == 3  # once and two more tries
        (message,) = district.given_up
        assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
        assert message["requestContext"]["approximateInvokeCount"] == 3
        told = message["DDBStreamBatchInfo"]
        assert told["startSequenceNumber"] == told["endSequenceNumber"]
        assert told["batchSize"] == 1

    def test_a_function_that_raises_is_given_halves_until_the_record_is_alone(self, district: District) -> None:
        district.taker.raises = {2}
        district.put(*range(4))
        district.streams.drain()
        assert district.taker.calls[:4] == [[0, 1, 2, 3], [0, 1], [2, 3], [2]]
        assert district.taker.done == [0, 1, 3]
        assert len(district.given_up) == 1

    def test_an_identifier_that_is_not_in_the_batch_fails_all_of_it(self, district: District) -> None:
        district.streams._lines[0]._handler = lambda event, context: {"batchItemFailures": [{"itemIdentifier": ""}]}
        district.put(1)
        district.streams.drain()
        assert len(district.given_up) == 1

    def test_the_queue_gets_what_lambda_would_send(self, district: District) -> None:
        give_up = stream_delivery.to_queue(district.clients.sqs, "stream-failures")
        give_up({"version": "1.0"})
        url = district.clients.sqs.get_queue_url(QueueName="stream-failures")["QueueUrl"]
        (message,) = district.clients.sqs.receive_message(QueueUrl=url)["Messages"]
        assert json.loads(message["Body"]) == {"version": "1.0"}


class TestFaults:
    def test_every_record_can_come_several_times(self, district: District) -> None:
        district.streams.faults = Faults(times=5)
        district.put(1, 2)
        district.streams.drain()
        assert sorted(district.taker.done) == [1] * 5 + [2] * 5
        assert all(len(set(call)) == len(call) for call in district.taker.calls)

    def test_a_shuffle_is_the_same_for_the_same_seed(self, engine_url: str) -> None:
        orders = []
        for _ in range(2):
            engine.reset(engine_url)
            district = District(engine_url)
            district.streams.faults = Faults(times=2, shuffle=Random(4))
            district.put(*range(12))
            district.streams.drain()
            orders.append(district.taker.done)
        assert orders[0] == orders[1]
        assert orders[0] != sorted(orders[0])
        assert sorted(orders[0]) == sorted([*range(12), *range(12)])

    def test_records_can_be_lost(self, district: District) -> None:
        district.streams.faults = Faults(lost=lambda function, record: record["dynamodb"]["NewImage"]["n"]["N"] == "2")
        district.put(1, 2, 3)
        district.streams.drain()
        assert district.taker.done == [1, 3]

    def test_stopped_streams_bring_nothing_of_what_is_written_meanwhile(self, district: District) -> None:
        district.streams.faults = Faults(stopped=True)
        district.put(1, 2)
        district.streams.drain()
        district.streams.faults = Faults()
        district.put(3)
        district.streams.drain()
        assert district.taker.done == [3]


class TestPause:
    def test_what_comes_in_a_pause_waits_for_its_end(self, district: District) -> None:
        district.streams.pause()
        district.put(1, 2)
        district.streams.drain()
        assert district.taker.done == []
        assert district.streams.waiting() == {"taker": 2}
        district.streams.resume()
        district.streams.drain()
        assert district.taker.done == [1, 2]

    def test_what_waits_can_be_forgotten_as_after_a_day(self, district: District) -> None:
        district.streams.pause()
        district.put(1, 2)
        assert district.streams.forget() == 2
        district.streams.resume()
        district.streams.drain()
        assert district.taker.done == []


class TestStartAndStop:
    def test_it_goes_on_by_itself(self, district: District) -> None:
        district.streams.start()
        district.put(1, 2, 3)
        deadline = time.monotonic() + 10
        while district.taker.done != [1, 2, 3]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        district.streams.stop()
        district.put(4)
        assert district.taker.done == [1, 2, 3]

    def test_what_is_owed_at_the_end_comes_after_the_engines_restart(self, tmp_path: Path) -> None:
        port, state = trouble.free_ports(1), tmp_path / "engine"
        with engine.running(port=port, state_dir=state) as url:
            district = District(url, path=tmp_path / "streams.json")
            district.put(1)
            district.streams.drain()
            district.streams.pause()
            district.put(2, 3)
            district.streams.stop()
        with engine.running(port=port, state_dir=state) as url:
            again = District(url, path=tmp_path / "streams.json")
            assert again.streams.paused
            again.put(4)
            again.streams.resume()
            again.streams.drain()
            assert again.taker.done == [2, 3, 4]
        assert not (tmp_path / "streams.json").exists()

    def test_a_restart_of_the_poller_alone_goes_on_where_it_was(self, engine_url: str, tmp_path: Path) -> None:
        district = District(engine_url, path=tmp_path / "streams.json")
        district.put(1, 2)
        district.streams.stop()
        district.put(3)
        district.streams_anew().drain()
        assert district.taker.done == [1, 2, 3]
