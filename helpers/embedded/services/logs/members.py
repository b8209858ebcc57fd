"""What CloudWatch Logs takes of its requests."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
CreateLogGroup: logGroupName kmsKeyId tags logGroupClass
CreateLogStream: logGroupName logStreamName
DeleteLogGroup: logGroupName
DeleteLogStream: logGroupName logStreamName
DeleteMetricFilter: logGroupName filterName
DeleteRetentionPolicy: logGroupName
DescribeLogGroups: logGroupNamePrefix logGroupNamePattern nextToken limit logGroupClass
  logGroupIdentifiers
DescribeLogStreams: logGroupName logGroupIdentifier logStreamNamePrefix orderBy descending
  nextToken limit
DescribeMetricFilters: logGroupName filterNamePrefix nextToken limit metricName metricNamespace
DescribeQueries: logGroupName status maxResults nextToken queryLanguage
FilterLogEvents: logGroupName logGroupIdentifier logStreamNames logStreamNamePrefix startTime
  endTime filterPattern nextToken limit startFromHead interleaved
GetLogEvents: logGroupName logGroupIdentifier logStreamName startTime endTime nextToken limit
  startFromHead
GetQueryResults: queryId
ListTagsForResource: resourceArn
PutLogEvents: logGroupName logStreamName logEvents sequenceToken
PutMetricFilter: logGroupName filterName filterPattern metricTransformations
PutRetentionPolicy: logGroupName retentionInDays
StartQuery: queryLanguage logGroupName logGroupNames logGroupIdentifiers startTime endTime
  queryString limit
StopQuery: queryId
TagResource: resourceArn tags
TestMetricFilter: filterPattern logEventMessages
UntagResource: resourceArn tagKeys
PutSubscriptionFilter: logGroupName filterName filterPattern destinationArn roleArn
DescribeSubscriptionFilters: logGroupName
DeleteSubscriptionFilter: logGroupName filterName
PutResourcePolicy: policyName policyDocument
DescribeResourcePolicies:
DeleteResourcePolicy: policyName
ListTagsLogGroup: logGroupName
TagLogGroup: logGroupName tags
UntagLogGroup: logGroupName tags

InputLogEvent: timestamp message
MetricTransformation: metricName metricNamespace metricValue defaultValue dimensions unit
"""

_REFUSED = """
Log groups are those of the account itself.
  DescribeLogGroups.accountIdentifiers DescribeLogGroups.includeLinkedAccounts
Nothing is masked here, so there is nothing to unmask.
  FilterLogEvents.unmask GetLogEvents.unmask
Events belong to their log group; write into the event itself what they are about.
  PutLogEvents.entity
No events are transformed here: filter them as they were written.
  PutMetricFilter.applyOnTransformedLogs PutSubscriptionFilter.applyOnTransformedLogs
Choose by the filterPattern, and let dimensions name what the metric tells apart.
  PutMetricFilter.fieldSelectionCriteria PutMetricFilter.emitSystemFieldDimensions
  PutSubscriptionFilter.fieldSelectionCriteria PutSubscriptionFilter.emitSystemFields
All rows of a query come at once: limit them in the query.
  GetQueryResults.maxItems GetQueryResults.nextToken
Delete no group that you need; nothing protects it here.
  CreateLogGroup.deletionProtectionEnabled
Events are sent one by one.
  PutSubscriptionFilter.distribution
A policy here is for what names its resource in itself.
  PutResourcePolicy.resourceArn PutResourcePolicy.expectedRevisionId
  DescribeResourcePolicies.resourceArn DescribeResourcePolicies.policyScope
  DeleteResourcePolicy.resourceArn DeleteResourcePolicy.expectedRevisionId
The few that there are come at once.
  DescribeSubscriptionFilters.filterNamePrefix DescribeSubscriptionFilters.nextToken
  DescribeSubscriptionFilters.limit DescribeResourcePolicies.nextToken
  DescribeResourcePolicies.limit
"""

MEMBERS = Members("logs", _TAKEN, _REFUSED, offers_others=False)
