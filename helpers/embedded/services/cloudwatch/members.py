"""What CloudWatch takes of its requests."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
DeleteAlarms: AlarmNames
DeleteDashboards: DashboardNames
DescribeAlarmHistory: AlarmName AlarmTypes HistoryItemType StartDate EndDate MaxRecords NextToken
  ScanBy
DescribeAlarms: AlarmNames AlarmNamePrefix AlarmTypes StateValue ActionPrefix MaxRecords NextToken
DescribeAlarmsForMetric: MetricName Namespace Statistic ExtendedStatistic Dimensions Period Unit
DisableAlarmActions: AlarmNames
EnableAlarmActions: AlarmNames
GetDashboard: DashboardName
GetMetricData: MetricDataQueries StartTime EndTime NextToken ScanBy MaxDatapoints
GetMetricStatistics: Namespace MetricName Dimensions StartTime EndTime Period Statistics
  ExtendedStatistics Unit
ListDashboards: DashboardNamePrefix NextToken
ListMetrics: Namespace MetricName Dimensions NextToken RecentlyActive
ListTagsForResource: ResourceARN
PutDashboard: DashboardName DashboardBody Tags
PutMetricAlarm: AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions
  InsufficientDataActions MetricName Namespace Statistic ExtendedStatistic Dimensions Period Unit
  EvaluationPeriods DatapointsToAlarm Threshold ComparisonOperator TreatMissingData Metrics Tags
PutMetricData: Namespace MetricData
SetAlarmState: AlarmName StateValue StateReason StateReasonData
TagResource: ResourceARN Tags
UntagResource: ResourceARN TagKeys

Dimension: Name Value
MetricDataQuery: Id MetricStat Expression Label ReturnData Period
MetricStat: Metric Period Stat Unit
Metric: Namespace MetricName Dimensions
DimensionFilter: Name Value
Tag: Key Value
MetricDatum: MetricName Dimensions Timestamp Value StatisticValues Values Counts Unit
  StorageResolution
StatisticSet: SampleCount Sum Minimum Maximum
"""

_REFUSED = """
Put the same data as MetricData: the entity only groups them in the console.
  PutMetricData.EntityMetricData PutMetricData.StrictEntityValidation
There are no alarms on anomalies: compare with a fixed Threshold.
  PutMetricAlarm.ThresholdMetricId
An alarm looks at its last EvaluationPeriods times Period.
  PutMetricAlarm.EvaluationWindow PutMetricAlarm.EvaluationInterval
  PutMetricAlarm.WarmUpConfiguration
An alarm watches a metric, or an expression in Metrics.
  PutMetricAlarm.EvaluationCriteria
What an alarm says to its topic is the same for all: read its tags with ListTagsForResource.
  PutMetricAlarm.ActionConfiguration
A percentile is taken of whatever samples there are.
  PutMetricAlarm.EvaluateLowSampleCountPercentile
There are no composite alarms.
  DescribeAlarms.ChildrenOfAlarmName DescribeAlarms.ParentsOfAlarmName
An alarm here has one contributor.
  DescribeAlarmHistory.AlarmContributorId
Metrics are those of the account itself.
  MetricDataQuery.AccountId ListMetrics.IncludeLinkedAccounts ListMetrics.OwningAccount
Moments in labels are in UTC.
  GetMetricData.LabelOptions
Let one alarm watch an expression in Metrics.
  PutCompositeAlarm
"""

_HARMLESS: dict[str, object] = {
    "PutMetricAlarm.EvaluateLowSampleCountPercentile": "evaluate",
    "GetMetricData.LabelOptions": {"Timezone": "+0000"},
}

MEMBERS = Members("cloudwatch", _TAKEN, _REFUSED, _HARMLESS, offers_others=False)
