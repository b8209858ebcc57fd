"""What EventBridge takes of its requests."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
DeleteRule: Name EventBusName Force
DescribeRule: Name EventBusName
DisableRule: Name EventBusName
EnableRule: Name EventBusName
ListRuleNamesByTarget: TargetArn EventBusName NextToken Limit
ListRules: NamePrefix EventBusName NextToken Limit
ListTagsForResource: ResourceARN
ListTargetsByRule: Rule EventBusName NextToken Limit
PutEvents: Entries
PutRule: Name ScheduleExpression EventPattern State Description RoleArn Tags EventBusName
PutTargets: Rule EventBusName Targets
RemoveTargets: Rule EventBusName Ids Force
TagResource: ResourceARN Tags
UntagResource: ResourceARN TagKeys
TestEventPattern: EventPattern Event

PutEventsRequestEntry: Time Source Resources DetailType Detail EventBusName
Tag: Key Value
Target: Id Arn Input InputPath InputTransformer SqsParameters DeadLetterConfig RetryPolicy
InputTransformer: InputPathsMap InputTemplate
SqsParameters: MessageGroupId
DeadLetterConfig: Arn
RetryPolicy: MaximumRetryAttempts MaximumEventAgeInSeconds
"""

_REFUSED = """
The targets of a rule are queues, functions and topics here.
  Target.KinesisParameters Target.RunCommandParameters Target.EcsParameters Target.BatchParameters
  Target.HttpParameters Target.RedshiftDataParameters Target.SageMakerPipelineParameters
  Target.AppSyncParameters
Let the target's own policy allow events.amazonaws.com.
  Target.RoleArn
There are no global endpoints.
  PutEvents.EndpointId
Nothing is traced by X-Ray.
  PutEventsRequestEntry.TraceHeader
"""

MEMBERS = Members("events", _TAKEN, _REFUSED, offers_others=False)
