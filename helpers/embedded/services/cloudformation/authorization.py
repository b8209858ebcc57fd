"""What access asks of CloudFormation.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
"""

from __future__ import annotations

from helpers.embedded.door.access.authorization import Authorization
from helpers.embedded.service import Call


class CloudFormationAuthorization(Authorization):
    """Stacks, as policies name them."""

    prefix = "cloudformation"

    def resources(self, call: Call) -> list[str]:
        """A stack is named before it has an id, so that policies name it as stack/NAME/*."""
        name = call.first("StackName")
        if name is None or name.startswith("arn:"):
            return [name or "*"]
        return [call.arn("cloudformation", f"stack/{name}/*")]
