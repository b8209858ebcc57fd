"""What SNS takes of its requests."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
AddPermission: TopicArn Label AWSAccountId ActionName
CreateTopic: Name Attributes Tags
DeleteTopic: TopicArn
GetSubscriptionAttributes: SubscriptionArn
GetTopicAttributes: TopicArn
ListSubscriptions: NextToken
ListSubscriptionsByTopic: TopicArn NextToken
ListTagsForResource: ResourceArn
ListTopics: NextToken
Publish: TopicArn TargetArn Message Subject MessageStructure MessageAttributes
  MessageDeduplicationId MessageGroupId
PublishBatch: TopicArn PublishBatchRequestEntries
RemovePermission: TopicArn Label
SetSubscriptionAttributes: SubscriptionArn AttributeName AttributeValue
SetTopicAttributes: TopicArn AttributeName AttributeValue
Subscribe: TopicArn Protocol Endpoint Attributes ReturnSubscriptionArn
TagResource: ResourceArn Tags
Unsubscribe: SubscriptionArn
UntagResource: ResourceArn TagKeys
ConfirmSubscription: TopicArn Token

Tag: Key Value
MessageAttributeValue: DataType StringValue BinaryValue
PublishBatchRequestEntry: Id Message Subject MessageStructure MessageAttributes
  MessageDeduplicationId MessageGroupId
"""

_REFUSED = """
No text message is sent to a telephone here: subscribe a queue to a topic, and publish to that.
  Publish.PhoneNumber
Mask what is secret before you publish it.
  CreateTopic.DataProtectionPolicy
Whoever may unsubscribe is said by policies.
  ConfirmSubscription.AuthenticateOnUnsubscribe
Subscribe a queue or a function to a topic.
  CreatePlatformApplication CreatePlatformEndpoint
"""

_HARMLESS: dict[str, object] = {
    "ConfirmSubscription.AuthenticateOnUnsubscribe": "false",
}

MEMBERS = Members("sns", _TAKEN, _REFUSED, _HARMLESS, offers_others=False)
