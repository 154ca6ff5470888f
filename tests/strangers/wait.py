"""boto3's own waiters, or its paginators, against an endpoint; prints what they did."""

import json
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

endpoint, region = sys.argv[1:]
config = Config(retries={"total_max_attempts": 1})
rds, kms = (boto3.client(name, endpoint_url=endpoint, region_name=region, config=config) for name in ("rds", "kms"))
waits = {"Delay": 0.2, "MaxAttempts": 3000}
did = {"waited": [], "failed": [], "paged": {}, "not imitated": []}


def wait(name, **which):
    rds.get_waiter(name).wait(WaiterConfig=waits, **which)
    did["waited"].append(name)


def waits_in_vain(name, **which):
    try:
        rds.get_waiter(name).wait(WaiterConfig=waits, **which)
    except WaiterError as error:
        did["failed"].append([name, str(error)])


def misbehave(order):
    urllib.request.urlopen(urllib.request.Request(endpoint + "/_sandbox/misbehave", json.dumps(order).encode()))


def waiters():
    rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="waited")
    wait("db_snapshot_available", DBSnapshotIdentifier="waited")
    wait("db_snapshot_completed", DBSnapshotIdentifier="waited")
    wait("db_instance_available", DBInstanceIdentifier="orders")
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="waited", DBSnapshotIdentifier="waited")
    wait("db_instance_available", DBInstanceIdentifier="waited")
    rds.delete_db_instance(DBInstanceIdentifier="waited", SkipFinalSnapshot=True)
    wait("db_instance_deleted", DBInstanceIdentifier="waited")
    misbehave({"operation": "CopyDBSnapshot", "how": {"ends-as": {"status": "failed"}}})
    copy = {"SourceDBSnapshotIdentifier": "waited", "TargetDBSnapshotIdentifier": "failing"}
    rds.copy_db_snapshot(KmsKeyId="alias/sandbox", **copy)
    waits_in_vain("db_snapshot_available", DBSnapshotIdentifier="failing")
    misbehave({"operation": "RestoreDBInstanceFromDBSnapshot", "how": {"ends-as": {"status": "incompatible-restore"}}})
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="failing", DBSnapshotIdentifier="waited")
    waits_in_vain("db_instance_available", DBInstanceIdentifier="failing")
    rds.delete_db_snapshot(DBSnapshotIdentifier="waited")
    wait("db_snapshot_deleted", DBSnapshotIdentifier="waited")
    wait("db_cluster_available", DBClusterIdentifier="analytics")
    wait("db_cluster_deleted", DBClusterIdentifier="nobody")
    wait("db_cluster_snapshot_deleted", DBClusterSnapshotIdentifier="nobody")


NEEDS = {
    "describe_events": {"Duration": 20160},
    "describe_orderable_db_instance_options": {"Engine": "postgres", "EngineVersion": "15.12"},
    "describe_db_parameters": {"DBParameterGroupName": "orders-postgres15"},
    "list_grants": {"KeyId": "alias/sandbox"},
    "list_key_policies": {"KeyId": "alias/sandbox"},
    "list_resource_tags": {"KeyId": "alias/sandbox"},
}


def still(row):
    """A row without what follows the clock."""
    if isinstance(row, dict):
        row = {name: row[name] for name in row if name not in ("LatestRestorableTime", "RestoreWindow")}
    return json.dumps(row, default=str, sort_keys=True)


def pages(client, method, size):
    """All rows by small pages are all rows by large ones, none twice."""
    paginator = client.get_paginator(method)
    needs, key = NEEDS.get(method, {}), str(paginator.result_keys[0].expression)
    rows = {}
    for page_size in (size, None):
        found = list(paginator.paginate(PaginationConfig={"PageSize": page_size}, **needs))
        rows[page_size] = [still(row) for page in found for row in page[key]]
        count = len(found)
        if page_size:
            did["paged"][method] = [count, len(rows[page_size])]
    small, large = (sorted(all_of) for all_of in rows.values())
    assert small == large and len(set(small)) == len(small), method


def paginators():
    for client, size in ((rds, 20), (kms, 2)):
        for method in sorted(client.meta.method_to_api_mapping):
            if not client.can_paginate(method):
                continue
            try:
                pages(client, method, size)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 501:
                    raise
                did["not imitated"].append(method)
            except Exception as error:
                if "Missing required" not in str(error):
                    raise
                did["not imitated"].append(method)


def fill():
    """More instances than a page holds."""
    names = [f"many-{number}" for number in range(12)]
    for name in names:
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="keeper",
            MasterUserPassword="correct-horse-battery",
            BackupRetentionPeriod=0,
        )
    for name in names:
        wait("db_instance_available", DBInstanceIdentifier=name)


if json.load(sys.stdin) == "wait":
    waiters()
    fill()
else:
    paginators()
print(json.dumps(did))
