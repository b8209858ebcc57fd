from concurrent.futures import ThreadPoolExecutor, as_completed

import boto3

sqs = boto3.client("sqs")


def create(name):
    return sqs.create_queue(QueueName=name)["QueueUrl"].rpartition("/")[2]


def handler(event, context):
    with ThreadPoolExecutor(max_workers=4) as pool:
        futures = [pool.submit(create, name) for name in event]
        return sorted(future.result() for future in as_completed(futures))
