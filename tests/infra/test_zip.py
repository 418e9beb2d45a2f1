"""The zip that is deployed: what is in it, and that each function of the template runs from it alone."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import buckets, events, tables
from infra.local import engine
from infra.package import archive, functions, stage
from shared.dynamo import rows
from tests.infra.conftest import Package

AMAZON_LINUX_2_GLIBC = 26
LAMBDA_LIMIT_BYTES = 250 * 1024 * 1024


class TestContents:
    def test_holds_the_app_and_our_packages(self, package: Package) -> None:
        names = package.files()

        for expected in ("app.py", "chalice/app.py", "shared/kernel/money.py", "shared/policy/policy.toml"):
            assert expected in names

    def test_has_no_simulators_no_tests_and_no_bytecode(self, package: Package) -> None:
        names = package.files()

        assert [name for name in names if re.search(r"(^|/)(infra|moto|ministack|pytest)(/|$)", name)] == []
        assert [name for name in names if name.startswith("tests/")] == []
        assert [name for name in names if "__pycache__" in name or name.endswith(".pyc")] == []

    def test_has_no_test_clock(self, package: Package) -> None:
        ours = {name: text for name, text in package.files().items() if name.startswith(stage.PACKAGES)}

        assert ours
        assert [name for name, text in ours.items() if re.search(rb"(?i)test_?clock|(from|import) infra", text)] == []

    def test_has_no_key_of_a_local_run(self, package: Package) -> None:
        ours = {name: text for name, text in package.files().items() if name.startswith(stage.PACKAGES)}

        assert [name for name, text in ours.items() if re.search(rb"wh(sec|pk)_[A-Za-z0-9+/]{16}", text)] == []

    def test_fits_into_lambda(self, package: Package) -> None:
        assert sum(map(len, package.files().values())) < LAMBDA_LIMIT_BYTES / 4

    def test_compiled_parts_run_on_the_c_library_of_lambda(self, package: Package) -> None:
        compiled = {name: text for name, text in package.files().items() if name.endswith(".so")}
        wanted = {
            name: max(int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", text)) for name, text in compiled.items()
        }

        assert len(compiled) >= 4
        assert {name: minor for name, minor in wanted.items() if minor > AMAZON_LINUX_2_GLIBC} == {}

    def test_is_the_same_to_the_byte_from_the_same_files(self, package: Package, tmp_path: Path) -> None:
        archive.normalise(package.zip, tmp_path / "again.zip")

        assert (tmp_path / "again.zip").read_bytes() == package.zip.read_bytes()


# Runs in an interpreter that has the unzipped package and the standard library, and nothing else.
INVOKE = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
module, _, attribute = sys.argv[2].rpartition(".")
class Context:
    function_name = "hui"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws-cn:lambda:cn-north-1:123456789012:function:hui"
    aws_request_id = "7a0b9a2e-6f5c-4b2f-9a52-2f6d6f2f9a10"
    log_group_name = log_stream_name = "hui"
    @staticmethod
    def get_remaining_time_in_millis():
        return 30000
handler = getattr(importlib.import_module(module), attribute)
answer = handler(json.loads(sys.argv[3]), Context())
outside = [m.__file__ for m in list(sys.modules.values()) if "site-packages" in (getattr(m, "__file__", None) or "")]
print(json.dumps({"answer": answer, "outside": outside}))
"""


def get(path: str) -> dict[str, Any]:
    """What API Gateway sends for a GET."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": "GET",
        "headers": {"Accept": "application/json"},
        "multiValueHeaders": {"Accept": ["application/json"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": "GET",
            "path": f"/hui{path}",
            "stage": "hui",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "203.0.113.5"},
        },
        "body": None,
        "isBase64Encoded": False,
    }


def stream_record(image: dict[str, Any]) -> dict[str, Any]:
    """What a stream brings of a new row."""
    keys = {name: image[name] for name in ("pk", "sk")}
    return {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "cn-north-1",
        "eventSourceARN": "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/hui-funds/stream/2026-08-17T00:00:00.000",
        "dynamodb": {
            "Keys": keys,
            "NewImage": image,
            "SequenceNumber": "4421584500000000017450439091",
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


SCHEDULED = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-08-17T19:00:00Z",
    "region": "cn-north-1",
    "resources": ["arn:aws-cn:events:cn-north-1:123456789012:rule/hui"],
    "detail": {},
}
SPOILT = {"pk": {"S": "spoilt"}, "sk": {"S": "lesson#spoilt"}, "kind": {"S": "entry"}, "status": {"S": "confirmed"}}
SAMPLES = Path(__file__).resolve().parents[2] / "events" / "samples"
GIVEN = {
    "JWT_KEY": "k" * 48,
    "BANK_WEBHOOK_KEYS": "whsec_" + "a2V5" * 11,
    "BANK_SIGNING_KEY": "whsec_" + "a2V5" * 11,
    "BANK_INQUIRY_KEY": "whsec_" + "a2V5" * 11,
    "INSURER_SIGNING_KEY": "whsec_" + "a2V5" * 11,
    "INSURER_WEBHOOK_KEYS": "whsec_" + "a2V5" * 11,
    "INSURER_URL": "http://127.0.0.1:9",
    "NOTICE_SIGNING_KEY": "whsk_" + "a2V5" * 11,
    "WECHAT_SECRET": "secret",
    "SEAL_KEY": "whsk_" + "a2V5" * 10 + "a2U=",
    "SEAL_PUBLIC_KEYS": "whpk_" + "a2V5" * 11,
    "ENVIRONMENT_NAME": "测试",
    "PUBLIC_URL": "https://hui.example",
    "BANK_URL": "http://127.0.0.1:9",
    "WECHAT_URL": "http://127.0.0.1:9",
    "WECHAT_APP_ID": "wx0000000000000000",
    "CLAMD_ADDRESS": "127.0.0.1:9",
}


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of an engine with every table."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with engine.running(port=port) as url:
        tables.create_all(engine.clients(url).dynamodb)
        buckets.create_all(engine.clients(url).s3)
        yield url


def environment_of(told: dict[str, Any], database: str) -> dict[str, str]:
    """The variables that the template gives a function, and those that Lambda adds."""
    variables = told["Environment"]["Variables"]
    given = {name: value if isinstance(value, str) else GIVEN.get(name, "") for name, value in variables.items()}
    named = {name: rows.table_name(name.removesuffix("_TABLE").lower()) for name in given if name.endswith("_TABLE")}
    named |= {name: f"hui-{name.removesuffix('_BUCKET').lower()}" for name in given if name.endswith("_BUCKET")}
    return {
        **given,
        **named,
        **engine.CREDENTIALS,
        "AWS_REGION": engine.REGION,
        "AWS_DEFAULT_REGION": engine.REGION,
        "AWS_LAMBDA_FUNCTION_NAME": "hui",
        "AWS_ENDPOINT_URL_DYNAMODB": database,
        "AWS_ENDPOINT_URL_S3": database,
        "DYNAMODB_ENDPOINT": database,
        "LC_ALL": "C.UTF-8",
    }


def invoke(package: Package, function: str, event: dict[str, Any], database: str) -> Any:
    """What a function of the template answers, run from the unzipped package in a clean interpreter."""
    told = package.functions[function]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", INVOKE, package.unzipped, told["Handler"], json.dumps(event)],
        env=environment_of(told, database),
        cwd=package.unzipped,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["outside"] == []
    return said["answer"]


# The same, for what a function writes and hands over.
WRITE = """
import sys
sys.path.insert(0, sys.argv[1])
from datetime import date, datetime, timezone
from functions.documents import pdf, workbook
from functions.documents.model import Column, Document, Kind, Table
at = datetime(2026, 9, 1, tzinfo=timezone.utc)
columns = [Column("生效日", Kind.DAY, 20), Column("摘要", Kind.TEXT, 60), Column("余额", Kind.YUAN, 20)]
table = Table("明细", columns, [[date(2026, 9, 1), "缴费入账", 288000]])
document = Document("n", "学费监管对账单", "zh", [("余额", 288000)], [("学员", "欧阳玥")], [table], [], at)
printed, sheet = pdf.write(document), workbook.write(document)
assert printed.startswith(b"%PDF") and b"/FontFile2" in printed, printed[:20]
assert sheet.startswith(b"PK"), sheet[:20]
outside = [m.__file__ for m in list(sys.modules.values()) if "site-packages" in (getattr(m, "__file__", None) or "")]
assert outside == [], outside
"""


class TestDocuments:
    def test_are_written_from_the_zip_alone(self, package: Package) -> None:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", WRITE, package.unzipped],
            env={"LC_ALL": "C.UTF-8"},
            cwd=package.unzipped,
            capture_output=True,
            text=True,
            timeout=60,
        )

        assert done.returncode == 0, done.stdout + done.stderr

    def test_stand_on_the_font_and_its_licence(self, package: Package) -> None:
        names = package.files()

        assert "functions/documents/fonts/NotoSansSC-subset.ttf" in names
        assert b"SIL OPEN FONT LICENSE" in names["functions/documents/fonts/NotoSansSC-LICENSE.txt"].upper()


# The same, for what looks into handed-in files.
LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
from datetime import datetime, timezone
from io import BytesIO
from PIL import Image
from shared.materials import content, limits, rules
from shared.materials.model import KeptFile, Kind
at = datetime(2026, 9, 1, tzinfo=timezone.utc)
for form, ending in (("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp")):
    sent = BytesIO()
    Image.new("RGB", (8, 8)).save(sent, form)
    told = KeptFile("fil", "ins", Kind.PICTURE, "a", "image/" + ending, 1, "usr", at, at)
    assert Image.open(BytesIO(content.kept(told, sent.getvalue(), limits=limits.in_force()))).format == form
try:
    content.kept(told, b"GIF89a", limits=limits.in_force())
except rules.ContentDiffers as differs:
    assert differs.figures["found"] == "image/gif"
outside = [m.__file__ for m in list(sys.modules.values()) if "site-packages" in (getattr(m, "__file__", None) or "")]
assert outside == [], outside
"""


class TestHandedInFiles:
    def test_are_looked_into_from_the_zip_alone(self, package: Package) -> None:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", LOOK, package.unzipped],
            env={"LC_ALL": "C.UTF-8"},
            cwd=package.unzipped,
            capture_output=True,
            text=True,
            timeout=60,
        )

        assert done.returncode == 0, done.stdout + done.stderr


class TestEveryFunctionRunsFromTheZip:
    def test_every_handler_of_the_template_is_invoked_below(self, package: Package) -> None:
        streams = {functions.camel(one.name) for one in events.STREAM_FUNCTIONS}
        schedules = {functions.camel(one.name) for one in events.SCHEDULES}

        assert set(package.functions) == {"APIHandler", "ReconcileStatement", "CheckUpload"} | streams | schedules

    def test_the_door_is_healthy(self, package: Package, database: str) -> None:
        answer = invoke(package, "APIHandler", get("/health"), database)

        assert answer["statusCode"] == 200

    def test_the_door_describes_itself(self, package: Package, database: str) -> None:
        answer = invoke(package, "APIHandler", get("/openapi.json"), database)

        assert answer["statusCode"] == 200
        assert json.loads(answer["body"])["openapi"].startswith("3.1")

    def test_a_file_of_the_bank_that_is_none_is_kept_as_a_break(self, package: Package, database: str) -> None:
        event = json.loads((SAMPLES / "aws" / "eventbridge-object-created.json").read_text())
        there = {"Bucket": "hui-statements", "Key": event["detail"]["object"]["key"]}
        engine.clients(database).s3.put_object(**there, Body=b"<?xml version='1.0'?><nothing/>")

        assert invoke(package, "ReconcileStatement", event, database)["unreadable"] == 1

    def test_a_file_that_nobody_asked_for_is_left_where_it_is(self, package: Package, database: str) -> None:
        event = json.loads((SAMPLES / "aws" / "eventbridge-object-posted.json").read_text())

        assert invoke(package, "CheckUpload", event, database) == {"accepted": 0, "refused": 0, "unknown": 1}

    def test_the_door_reads_tables(self, package: Package, database: str) -> None:
        answer = invoke(package, "APIHandler", get("/v1/mall/categories"), database)

        assert answer["statusCode"] == 200

    @pytest.mark.parametrize("stream", events.STREAM_FUNCTIONS, ids=lambda one: one.name)
    def test_a_stream_function_parks_what_it_cannot_read(
        self, package: Package, database: str, stream: events.StreamFunction
    ) -> None:
        answer = invoke(package, functions.camel(stream.name), {"Records": [stream_record(SPOILT)]}, database)

        assert answer == {"batchItemFailures": []}
        parked = engine.clients(database).dynamodb.scan(TableName=rows.table_name("parked"))["Items"]
        assert stream.name in str(parked)

    @pytest.mark.parametrize("schedule", events.SCHEDULES, ids=lambda one: one.name)
    def test_a_scheduled_function_has_nothing_to_do_in_an_empty_district(
        self, package: Package, database: str, schedule: events.ScheduledFunction
    ) -> None:
        figures = invoke(package, functions.camel(schedule.name), SCHEDULED, database)

        assert set(figures.values()) == {0}
