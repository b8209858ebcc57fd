"""What KMS takes of its requests."""

from __future__ import annotations

from helpers.embedded.door.request_members import Members

_TAKEN = """
CancelKeyDeletion: KeyId
CreateAlias: AliasName TargetKeyId
CreateGrant: KeyId GranteePrincipal RetiringPrincipal Operations Constraints GrantTokens Name
  DryRun
CreateKey: Policy Description KeyUsage CustomerMasterKeySpec KeySpec Origin
  BypassPolicyLockoutSafetyCheck Tags MultiRegion
Decrypt: CiphertextBlob EncryptionContext GrantTokens KeyId EncryptionAlgorithm DryRun
DeleteAlias: AliasName
DescribeKey: KeyId GrantTokens
DisableKey: KeyId
DisableKeyRotation: KeyId
EnableKey: KeyId
EnableKeyRotation: KeyId RotationPeriodInDays
Encrypt: KeyId Plaintext EncryptionContext GrantTokens EncryptionAlgorithm DryRun
GenerateDataKey: KeyId EncryptionContext NumberOfBytes KeySpec GrantTokens DryRun
GenerateDataKeyWithoutPlaintext: KeyId EncryptionContext KeySpec NumberOfBytes GrantTokens DryRun
GenerateMac: Message KeyId MacAlgorithm GrantTokens DryRun
GenerateRandom: NumberOfBytes
GetKeyPolicy: KeyId PolicyName
GetKeyRotationStatus: KeyId
GetPublicKey: KeyId GrantTokens
ListAliases: KeyId Limit Marker
ListGrants: Limit Marker KeyId GrantId GranteePrincipal
ListKeyPolicies: KeyId Limit Marker
ListKeyRotations: KeyId Limit Marker
ListKeys: Limit Marker
ListResourceTags: KeyId Limit Marker
ListRetirableGrants: Limit Marker RetiringPrincipal
PutKeyPolicy: KeyId PolicyName Policy BypassPolicyLockoutSafetyCheck
ReEncrypt: CiphertextBlob SourceEncryptionContext SourceKeyId DestinationKeyId
  DestinationEncryptionContext SourceEncryptionAlgorithm DestinationEncryptionAlgorithm
  GrantTokens DryRun
RetireGrant: GrantToken KeyId GrantId DryRun
RevokeGrant: KeyId GrantId DryRun
RotateKeyOnDemand: KeyId
ScheduleKeyDeletion: KeyId PendingWindowInDays
Sign: KeyId Message MessageType GrantTokens SigningAlgorithm DryRun
TagResource: KeyId Tags
UntagResource: KeyId TagKeys
UpdateAlias: AliasName TargetKeyId
UpdateKeyDescription: KeyId Description
Verify: KeyId Message MessageType Signature SigningAlgorithm GrantTokens DryRun
VerifyMac: Message KeyId MacAlgorithm Mac GrantTokens DryRun

GrantConstraints: EncryptionContextSubset EncryptionContextEquals
Tag: TagKey TagValue
"""

_REFUSED = """
Nitro enclaves are nowhere but on AWS: the plaintext comes back in the answer.
  Decrypt.Recipient GenerateDataKey.Recipient GenerateRandom.Recipient
Keys lie in KMS itself here, in no key store of one's own.
  CreateKey.CustomKeyStoreId CreateKey.XksKeyId GenerateRandom.CustomKeyStoreId
Without it DryRun asks for everything, the ciphertext included.
  Decrypt.DryRunModifiers ReEncrypt.DryRunModifiers
Give the grant to a principal by its ARN.
  CreateGrant.GranteeServicePrincipal CreateGrant.RetiringServicePrincipal
  ListGrants.GranteeServicePrincipal ListRetirableGrants.RetiringServicePrincipal
Constrain the grant by its encryption context, or a key policy by aws:SourceArn.
  GrantConstraints.SourceArn
The rotations that have been made are listed.
  ListKeyRotations.IncludeKeyMaterial
The keys of the account are listed.
  ListKeys.ResourceOwners
Make a key in each Region.
  ReplicateKey UpdatePrimaryRegion
Use GenerateDataKey, or a key of an asymmetric KeySpec.
  GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext
"""

_HARMLESS: dict[str, object] = {
    "ListKeyRotations.IncludeKeyMaterial": "ROTATIONS_ONLY",
}

MEMBERS = Members("kms", _TAKEN, _REFUSED, _HARMLESS, offers_others=False)
