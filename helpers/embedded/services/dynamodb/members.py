"""What DynamoDB takes of its requests. moto answers operations that have no line here."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
BatchGetItem: RequestItems ReturnConsumedCapacity
BatchWriteItem: RequestItems ReturnConsumedCapacity
CreateTable: AttributeDefinitions TableName KeySchema LocalSecondaryIndexes GlobalSecondaryIndexes
  BillingMode ProvisionedThroughput StreamSpecification SSESpecification Tags
  DeletionProtectionEnabled WarmThroughput
DeleteItem: TableName Key Expected ConditionalOperator ReturnValues ReturnConsumedCapacity
  ConditionExpression ExpressionAttributeNames ExpressionAttributeValues
  ReturnValuesOnConditionCheckFailure
DeleteTable: TableName
DescribeTable: TableName
DescribeTimeToLive: TableName
GetItem: TableName Key AttributesToGet ConsistentRead ReturnConsumedCapacity ProjectionExpression
  ExpressionAttributeNames
ListTables: ExclusiveStartTableName Limit
ListTagsOfResource: ResourceArn NextToken
PutItem: TableName Item Expected ReturnValues ReturnConsumedCapacity ConditionalOperator
  ConditionExpression ExpressionAttributeNames ExpressionAttributeValues
  ReturnValuesOnConditionCheckFailure
Query: TableName IndexName Select AttributesToGet Limit ConsistentRead KeyConditions QueryFilter
  ConditionalOperator ScanIndexForward ExclusiveStartKey ReturnConsumedCapacity
  ProjectionExpression FilterExpression KeyConditionExpression ExpressionAttributeNames
  ExpressionAttributeValues
Scan: TableName IndexName AttributesToGet Limit Select ScanFilter ConditionalOperator
  ExclusiveStartKey ReturnConsumedCapacity TotalSegments Segment ProjectionExpression
  FilterExpression ExpressionAttributeNames ExpressionAttributeValues ConsistentRead
TagResource: ResourceArn Tags
TransactGetItems: TransactItems ReturnConsumedCapacity
TransactWriteItems: TransactItems ReturnConsumedCapacity ClientRequestToken
UntagResource: ResourceArn TagKeys
UpdateItem: TableName Key AttributeUpdates Expected ConditionalOperator ReturnValues
  ReturnConsumedCapacity UpdateExpression ConditionExpression ExpressionAttributeNames
  ExpressionAttributeValues ReturnValuesOnConditionCheckFailure
UpdateTable: AttributeDefinitions TableName BillingMode ProvisionedThroughput
  GlobalSecondaryIndexUpdates StreamSpecification SSESpecification DeletionProtectionEnabled
  WarmThroughput
UpdateTimeToLive: TableName TimeToLiveSpecification

KeysAndAttributes: Keys AttributesToGet ConsistentRead ProjectionExpression
  ExpressionAttributeNames
AttributeValue: S N B SS NS BS M L NULL BOOL
WriteRequest: PutRequest DeleteRequest
PutRequest: Item
DeleteRequest: Key
AttributeDefinition: AttributeName AttributeType
KeySchemaElement: AttributeName KeyType
LocalSecondaryIndex: IndexName KeySchema Projection
Projection: ProjectionType NonKeyAttributes
GlobalSecondaryIndex: IndexName KeySchema Projection ProvisionedThroughput WarmThroughput
ProvisionedThroughput: ReadCapacityUnits WriteCapacityUnits
WarmThroughput: ReadUnitsPerSecond WriteUnitsPerSecond
StreamSpecification: StreamEnabled StreamViewType
SSESpecification: Enabled SSEType KMSMasterKeyId
Tag: Key Value
ExpectedAttributeValue: Value Exists ComparisonOperator AttributeValueList
Condition: AttributeValueList ComparisonOperator
TransactGetItem: Get
Get: Key TableName ProjectionExpression ExpressionAttributeNames
TransactWriteItem: ConditionCheck Put Delete Update
ConditionCheck: Key TableName ConditionExpression ExpressionAttributeNames
  ExpressionAttributeValues ReturnValuesOnConditionCheckFailure
Put: Item TableName ConditionExpression ExpressionAttributeNames ExpressionAttributeValues
  ReturnValuesOnConditionCheckFailure
Delete: Key TableName ConditionExpression ExpressionAttributeNames ExpressionAttributeValues
  ReturnValuesOnConditionCheckFailure
Update: Key UpdateExpression TableName ConditionExpression ExpressionAttributeNames
  ExpressionAttributeValues ReturnValuesOnConditionCheckFailure
AttributeValueUpdate: Value Action
GlobalSecondaryIndexUpdate: Update Create Delete
UpdateGlobalSecondaryIndexAction: IndexName ProvisionedThroughput WarmThroughput
CreateGlobalSecondaryIndexAction: IndexName KeySchema Projection ProvisionedThroughput
  WarmThroughput
DeleteGlobalSecondaryIndexAction: IndexName
TimeToLiveSpecification: Enabled AttributeName
"""

_REFUSED = """
A table lies in one Region here.
  UpdateTable.ReplicaUpdates UpdateTable.MultiRegionConsistency
  UpdateTable.GlobalTableWitnessUpdates UpdateTable.GlobalTableSettingsReplicationMode
  UpdateTable.DisassociationProtectionEnabled CreateTable.GlobalTableSourceArn
  CreateTable.GlobalTableSettingsReplicationMode
No table is slower than another here.
  CreateTable.OnDemandThroughput UpdateTable.OnDemandThroughput
  GlobalSecondaryIndex.OnDemandThroughput UpdateGlobalSecondaryIndexAction.OnDemandThroughput
  CreateGlobalSecondaryIndexAction.OnDemandThroughput
Nothing is searched by vectors here.
  CreateTable.VectorIndexes UpdateTable.VectorIndexUpdates
What a table costs is not counted by its class.
  CreateTable.TableClass UpdateTable.TableClass
Grant by a policy of the role that needs it.
  CreateTable.ResourcePolicy
Sizes of item collections are not counted.
  BatchWriteItem.ReturnItemCollectionMetrics DeleteItem.ReturnItemCollectionMetrics
  PutItem.ReturnItemCollectionMetrics TransactWriteItems.ReturnItemCollectionMetrics
  UpdateItem.ReturnItemCollectionMetrics
Nothing here reads PartiQL: use GetItem, PutItem, UpdateItem, DeleteItem or Query.
  ExecuteStatement BatchExecuteStatement ExecuteTransaction
"""

_HARMLESS: dict[str, object] = {
    "BatchWriteItem.ReturnItemCollectionMetrics": "NONE",
    "DeleteItem.ReturnItemCollectionMetrics": "NONE",
    "PutItem.ReturnItemCollectionMetrics": "NONE",
    "TransactWriteItems.ReturnItemCollectionMetrics": "NONE",
    "UpdateItem.ReturnItemCollectionMetrics": "NONE",
    "CreateTable.TableClass": "STANDARD",
    "UpdateTable.TableClass": "STANDARD",
}

MEMBERS = Members("dynamodb", _TAKEN, _REFUSED, _HARMLESS)
