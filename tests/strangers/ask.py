"""Asks by boto3: reads [[service, method, parameters], ...], prints HTTP status and code of each answer."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, region = sys.argv[1:]
config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)


def ask(service, method, parameters):
    client = boto3.client(service, endpoint_url=endpoint, region_name=region, config=config)
    try:
        answer, code = getattr(client, method)(**parameters), "accepted"
    except ClientError as error:
        answer, code = error.response, error.response["Error"]["Code"]
    return {"status": answer["ResponseMetadata"]["HTTPStatusCode"], "code": code}


print(json.dumps([ask(*call) for call in json.load(sys.stdin)]))
