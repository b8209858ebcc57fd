"""The signing secret, which reaches a function as an encrypted environment variable."""

import base64
import functools
import os

import boto3


@functools.cache
def open_secret() -> bytes:
    """The plaintext of SIGNING_SECRET: KMS is asked once in the life of an environment.

    The ciphertext is bound to this function's name by its encryption context, as the Lambda
    console does it: copied into another function's variables it does not open.
    """
    answer = boto3.client("kms").decrypt(
        CiphertextBlob=base64.b64decode(os.environ["SIGNING_SECRET"]),
        EncryptionContext={"LambdaFunctionName": os.environ["AWS_LAMBDA_FUNCTION_NAME"]},
    )
    return bytes(answer["Plaintext"])
