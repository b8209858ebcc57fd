"""Where this package reaches inside moto's Lambda, and why: one list.

tests/embedded/test_moto_seams.py asks moto for each of them.
"""

from __future__ import annotations

from helpers.embedded.moto_seams.seams import Reach

REACHES = (
    Reach("moto.awslambda.models", "lambda_backends.backend", "replaced by our subclass"),
    Reach("moto.awslambda.models", "LambdaFunction.get_configuration", "kept, with more fields"),
    Reach("moto.awslambda.models", "LambdaFunction.set_version", "makes a copy a version"),
    Reach("moto.awslambda.models", "LambdaStorage.put_function", "takes our functions"),
    Reach("moto.awslambda.models", "LambdaStorage._get_version", "finds the newest version"),
    Reach("moto.awslambda.models", "LambdaStorage._get_function_aliases", "tells aliases apart"),
    Reach("moto.awslambda.models", "LambdaBackend.publish_version", "replaced"),
    Reach("moto.s3.models", "S3Backend.get_object", "finds code that lies in a bucket"),
    Reach("moto.awslambda.responses", "LambdaResponse.call_action", "kept; names are read before"),
)
