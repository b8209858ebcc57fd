"""What CloudFormation takes of its requests."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
CreateChangeSet: StackName TemplateBody TemplateURL UsePreviousTemplate Parameters Capabilities
  Tags ChangeSetName ClientToken Description ChangeSetType OnStackFailure
CreateStack: StackName TemplateBody TemplateURL Parameters DisableRollback TimeoutInMinutes
  Capabilities OnFailure Tags ClientRequestToken EnableTerminationProtection
DeleteChangeSet: ChangeSetName StackName
DeleteStack: StackName RetainResources ClientRequestToken
DescribeChangeSet: ChangeSetName StackName NextToken
DescribeStackEvents: StackName NextToken
DescribeStackResource: StackName LogicalResourceId
DescribeStackResources: StackName LogicalResourceId PhysicalResourceId
DescribeStacks: StackName NextToken
ExecuteChangeSet: ChangeSetName StackName ClientRequestToken DisableRollback
GetTemplate: StackName ChangeSetName TemplateStage
GetTemplateSummary: TemplateBody TemplateURL StackName
ListChangeSets: StackName NextToken
ListExports: NextToken
ListImports: ExportName NextToken
ListStackResources: StackName NextToken
ListStacks: NextToken StackStatusFilter
UpdateStack: StackName TemplateBody TemplateURL UsePreviousTemplate Parameters Capabilities Tags
  DisableRollback ClientRequestToken
UpdateTerminationProtection: EnableTerminationProtection StackName
ValidateTemplate: TemplateBody TemplateURL

Parameter: ParameterKey ParameterValue UsePreviousValue
Tag: Key Value
"""

_REFUSED = """
A stack is made in the name of whoever calls: call in the name of the role.
  CreateStack.RoleARN UpdateStack.RoleARN CreateChangeSet.RoleARN DeleteStack.RoleARN
No alarm is watched while a stack is made, which takes no lab time.
  CreateStack.RollbackConfiguration UpdateStack.RollbackConfiguration
  CreateChangeSet.RollbackConfiguration
Ask DescribeStackEvents instead: nobody is told.
  CreateStack.NotificationARNs UpdateStack.NotificationARNs CreateChangeSet.NotificationARNs
Any type that the account has may be made: let an IAM policy say who may make what.
  CreateStack.ResourceTypes UpdateStack.ResourceTypes CreateChangeSet.ResourceTypes
Stacks have no policies: use IAM, or EnableTerminationProtection.
  CreateStack.StackPolicyBody CreateStack.StackPolicyURL UpdateStack.StackPolicyBody
  UpdateStack.StackPolicyURL UpdateStack.StackPolicyDuringUpdateBody
  UpdateStack.StackPolicyDuringUpdateURL
What a failed stack has made is kept by its DeletionPolicy alone.
  CreateStack.RetainExceptOnCreate UpdateStack.RetainExceptOnCreate
  ExecuteChangeSet.RetainExceptOnCreate
Everything is deployed in one way here, and complete when the answer comes.
  CreateStack.DeploymentConfig UpdateStack.DeploymentConfig CreateChangeSet.DeploymentConfig
  DeleteStack.DeploymentConfig CreateChangeSet.DeploymentMode
A template is always checked.
  CreateStack.DisableValidation UpdateStack.DisableValidation CreateChangeSet.DisableValidation
What exists already is made anew by the template, or named in it.
  CreateChangeSet.ResourcesToImport CreateChangeSet.ImportExistingResources
There are no nested stacks.
  CreateChangeSet.IncludeNestedStacks
Name what to keep in RetainResources.
  DeleteStack.DeletionMode
Look at the template of the change set (GetTemplate).
  DescribeChangeSet.IncludePropertyValues
There are no stack sets.
  GetTemplateSummary.StackSetName GetTemplateSummary.CallAs
A template with a type that is unknown here is refused.
  GetTemplateSummary.TemplateSummaryConfig
It is part of answers alone.
  Parameter.ResolvedValue
"""

_HARMLESS: dict[str, object] = {
    "GetTemplateSummary.CallAs": "SELF",
    "DeleteStack.DeletionMode": "STANDARD",
}

MEMBERS = Members("cloudformation", _TAKEN, _REFUSED, _HARMLESS, offers_others=False)
