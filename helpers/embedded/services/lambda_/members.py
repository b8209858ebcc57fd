"""What Lambda takes of its requests."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
AddPermission: FunctionName StatementId Action Principal SourceArn FunctionUrlAuthType
  InvokedViaFunctionUrl SourceAccount EventSourceToken Qualifier RevisionId PrincipalOrgID
CreateAlias: FunctionName Name FunctionVersion Description RoutingConfig
CreateEventSourceMapping: EventSourceArn FunctionName Enabled BatchSize FilterCriteria KMSKeyArn
  MetricsConfig LoggingConfig ScalingConfig MaximumBatchingWindowInSeconds ParallelizationFactor
  StartingPosition StartingPositionTimestamp DestinationConfig MaximumRecordAgeInSeconds
  BisectBatchOnFunctionError MaximumRetryAttempts Tags TumblingWindowInSeconds Topics Queues
  SourceAccessConfigurations SelfManagedEventSource FunctionResponseTypes
  AmazonManagedKafkaEventSourceConfig SelfManagedKafkaEventSourceConfig
  DocumentDBEventSourceConfig ProvisionedPollerConfig
CreateFunction: FunctionName Runtime Role Handler Code Description Timeout MemorySize Publish
  VpcConfig DeadLetterConfig Environment KMSKeyArn TracingConfig Tags Layers Architectures
  EphemeralStorage LoggingConfig
DeleteAlias: FunctionName Name
DeleteEventSourceMapping: UUID
DeleteFunction: FunctionName Qualifier
DeleteFunctionConcurrency: FunctionName
DeleteFunctionEventInvokeConfig: FunctionName Qualifier
DeleteLayerVersion: LayerName VersionNumber
GetAccountSettings:
GetAlias: FunctionName Name
GetEventSourceMapping: UUID
GetFunction: FunctionName Qualifier
GetFunctionConcurrency: FunctionName
GetFunctionConfiguration: FunctionName Qualifier
GetFunctionEventInvokeConfig: FunctionName Qualifier
GetFunctionRecursionConfig: FunctionName
GetLayerVersion: LayerName VersionNumber
GetLayerVersionByArn: Arn
GetPolicy: FunctionName Qualifier
Invoke: FunctionName InvocationType LogType Payload Qualifier
ListAliases: FunctionName FunctionVersion Marker MaxItems
ListEventSourceMappings: EventSourceArn FunctionName Marker MaxItems
ListFunctionEventInvokeConfigs: FunctionName Marker MaxItems
ListFunctions: FunctionVersion Marker MaxItems
ListLayerVersions: LayerName Marker MaxItems
ListLayers: Marker MaxItems
ListTags: Resource
ListVersionsByFunction: FunctionName Marker MaxItems
PublishLayerVersion: LayerName Description Content CompatibleArchitectures CompatibleRuntimes
  LicenseInfo
PublishVersion: FunctionName CodeSha256 Description RevisionId
PutFunctionConcurrency: FunctionName ReservedConcurrentExecutions
PutFunctionEventInvokeConfig: FunctionName Qualifier MaximumRetryAttempts MaximumEventAgeInSeconds
  DestinationConfig
PutFunctionRecursionConfig: FunctionName RecursiveLoop
RemovePermission: FunctionName StatementId Qualifier RevisionId
TagResource: Resource Tags
UntagResource: Resource TagKeys
UpdateAlias: FunctionName Name FunctionVersion Description RoutingConfig RevisionId
UpdateEventSourceMapping: UUID FunctionName Enabled BatchSize FilterCriteria KMSKeyArn
  MetricsConfig LoggingConfig ScalingConfig MaximumBatchingWindowInSeconds ParallelizationFactor
  DestinationConfig MaximumRecordAgeInSeconds BisectBatchOnFunctionError MaximumRetryAttempts
  TumblingWindowInSeconds SourceAccessConfigurations FunctionResponseTypes
  AmazonManagedKafkaEventSourceConfig SelfManagedKafkaEventSourceConfig
  DocumentDBEventSourceConfig ProvisionedPollerConfig
UpdateFunctionCode: FunctionName ZipFile S3Bucket S3Key Architectures Publish DryRun RevisionId
UpdateFunctionConfiguration: FunctionName Role Handler Description Timeout MemorySize VpcConfig
  Environment Runtime DeadLetterConfig KMSKeyArn TracingConfig RevisionId Layers EphemeralStorage
  LoggingConfig
UpdateFunctionEventInvokeConfig: FunctionName Qualifier MaximumRetryAttempts
  MaximumEventAgeInSeconds DestinationConfig

AliasRoutingConfiguration: AdditionalVersionWeights
FilterCriteria: Filters
Filter: Pattern
EventSourceMappingMetricsConfig: Metrics
EventSourceMappingLoggingConfig: SystemLogLevel
ScalingConfig: MaximumConcurrency
DestinationConfig: OnSuccess OnFailure
OnSuccess: Destination
OnFailure: Destination
SourceAccessConfiguration: Type URI
SelfManagedEventSource: Endpoints
AmazonManagedKafkaEventSourceConfig: ConsumerGroupId SchemaRegistryConfig
KafkaSchemaRegistryConfig: SchemaRegistryURI EventRecordFormat AccessConfigs
  SchemaValidationConfigs
KafkaSchemaRegistryAccessConfig: Type URI
KafkaSchemaValidationConfig: Attribute
SelfManagedKafkaEventSourceConfig: ConsumerGroupId SchemaRegistryConfig ConsumptionMode
DocumentDBEventSourceConfig: DatabaseName CollectionName FullDocument
ProvisionedPollerConfig: MinimumPollers MaximumPollers PollerGroupName
FunctionCode: ZipFile S3Bucket S3Key
VpcConfig: SubnetIds SecurityGroupIds Ipv6AllowedForDualStack
DeadLetterConfig: TargetArn
Environment: Variables
TracingConfig: Mode
EphemeralStorage: Size
LoggingConfig: LogFormat ApplicationLogLevel SystemLogLevel LogGroup
LayerVersionContentInput: S3Bucket S3Key ZipFile
"""

_REFUSED = """
Functions run on this machine, each environment with one invocation at a time.
  CreateFunction.CapacityProviderConfig CreateFunction.AcceleratorConfig
  UpdateFunctionConfiguration.CapacityProviderConfig UpdateFunctionConfiguration.AcceleratorConfig
  CreateFunction.PublishTo UpdateFunctionCode.PublishTo PublishVersion.PublishTo
Remember in a table what has been done.
  CreateFunction.DurableConfig UpdateFunctionConfiguration.DurableConfig
  Invoke.DurableExecutionName
A function has its own /tmp, and nothing else to write to.
  CreateFunction.FileSystemConfigs UpdateFunctionConfiguration.FileSystemConfigs
A function comes as a zip file.
  CreateFunction.ImageConfig UpdateFunctionConfiguration.ImageConfig FunctionCode.ImageUri
  UpdateFunctionCode.ImageUri CreateFunction.PackageType
Name a Runtime.
  CreateFunction.RuntimeConfig UpdateFunctionConfiguration.RuntimeConfig
Environments start as they do without it.
  CreateFunction.SnapStart UpdateFunctionConfiguration.SnapStart
Nobody signs code here.
  CreateFunction.CodeSigningConfigArn CreateCodeSigningConfig PutFunctionCodeSigningConfig
Give each tenant a function, or the event the tenant's name.
  CreateFunction.TenancyConfig Invoke.TenantId
Code is copied from its bucket, and its newest version is taken.
  FunctionCode.S3ObjectVersion FunctionCode.S3ObjectStorageMode UpdateFunctionCode.S3ObjectVersion
  UpdateFunctionCode.S3ObjectStorageMode LayerVersionContentInput.S3ObjectVersion
  LayerVersionContentInput.S3ObjectStorageMode
Code is kept as it is; KMSKeyArn encrypts the variables.
  FunctionCode.SourceKMSKeyArn UpdateFunctionCode.SourceKMSKeyArn
Send it in the event.
  Invoke.ClientContext
Functions are listed as they are in one Region.
  ListFunctions.MasterRegion
All layers are listed.
  ListLayers.CompatibleArchitecture ListLayers.CompatibleRuntime
  ListLayerVersions.CompatibleArchitecture ListLayerVersions.CompatibleRuntime
Invoke the function by boto3, or let a queue send to it: nothing here has a URL.
  CreateFunctionUrlConfig UpdateFunctionUrlConfig InvokeWithResponseStream
An environment starts when an invocation needs it.
  PutProvisionedConcurrencyConfig
"""

_HARMLESS: dict[str, object] = {
    "CreateFunction.SnapStart": {"ApplyOn": "None"},
    "UpdateFunctionConfiguration.SnapStart": {"ApplyOn": "None"},
    "CreateFunction.PackageType": "Zip",
    "FunctionCode.S3ObjectStorageMode": "COPY",
    "UpdateFunctionCode.S3ObjectStorageMode": "COPY",
    "LayerVersionContentInput.S3ObjectStorageMode": "COPY",
    "ListFunctions.MasterRegion": "ALL",
}

MEMBERS = Members("lambda", _TAKEN, _REFUSED, _HARMLESS, offers_others=False)
