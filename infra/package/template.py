"""What is merged over the template that Chalice writes: resources.yaml, and for each function its own role, settings,
log group and alarms, and how its stream calls it. Lists replace Chalice's, dictionaries are merged into them.
"""

from typing import Any

from infra import events, gateway_answers, resources
from infra.package.functions import ACTIONS, BUCKET_ACTIONS, FUNCTIONS, Function, Right, camel

RUNTIME = "python3.11"
ZIP_NAME = "hui.zip"

_OLDEST_UNREAD_MS = 15 * 60 * 1000
_FAILURES = {"Fn::GetAtt": ["StreamFailures", "Arn"]}
_GIVEN_UP = {
    "MaximumRetryAttempts": 2,
    "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": _FAILURES}},
}
_NETWORK = {"SubnetIds": {"Ref": "PrivateSubnets"}, "SecurityGroupIds": {"Ref": "PrivateSecurityGroups"}}
_INTO_THE_NETWORK = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"}


def to_merge(architecture: str) -> dict[str, Any]:
    """The whole of it, for functions that run on `architecture` (x86_64 or arm64)."""
    own = resources.template()
    added = dict(own["Resources"])
    for function in FUNCTIONS:
        added |= _resources_of(function, architecture)
    added["RestAPI"] = {
        "Properties": {
            "MethodSettings": [_THROTTLING],
            "TracingEnabled": False,
            "GatewayResponses": gateway_answers.for_template(),
        }
    }
    return {
        "Description": own["Description"],
        "Parameters": own["Parameters"],
        "Globals": {"Api": {"OpenApiVersion": "2.0"}},
        "Resources": added,
        "Outputs": own["Outputs"],
    }


_THROTTLING = {"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingBurstLimit": 200, "ThrottlingRateLimit": 400}


def policy(function: Function) -> dict[str, Any]:
    """The policy document of a function's role."""
    statements = [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {
                "Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
                + _log_group(function)
                + ":*"
            },
        },
        *(_table_statement(context, rights) for context, rights in function.rights.items()),
        *(_bucket_statement(kind, rights) for kind, rights in function.buckets.items()),
    ]
    if function.stream is not None:
        statements += _stream_statements(function.stream)
    if function.file is not None:
        statements.append({"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": _FAILURES})
    return {"Version": "2012-10-17", "Statement": statements}


def table_of(context: str) -> str:
    """The logical name of a context's table."""
    return f"{context.capitalize()}Table"


def _table_statement(context: str, rights: Right) -> dict[str, Any]:
    table = table_of(context)
    covered: list[Any] = [{"Fn::GetAtt": [table, "Arn"]}]
    if Right.READ in rights and "GlobalSecondaryIndexes" in resources.template()["Resources"][table]["Properties"]:
        covered.append({"Fn::Sub": f"${{{table}.Arn}}/index/*"})
    actions = sorted(action for right in rights for action in ACTIONS[right])
    return {"Effect": "Allow", "Action": actions, "Resource": covered}


def bucket_of(kind: str) -> str:
    """The logical name of the bucket of a kind of file."""
    return f"{kind.capitalize()}Bucket"


def _bucket_statement(kind: str, rights: Right) -> dict[str, Any]:
    actions = sorted(action for right in rights for action in BUCKET_ACTIONS[right])
    return {"Effect": "Allow", "Action": actions, "Resource": {"Fn::Sub": f"${{{bucket_of(kind)}.Arn}}/*"}}


def _stream_statements(stream: events.StreamFunction) -> list[dict[str, Any]]:
    reads = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
    return [
        {"Effect": "Allow", "Action": reads, "Resource": {"Fn::Sub": f"${{{table_of(stream.context)}.Arn}}/stream/*"}},
        {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": _FAILURES},
    ]


def _resources_of(function: Function, architecture: str) -> dict[str, Any]:
    name = function.logical_name
    log_group = camel(function.name) + "LogGroup"
    properties: dict[str, Any] = {
        "FunctionName": {"Fn::Sub": _function_name(function)},
        "CodeUri": f"./{ZIP_NAME}",
        "Runtime": RUNTIME,
        "Architectures": [architecture],
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_seconds,
        "Environment": {"Variables": _environment(function)},
    }
    if function.stream is not None:
        properties["Events"] = {f"{name}DynamodbEventSource": {"Properties": _delivery(function.stream)}}
    if function.file is not None:
        properties["EventInvokeConfig"] = _GIVEN_UP
    added: dict[str, Any] = {}
    if function.private:
        properties["VpcConfig"] = _NETWORK
        added[camel(function.name) + "Role"] = {"Properties": {"ManagedPolicyArns": [_INTO_THE_NETWORK]}}
    return {
        **added,
        name: {"DependsOn": [log_group], "Properties": properties},
        log_group: {"Properties": {"LogGroupName": {"Fn::Sub": _log_group(function)}}},
        **_alarms(function),
    }


def _environment(function: Function) -> dict[str, Any]:
    return {
        **{f"{context.upper()}_TABLE": {"Ref": table_of(context)} for context in function.rights},
        **{f"{kind.upper()}_BUCKET": {"Ref": bucket_of(kind)} for kind in function.buckets},
        **{name: {"Ref": camel(name.lower())} for name in function.settings},
        **{
            name: {"Fn::Sub": f"{{{{resolve:secretsmanager:${{SecretName}}:SecretString:{name}}}}}"}
            for name in function.secrets
        },
    }


def _delivery(stream: events.StreamFunction) -> dict[str, Any]:
    return {
        "BatchSize": stream.batch_size,
        "ParallelizationFactor": stream.lanes,
        "StartingPosition": "TRIM_HORIZON",
        "FilterCriteria": {"Filters": [{"Pattern": _pattern(one)} for one in stream.filters]},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": stream.retries,
        "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": _FAILURES}},
    }


def _pattern(told: Any) -> str:
    import json

    return json.dumps(told, separators=(",", ":"))


def _function_name(function: Function) -> str:
    return "${AWS::StackName}-" + function.name.replace("_", "-")


def _log_group(function: Function) -> str:
    return "/aws/lambda/" + _function_name(function)


def _alarms(function: Function) -> dict[str, Any]:
    made = {
        f"{function.logical_name}ErrorsAlarm": _alarm(
            function,
            "Errors",
            f"{function.name} failed. Its log group says why; a stream delivers again, a schedule runs again.",
            statistic="Sum",
            threshold=0,
        )
    }
    if function.stream is not None:
        made[f"{function.logical_name}LateAlarm"] = _alarm(
            function,
            "IteratorAge",
            f"{function.name} is more than a quarter of an hour behind the {function.stream.context} table.",
            statistic="Maximum",
            threshold=_OLDEST_UNREAD_MS,
        )
    return made


def _alarm(function: Function, metric: str, description: str, *, statistic: str, threshold: int) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": description,
            "Namespace": "AWS/Lambda",
            "MetricName": metric,
            "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": function.logical_name}}],
            "Statistic": statistic,
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": threshold,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "Alarms"}],
        },
    }
