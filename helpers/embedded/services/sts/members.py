"""What STS takes of its requests."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
AssumeRole: RoleArn RoleSessionName PolicyArns Policy DurationSeconds Tags TransitiveTagKeys
  ExternalId SourceIdentity
GetCallerIdentity:
GetFederationToken: Name Policy PolicyArns DurationSeconds Tags
GetSessionToken: DurationSeconds

PolicyDescriptorType: arn
Tag: Key Value
"""

_REFUSED = """
Users have no devices for a second factor here.
  AssumeRole.SerialNumber AssumeRole.TokenCode GetSessionToken.SerialNumber
  GetSessionToken.TokenCode
Identity Center is not here: say in Tags or in SourceIdentity who it is for.
  AssumeRole.ProvidedContexts
The token is as long as it comes.
  AssumeRole.MinimumSessionTokenSize GetFederationToken.MinimumSessionTokenSize
  GetSessionToken.MinimumSessionTokenSize
"""

MEMBERS = Members("sts", _TAKEN, _REFUSED)
