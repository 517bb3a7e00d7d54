"""The REST endpoint and its document against the real server: what a script with a key would notice.

    check_rest.py BINARY

Starts BINARY on a free port with a data directory of its own, has the OpenAPI document checked by openapi-spec-validator,
calls every operation that reads with its example, holds the answers against their schemas, and stops the server again. Ends
with 0 when everything was as it should be; otherwise the first thing that was not is named.

`just client` makes the environment and the binary.
"""

import json
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from server import Server, Unexpected, check


def fetch(url, body=None, key=None):
    """The status, headers and JSON that come back. Waits as it is told to when there were too many calls."""
    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            if error.code != 429:
                return error.code, error.headers, json.load(error)
            time.sleep(int(error.headers["Retry-After"]))
    return fetch(url, body, key)


def faults(document, schema, value):
    """Where a value is not what a schema of the document says."""
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(value)]


def check_the_document(document):
    found = [fault.message for fault in OpenAPIV31SpecValidator(document).iter_errors()]
    check("the document is valid OpenAPI 3.1", not found, found)
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        if name.endswith("_input"):
            operation = document["paths"]["/api/v1/" + schema_owner(document, name)]["post"]
            example = operation["requestBody"]["content"]["application/json"]["example"]
            wrong = faults(document, schema, example)
            if wrong:
                raise Unexpected(f"the example of {name} does not fit: {wrong}")
    check("every example fits its schema", True)


def schema_owner(document, schema):
    pointer = f"#/components/schemas/{schema}"
    for path, item in document["paths"].items():
        if item["post"]["requestBody"]["content"]["application/json"]["schema"] == {"$ref": pointer}:
            return path.removeprefix("/api/v1/")
    raise Unexpected(f"no operation takes {schema}")


def check_the_calls(base, document, key):
    done = 0
    for path, item in document["paths"].items():
        operation = item["post"]
        if operation["x-scope"] != "read":
            status, _, answer = fetch(base + path, {}, key)
            if (status, answer["error"]["code"]) != (404, "UNKNOWN_OPERATION"):
                raise Unexpected(f"a read key was told of {path}: {answer}")
            continue
        example = operation["requestBody"]["content"]["application/json"]["example"]
        status, headers, answer = fetch(base + path, example, key)
        media = "application/json"
        if status == 200:
            schema, done = operation["responses"]["200"]["content"][media]["schema"], done + 1
        else:
            schema = document["components"]["responses"]["Refused"]["content"][media]["schema"]
        wrong = faults(document, schema, answer)
        if wrong or headers["X-Request-Id"] != answer["meta"]["requestId"]:
            raise Unexpected(f"{path} answered {status} with {wrong}")
    check("what a read key asks is answered as the document says", done >= 5, done)
    check("what it may not use it is not told of", True)


def check_everything(server):
    server.start()
    base = server.url.removesuffix("/mcp")
    status, headers, document = fetch(f"{base}/api/v1/openapi.json")
    check("the document takes no key", status == 200 and bool(headers["ETag"]), status)
    check_the_document(document)

    store = server.ready["stores"][0]["name"]
    made = server.command("key", "create", "--store", store, "--label", "rest check", "--json")
    check_the_calls(base, document, made["key"])
    server.command("key", "revoke", made["id"], "--store", store, "--json")
    check("a revoked key fails on its next request", fetch(f"{base}/api/v1/run", {}, made["key"])[0] == 401)
    check("the server stops cleanly", server.stop() == 0)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="latchstring-rest-") as folder:
        server = Server(sys.argv[1], Path(folder))
        try:
            check_everything(server)
        except Unexpected as error:
            sys.exit(f"not as it should be: {error}")
        finally:
            server.end()
    print("the document and the answers agree")


if __name__ == "__main__":
    main()
