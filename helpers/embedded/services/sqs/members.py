"""What SQS takes of its requests: all that its API knows, but for one thing."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
AddPermission: QueueUrl Label AWSAccountIds Actions
CancelMessageMoveTask: TaskHandle
ChangeMessageVisibility: QueueUrl ReceiptHandle VisibilityTimeout
ChangeMessageVisibilityBatch: QueueUrl Entries
CreateQueue: QueueName Attributes tags
DeleteMessage: QueueUrl ReceiptHandle
DeleteMessageBatch: QueueUrl Entries
DeleteQueue: QueueUrl
GetQueueAttributes: QueueUrl AttributeNames
GetQueueUrl: QueueName QueueOwnerAWSAccountId
ListDeadLetterSourceQueues: QueueUrl NextToken MaxResults
ListMessageMoveTasks: SourceArn MaxResults
ListQueueTags: QueueUrl
ListQueues: QueueNamePrefix NextToken MaxResults
PurgeQueue: QueueUrl
ReceiveMessage: QueueUrl AttributeNames MessageSystemAttributeNames MessageAttributeNames
  MaxNumberOfMessages VisibilityTimeout WaitTimeSeconds
RemovePermission: QueueUrl Label
SendMessage: QueueUrl MessageBody DelaySeconds MessageAttributes MessageSystemAttributes
  MessageDeduplicationId MessageGroupId
SendMessageBatch: QueueUrl Entries
SetQueueAttributes: QueueUrl Attributes
StartMessageMoveTask: SourceArn DestinationArn MaxNumberOfMessagesPerSecond
TagQueue: QueueUrl Tags
UntagQueue: QueueUrl TagKeys

ChangeMessageVisibilityBatchRequestEntry: Id ReceiptHandle VisibilityTimeout
DeleteMessageBatchRequestEntry: Id ReceiptHandle
MessageAttributeValue: StringValue BinaryValue StringListValues BinaryListValues DataType
MessageSystemAttributeValue: StringValue BinaryValue StringListValues BinaryListValues DataType
SendMessageBatchRequestEntry: Id MessageBody DelaySeconds MessageAttributes
  MessageSystemAttributes MessageDeduplicationId MessageGroupId
"""

_REFUSED = """
A receive that is sent again with the same id is not answered with the same messages here: wait
for the visibility timeout, as without the id.
  ReceiveMessage.ReceiveRequestAttemptId
"""

MEMBERS = Members("sqs", _TAKEN, _REFUSED)
