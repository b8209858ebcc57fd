"""What the course asks a real account for, operation by operation. The door lets nothing else out.

An operation is in this list if a notebook or a module of the course makes it, or an exercise may,
and if all that it touches has a name, an ARN or an id by which `helpers.aws.ours` can tell whose
it is.
"""

from __future__ import annotations

from collections.abc import Mapping


def _read(text: str) -> frozenset[str]:
    return frozenset(text.split())


COURSE: Mapping[str, frozenset[str]] = {
    "cloudformation": _read(
        "CreateStack DeleteStack DescribeStackEvents DescribeStackResources DescribeStacks "
        "GetTemplate ListStackResources UpdateStack ValidateTemplate"
    ),
    "cloudwatch": _read(
        "DeleteAlarms DeleteDashboards DescribeAlarmHistory DescribeAlarms GetDashboard "
        "GetMetricData GetMetricStatistics ListDashboards ListMetrics ListTagsForResource "
        "PutDashboard PutMetricAlarm SetAlarmState"
    ),
    "dynamodb": _read(
        "BatchGetItem BatchWriteItem CreateTable DeleteItem DeleteTable DescribeTable GetItem "
        "ListTagsOfResource PutItem Query Scan UpdateItem"
    ),
    "iam": _read(
        "AttachRolePolicy CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy GetRole "
        "GetRolePolicy ListAttachedRolePolicies ListRolePolicies ListRoleTags PutRolePolicy "
        "UpdateAssumeRolePolicy"
    ),
    "kinesis": _read(
        "AddTagsToStream CreateStream DeleteStream DescribeStream DescribeStreamSummary "
        "GetRecords GetShardIterator ListShards ListTagsForStream PutRecord PutRecords"
    ),
    "kms": _read(
        "CancelKeyDeletion CreateAlias CreateKey Decrypt DeleteAlias DescribeKey DisableKey "
        "EnableKey EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext "
        "GenerateRandom GetKeyPolicy GetKeyRotationStatus GetPublicKey ListAliases "
        "ListKeyRotations ListResourceTags PutKeyPolicy ReEncrypt RotateKeyOnDemand "
        "ScheduleKeyDeletion Sign UpdateAlias Verify"
    ),
    "lambda": _read(
        "CreateAlias CreateEventSourceMapping CreateFunction DeleteAlias "
        "DeleteEventSourceMapping DeleteFunction DeleteFunctionConcurrency GetAlias "
        "GetEventSourceMapping GetFunction GetFunctionConcurrency GetFunctionConfiguration "
        "Invoke ListAliases ListEventSourceMappings ListFunctions ListTags "
        "ListVersionsByFunction PublishVersion PutFunctionConcurrency UpdateAlias "
        "UpdateEventSourceMapping UpdateFunctionCode UpdateFunctionConfiguration"
    ),
    "logs": _read(
        "CreateLogGroup DeleteLogGroup DescribeLogGroups DescribeLogStreams FilterLogEvents "
        "GetLogEvents GetQueryResults ListTagsForResource PutRetentionPolicy StartQuery "
    ),
    "s3": _read(
        "CreateBucket DeleteBucket DeleteObject DeleteObjects GetBucketTagging GetObject "
        "HeadBucket HeadObject ListObjectsV2 PutBucketTagging PutObject"
    ),
    "sns": _read(
        "CreateTopic DeleteTopic GetSubscriptionAttributes GetTopicAttributes "
        "ListSubscriptionsByTopic ListTagsForResource ListTopics Publish SetTopicAttributes "
        "SetSubscriptionAttributes Subscribe Unsubscribe"
    ),
    "sqs": _read(
        "CancelMessageMoveTask ChangeMessageVisibility ChangeMessageVisibilityBatch CreateQueue "
        "DeleteMessage DeleteMessageBatch DeleteQueue GetQueueAttributes GetQueueUrl "
        "ListDeadLetterSourceQueues ListMessageMoveTasks ListQueueTags ListQueues PurgeQueue "
        "ReceiveMessage SendMessage SendMessageBatch SetQueueAttributes StartMessageMoveTask"
    ),
    "sts": _read("AssumeRole GetCallerIdentity"),
}
"""By botocore's names of services."""

CLEANING: Mapping[str, frozenset[str]] = {
    "dynamodb": _read("ListTables"),
    "iam": _read("ListRoles"),
    "kinesis": _read("ListStreams"),
    "kms": _read("ListKeys"),
    "s3": _read("ListBuckets"),
}
"""What clean-up asks for besides: lists of everything, which no cell of the course reads."""

SIGNING_IN: Mapping[str, frozenset[str]] = {
    "signin": _read("CreateOAuth2Token"),
    "sso": _read("GetRoleCredentials"),
    "sso-oidc": _read("CreateToken"),
    "sts": _read("AssumeRole AssumeRoleWithWebIdentity GetSessionToken"),
}
"""How botocore gets credentials itself, in the middle of another request."""

EVERYWHERE = frozenset({"iam", "sts"})
"""Services that are the same in each Region."""


def is_among(operations: Mapping[str, frozenset[str]], service: str, operation: str) -> bool:
    """Whether the list has this operation of this service."""
    return operation in operations.get(service, frozenset())
