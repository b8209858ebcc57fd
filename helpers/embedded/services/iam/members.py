"""What IAM takes of its requests. moto answers operations that have no line here."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
AddUserToGroup: GroupName UserName
AttachGroupPolicy: GroupName PolicyArn
AttachRolePolicy: RoleName PolicyArn
AttachUserPolicy: UserName PolicyArn
CreateAccessKey: UserName
CreateGroup: Path GroupName
CreatePolicy: PolicyName Path PolicyDocument Description Tags
CreatePolicyVersion: PolicyArn PolicyDocument SetAsDefault
CreateRole: Path RoleName AssumeRolePolicyDocument Description MaxSessionDuration
  PermissionsBoundary Tags
CreateUser: Path UserName PermissionsBoundary Tags
DeleteAccessKey: UserName AccessKeyId
DeleteGroup: GroupName
DeleteGroupPolicy: GroupName PolicyName
DeletePolicy: PolicyArn
DeletePolicyVersion: PolicyArn VersionId
DeleteRole: RoleName
DeleteRolePermissionsBoundary: RoleName
DeleteRolePolicy: RoleName PolicyName
DeleteUser: UserName
DeleteUserPermissionsBoundary: UserName
DeleteUserPolicy: UserName PolicyName
DetachGroupPolicy: GroupName PolicyArn
DetachRolePolicy: RoleName PolicyArn
DetachUserPolicy: UserName PolicyArn
GetGroup: GroupName Marker MaxItems
GetGroupPolicy: GroupName PolicyName
GetPolicy: PolicyArn
GetPolicyVersion: PolicyArn VersionId
GetRole: RoleName
GetRolePolicy: RoleName PolicyName
GetUser: UserName
GetUserPolicy: UserName PolicyName
ListAccessKeys: UserName Marker MaxItems
ListAttachedGroupPolicies: GroupName PathPrefix Marker MaxItems
ListAttachedRolePolicies: RoleName PathPrefix Marker MaxItems
ListAttachedUserPolicies: UserName PathPrefix Marker MaxItems
ListGroupPolicies: GroupName Marker MaxItems
ListGroups: PathPrefix Marker MaxItems
ListGroupsForUser: UserName Marker MaxItems
ListPolicies: Scope OnlyAttached PathPrefix Marker MaxItems
ListPolicyTags: PolicyArn Marker MaxItems
ListPolicyVersions: PolicyArn Marker MaxItems
ListRolePolicies: RoleName Marker MaxItems
ListRoleTags: RoleName Marker MaxItems
ListRoles: PathPrefix Marker MaxItems
ListUserPolicies: UserName Marker MaxItems
ListUserTags: UserName Marker MaxItems
ListUsers: PathPrefix Marker MaxItems
PutGroupPolicy: GroupName PolicyName PolicyDocument
PutRolePermissionsBoundary: RoleName PermissionsBoundary
PutRolePolicy: RoleName PolicyName PolicyDocument
PutUserPermissionsBoundary: UserName PermissionsBoundary
PutUserPolicy: UserName PolicyName PolicyDocument
RemoveUserFromGroup: GroupName UserName
SetDefaultPolicyVersion: PolicyArn VersionId
TagPolicy: PolicyArn Tags
TagRole: RoleName Tags
TagUser: UserName Tags
UntagPolicy: PolicyArn TagKeys
UntagRole: RoleName TagKeys
UntagUser: UserName TagKeys
UpdateAccessKey: UserName AccessKeyId Status
UpdateAssumeRolePolicy: RoleName PolicyDocument
UpdateRole: RoleName Description MaxSessionDuration
UpdateRoleDescription: RoleName Description
UpdateUser: UserName NewPath NewUserName

Tag: Key Value
"""

_REFUSED = """
All policies that are asked for are listed, whatever they are used for.
  ListPolicies.PolicyUsageFilter
"""

MEMBERS = Members("iam", _TAKEN, _REFUSED)
