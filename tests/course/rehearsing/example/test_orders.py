import boto3


def test_an_order_that_nobody_deletes_comes_back(lab):
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="order-1")
    assert "Messages" in sqs.receive_message(QueueUrl=url)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    lab.advance(seconds=30)
    assert "Messages" in sqs.receive_message(QueueUrl=url)
