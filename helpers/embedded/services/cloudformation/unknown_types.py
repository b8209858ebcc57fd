"""What to do about types of resources that the embedded account does not make."""

from __future__ import annotations

from collections.abc import Iterable

_INSTEAD = {
    "AWS::ApiGateway": "Invoke the function, or send to its queue, from a cell.",
    "AWS::ApiGatewayV2": "Invoke the function, or send to its queue, from a cell.",
    "AWS::CloudFormation::CustomResource": (
        "A custom resource is a function that a stack calls: deploy the function as "
        "AWS::Lambda::Function, invoke it from a cell, and give what it returns as a parameter."
    ),
    "AWS::CloudFormation::Macro": "Write what the macro would make into the template.",
    "AWS::CloudFormation::Stack": (
        "Create the nested template as a stack of its own, and let its outputs be exports "
        "(Outputs: Export) that this one imports (Fn::ImportValue)."
    ),
    "AWS::CloudFormation::WaitCondition": "Use DependsOn: a resource is there when it is made.",
    "AWS::CloudFormation::WaitConditionHandle": "Use DependsOn.",
    "AWS::CloudWatch::AnomalyDetector": (
        "Use AWS::CloudWatch::Alarm with a Threshold of your own in place of an anomaly band."
    ),
    "AWS::CloudWatch::CompositeAlarm": "Use one AWS::CloudWatch::Alarm for each condition.",
    "AWS::CodeDeploy": (
        "Leave DeploymentPreference out: AutoPublishAlias alone moves the alias at once; "
        "AWS::Lambda::Alias with RoutingConfig moves a share."
    ),
    "AWS::EC2": "Leave VpcConfig and what belongs to it out: functions here run without a VPC.",
    "AWS::Events::EventBus": "Use the default event bus.",
    "AWS::Lambda::CodeSigningConfig": "Leave code signing out.",
    "AWS::Lambda::Url": "Invoke the function by its name: nothing here listens on the web.",
    "AWS::Pipes::Pipe": "Use AWS::Lambda::EventSourceMapping from the queue to a function.",
    "AWS::Serverless::Application": "Create the nested application as a stack of its own.",
    "AWS::Serverless::Connector": (
        "Use policy templates such as SQSPollerPolicy and SQSSendMessagePolicy."
    ),
    "AWS::StepFunctions": "Let functions send to each other's queues.",
    "Custom": (
        "A custom resource is a function that a stack calls: deploy the function as "
        "AWS::Lambda::Function, invoke it from a cell, and give what it returns as a parameter."
    ),
}
"""By type, or by what the type begins with."""


def advice(unknown: Iterable[str], known: Iterable[str]) -> str:
    """What to do instead, type by type, and which types there are."""
    sentences = []
    for kind in unknown:
        service = "::".join(kind.split("::")[:2]) if kind.startswith("AWS::") else "Custom"
        if instead := _INSTEAD.get(kind) or _INSTEAD.get(service):
            sentences.append(f"{kind}: {instead}")
    made = f"The embedded account makes: {', '.join(sorted(known))}."
    return " ".join([*sentences, made])
