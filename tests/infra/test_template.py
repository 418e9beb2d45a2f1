"""The template that is deployed."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import events
from infra.package import build, functions
from tests.infra.conftest import Package

SCHEDULED = {
    "AgreeRefunds",
    "AutoConfirm",
    "CalculateMinimumRequirements",
    "CallWaiting",
    "CheckOpenings",
    "CheckMinimumBalances",
    "EndListings",
    "IssueCovers",
    "DeliverMessages",
    "RemindGuardians",
    "SendClaims",
    "OpenInspections",
    "WatchCertificates",
    "WatchFilings",
    "WatchWechatPayments",
    "CheckWaitingUploads",
    "ExpectStatements",
    "ExpireUnpaid",
    "CreditInterest",
    "PayMinimumWithdrawals",
    "PayOut",
    "PayRefunds",
    "ResendPayouts",
    "SealDay",
    "Sweep",
    "WindUp",
}
FILED = {"ReconcileStatement", "CheckUpload"}
STREAMED = {"ReleaseLesson", "KeepTotals", "RaiseAlerts", "WatchPersonnel", "WatchReviews"}


def statements(package: Package, role: str) -> list[dict[str, Any]]:
    (policy,) = package.resources[role]["Properties"]["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def table_actions(package: Package, role: str) -> Iterator[tuple[str, str]]:
    """Each table of a role's policy with each thing that may be done with its rows."""
    for statement in statements(package, role):
        for table in re.findall(r"\w+Table", json.dumps(statement["Resource"])):
            yield from ((table, action.removeprefix("dynamodb:")) for action in statement["Action"])


def names_used(told: Any) -> Iterator[str]:
    """Every logical name that a part of the template refers to."""
    if isinstance(told, dict):
        for key, value in told.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{(\w+)", value if isinstance(value, str) else value[0])
            yield from names_used(value)
    elif isinstance(told, list):
        for value in told:
            yield from names_used(value)


def source_of(package: Package, function: str) -> dict[str, Any]:
    (event,) = package.functions[function]["Events"].values()
    found: dict[str, Any] = event["Properties"]
    return found


class TestFunctions:
    def test_are_the_door_the_streams_and_the_schedules(self, package: Package) -> None:
        assert set(package.functions) == {"APIHandler"} | STREAMED | FILED | SCHEDULED

    def test_each_has_its_own_role_and_its_own_log_group_that_forgets(self, package: Package) -> None:
        roles = [told["Role"]["Fn::GetAtt"][0] for told in package.functions.values()]
        groups = [told for told in package.resources.values() if told["Type"] == "AWS::Logs::LogGroup"]

        assert len(set(roles)) == len(roles) == len(groups)
        assert {told["Properties"]["RetentionInDays"] for told in groups} == {180}

    def test_run_on_the_python_that_they_were_packed_for_and_are_not_traced(self, package: Package) -> None:
        assert {told["Runtime"] for told in package.functions.values()} == {"python3.11"}
        assert {told["Tracing"] for told in package.functions.values()} == {"PassThrough"}
        assert {told["CodeUri"] for told in package.functions.values()} == {"./hui.zip"}

    def test_the_door_answers_before_the_gateway_gives_up(self, package: Package) -> None:
        assert package.functions["APIHandler"]["Timeout"] < 30

    def test_each_is_watched_for_errors_and_each_reader_of_a_stream_for_being_late(self, package: Package) -> None:
        alarms = [one["Properties"] for one in package.resources.values() if one["Type"] == "AWS::CloudWatch::Alarm"]
        watched = {
            (alarm["MetricName"], alarm["Dimensions"][0]["Value"].get("Ref"))
            for alarm in alarms
            if alarm["Namespace"] == "AWS/Lambda"
        }

        assert {name for metric, name in watched if metric == "Errors"} == set(package.functions)
        assert {name for metric, name in watched if metric == "IteratorAge"} == STREAMED
        assert all(alarm["AlarmActions"] == [{"Ref": "Alarms"}] for alarm in alarms)


class TestStreams:
    @pytest.mark.parametrize("stream", events.STREAM_FUNCTIONS, ids=lambda one: one.name)
    def test_bring_what_the_filters_say_from_the_table_that_is_meant(
        self, package: Package, stream: events.StreamFunction
    ) -> None:
        source = source_of(package, functions.camel(stream.name))

        assert source["Stream"] == {"Fn::GetAtt": [f"{stream.context.capitalize()}Table", "StreamArn"]}
        assert [json.loads(one["Pattern"]) for one in source["FilterCriteria"]["Filters"]] == list(stream.filters)
        assert (source["BatchSize"], source["MaximumRetryAttempts"]) == (stream.batch_size, stream.retries)
        assert source["ParallelizationFactor"] == stream.lanes
        assert source["StartingPosition"] == "TRIM_HORIZON"

    @pytest.mark.parametrize("name", sorted(STREAMED))
    def test_a_record_at_fault_stops_no_other_and_ends_in_the_queue(self, package: Package, name: str) -> None:
        source = source_of(package, name)

        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["BisectBatchOnFunctionError"] is True
        assert source["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["StreamFailures", "Arn"]}

    def test_a_table_has_at_most_two_readers(self) -> None:
        contexts = [stream.context for stream in events.STREAM_FUNCTIONS]

        assert max(contexts.count(context) for context in contexts) <= 2

    def test_totals_are_counted_by_80_and_all_else_by_25(self, package: Package) -> None:
        sizes = {name: source_of(package, name)["BatchSize"] for name in STREAMED}

        assert sizes == {
            "KeepTotals": 80,
            "RaiseAlerts": 25,
            "ReleaseLesson": 25,
            "WatchPersonnel": 25,
            "WatchReviews": 25,
        }


class TestFiles:
    @pytest.mark.parametrize("function", events.FILE_FUNCTIONS, ids=lambda one: one.name)
    def test_call_their_function_when_they_come_into_their_bucket(
        self, package: Package, function: events.FileFunction
    ) -> None:
        pattern = source_of(package, functions.camel(function.name))["Pattern"]

        assert pattern["detail"]["bucket"]["name"] == [{"Ref": f"{function.bucket.capitalize()}Bucket"}]
        assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])

    def test_that_no_try_could_read_end_in_the_queue(self, package: Package) -> None:
        invoked = package.functions["ReconcileStatement"]["EventInvokeConfig"]

        assert invoked["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["StreamFailures", "Arn"]}
        assert "sqs:SendMessage" in str(statements(package, "ReconcileStatementRole"))

    def test_of_schools_are_forgotten_in_quarantine_and_kept_once_accepted(self, package: Package) -> None:
        quarantine = package.resources["QuarantineBucket"]["Properties"]
        kept = package.resources["MaterialsBucket"]["Properties"]

        assert [rule["ExpirationInDays"] for rule in quarantine["LifecycleConfiguration"]["Rules"]] == [30]
        assert "EventBridgeConfiguration" in quarantine["NotificationConfiguration"]
        assert (kept["VersioningConfiguration"], "LifecycleConfiguration" in kept) == ({"Status": "Enabled"}, False)
        for one in (quarantine, kept):
            assert set(one["PublicAccessBlockConfiguration"].values()) == {True}

    def test_of_schools_are_posted_by_browsers_from_the_origins_that_the_stack_is_told(self, package: Package) -> None:
        [rule] = package.resources["QuarantineBucket"]["Properties"]["CorsConfiguration"]["CorsRules"]
        others = [
            name
            for name, told in package.resources.items()
            if told["Type"] == "AWS::S3::Bucket" and "CorsConfiguration" in told["Properties"]
        ]

        assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == ({"Ref": "UploadOrigins"}, ["POST"])
        assert others == ["QuarantineBucket"]
        allowed = package.template["Parameters"]["UploadOrigins"]["AllowedPattern"]
        for origin, good in (
            ("https://hui.example", True),
            ("https://hui.example:8443", True),
            ("https://*", False),
            ("*", False),
            ("http://hui.example", False),
            ("https://hui.example/prod", False),
        ):
            assert bool(re.fullmatch(allowed, origin)) is good

    def test_of_schools_are_read_by_the_check_alone_until_they_are_accepted(self, package: Package) -> None:
        roles = [name for name, told in package.resources.items() if told["Type"] == "AWS::IAM::Role"]
        found = {
            (role, action, bucket)
            for role in roles
            for statement in statements(package, role)
            for bucket in ("QuarantineBucket", "MaterialsBucket")
            if bucket in json.dumps(statement["Resource"])
            for action in statement["Action"]
        }

        checks = {
            (role, action, bucket)
            for role in ("CheckUploadRole", "CheckWaitingUploadsRole")
            for action, bucket in (("s3:GetObject", "QuarantineBucket"), ("s3:PutObject", "MaterialsBucket"))
        }
        doors = {
            ("ApiHandlerRole", "s3:PutObject", "QuarantineBucket"),
            ("ApiHandlerRole", "s3:GetObject", "MaterialsBucket"),
            ("SendClaimsRole", "s3:GetObject", "MaterialsBucket"),  # it signs the addresses of a claim's pictures
        }
        assert found == checks | doors

    def test_of_schools_are_checked_in_the_network_of_the_scanner(self, package: Package) -> None:
        private = {name for name, told in package.functions.items() if "VpcConfig" in told}

        assert private == {"CheckUpload", "CheckWaitingUploads"}
        for name in private:
            assert "AWSLambdaVPCAccessExecutionRole" in str(package.resources[f"{name}Role"])

    def test_of_the_bank_are_kept_and_tell_eventbridge(self, package: Package) -> None:
        told = package.resources["StatementsBucket"]

        assert told["DeletionPolicy"] == "Retain"
        assert told["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
        assert "EventBridgeConfiguration" in told["Properties"]["NotificationConfiguration"]


class TestSchedules:
    @pytest.mark.parametrize("schedule", events.SCHEDULES, ids=lambda one: one.name)
    def test_are_those_of_the_local_scheduler(self, package: Package, schedule: events.ScheduledFunction) -> None:
        assert source_of(package, functions.camel(schedule.name))["Schedule"] == schedule.expression


class TestRights:
    def test_every_table_of_a_policy_is_in_the_template(self, package: Package) -> None:
        roles = [name for name, told in package.resources.items() if told["Type"] == "AWS::IAM::Role"]

        for role in roles:
            for table, _ in table_actions(package, role):
                assert package.resources[table]["Type"] == "AWS::DynamoDB::Table"

    def test_every_name_that_is_referred_to_exists(self, package: Package) -> None:
        known = set(package.resources) | set(package.template["Parameters"]) | {"AWS", "RestAPIId", "SecretName"}

        assert {name for name in names_used(package.template) if not name.startswith("AWS::")} - known == set()

    def test_nothing_may_delete_from_the_ledger_or_from_what_the_bank_said(self, package: Package) -> None:
        roles = [name for name, told in package.resources.items() if told["Type"] == "AWS::IAM::Role"]
        deleting = {table for role in roles for table, action in table_actions(package, role) if action == "DeleteItem"}

        assert deleting & {"FundsTable", "BankTable", "TeachingTable", "InstitutionsTable", "AlertsTable"} == set()

    def test_only_the_sweep_scans(self, package: Package) -> None:
        roles = [name for name, told in package.resources.items() if told["Type"] == "AWS::IAM::Role"]
        scanning = {
            (role, table) for role in roles for table, action in table_actions(package, role) if action == "Scan"
        }

        assert scanning == {("SweepRole", "FundsTable")}

    def test_alerts_are_raised_without_touching_money(self, package: Package) -> None:
        done = set(table_actions(package, "RaiseAlertsRole"))

        assert {table for table, action in done if action in ("PutItem", "UpdateItem")} == {
            "AlertsTable",
            "InsuranceTable",
            "MessagesTable",
            "ParkedTable",
            "PaymentsTable",
        }

    def test_only_the_door_reaches_documents_and_it_may_not_list_or_delete_them(self, package: Package) -> None:
        roles = [name for name, told in package.resources.items() if told["Type"] == "AWS::IAM::Role"]
        found = {
            (role, action)
            for role in roles
            for statement in statements(package, role)
            if "DocumentsBucket" in json.dumps(statement["Resource"])
            for action in statement["Action"]
        }

        assert found == {("ApiHandlerRole", "s3:GetObject"), ("ApiHandlerRole", "s3:PutObject")}
        assert package.functions["APIHandler"]["Environment"]["Variables"]["DOCUMENTS_BUCKET"] == {
            "Ref": "DocumentsBucket"
        }

    def test_a_document_is_private_encrypted_and_gone_after_a_day(self, package: Package) -> None:
        told = package.resources["DocumentsBucket"]["Properties"]

        assert set(told["PublicAccessBlockConfiguration"].values()) == {True}
        assert "AES256" in json.dumps(told["BucketEncryption"])
        assert [rule["ExpirationInDays"] for rule in told["LifecycleConfiguration"]["Rules"]] == [1]

    def test_no_policy_is_wide_open(self, package: Package) -> None:
        roles = [name for name, told in package.resources.items() if told["Type"] == "AWS::IAM::Role"]

        for role in roles:
            for statement in statements(package, role):
                assert statement["Resource"] != "*"
                assert not [action for action in statement["Action"] if "*" in action]

    def test_keys_come_from_the_secret_and_only_to_who_uses_them(self, package: Package) -> None:
        keys = {
            name: {key for key, value in told["Environment"]["Variables"].items() if "secretsmanager" in str(value)}
            for name, told in package.functions.items()
        }

        assert {name: found for name, found in keys.items() if found} == {
            "APIHandler": {
                "JWT_KEY",
                "BANK_WEBHOOK_KEYS",
                "BANK_INQUIRY_KEY",
                "WECHAT_SECRET",
                "WECHAT_PAY_API_KEY",
                "WECHAT_PAY_PRIVATE_KEY",
                "INSURER_WEBHOOK_KEYS",
                "NOTICE_SIGNING_KEY",
            },
            "WatchWechatPayments": {"WECHAT_PAY_API_KEY", "WECHAT_PAY_PRIVATE_KEY"},
            "DeliverMessages": {"WECHAT_SECRET"},
            "IssueCovers": {"INSURER_SIGNING_KEY"},
            "SendClaims": {"INSURER_SIGNING_KEY"},
            "PayOut": {"BANK_SIGNING_KEY"},
            "PayMinimumWithdrawals": {"BANK_SIGNING_KEY"},
            "PayRefunds": {"BANK_SIGNING_KEY"},
            "ResendPayouts": {"BANK_SIGNING_KEY"},
            "SealDay": {"SEAL_KEY"},
            "WindUp": {"BANK_SIGNING_KEY"},
        }

    def test_every_setting_that_the_functions_read_is_given_to_one_and_no_other(self) -> None:
        source = (build.ROOT / "functions" / "edge" / "settings.py").read_text(encoding="utf-8")
        read = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source))

        assert read == {name for one in functions.FUNCTIONS for name in (*one.settings, *one.secrets)}

    def test_no_function_is_sent_to_another_database(self, package: Package) -> None:
        for told in package.functions.values():
            assert "DYNAMODB_ENDPOINT" not in told["Environment"]["Variables"]


class TestGateway:
    def test_what_no_function_is_asked_is_a_problem_document_too(self, package: Package) -> None:
        answers = package.resources["RestAPI"]["Properties"]["GatewayResponses"]

        assert set(answers) >= {"MISSING_AUTHENTICATION_TOKEN", "REQUEST_TOO_LARGE", "THROTTLED", "DEFAULT_5XX"}
        for answer in answers.values():
            told = json.loads(answer["ResponseTemplates"]["application/json"])
            assert told["status"] == answer["StatusCode"]
            assert told["request_id"] == "$context.requestId"
            assert answer["ResponseParameters"]["Headers"]["Content-Type"] == "'application/problem+json'"

    def test_hands_a_forms_file_over_as_the_bytes_that_it_is(self, package: Package) -> None:
        told = package.resources["RestAPI"]["Properties"]["DefinitionBody"]

        assert "multipart/form-data" in told["x-amazon-apigateway-binary-media-types"]


class TestLint:
    def test_cfn_lint_has_nothing_to_say(self, package: Package) -> None:
        cfn_lint = Path(sys.executable).with_name("cfn-lint")
        done = subprocess.run(
            [cfn_lint, "--regions", "cn-north-1", "cn-northwest-1", "--template", package.template_path],
            capture_output=True,
            text=True,
        )

        assert done.returncode == 0, done.stdout + done.stderr
