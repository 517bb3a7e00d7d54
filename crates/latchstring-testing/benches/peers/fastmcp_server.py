"""FastMCP's code mode over HTTP, without a key: `execute` over tools that answer from memory.

    fastmcp_server.py PORT MATERIALS

MATERIALS is a file with what the assembly example answers to `raw_materials.list`; so the same rows are read here and
there, here without a database.
"""

import json
import sys
from pathlib import Path

from fastmcp import FastMCP
from fastmcp.experimental.transforms.code_mode import CodeMode

ITEMS = [{"id": f"rm-{i}", "name": f"Raw material {i}", "stock": i * 37 % 101, "minimum": 20} for i in range(100)]
MATERIALS = json.loads(Path(sys.argv[2]).read_text())

server = FastMCP("Side by side", transforms=[CodeMode()])


@server.tool
def list_items(page: int) -> dict:
    """One page of items."""
    return {"items": ITEMS}


@server.tool
def raw_materials_list(pageSize: int) -> dict:
    """One page of raw materials."""
    return MATERIALS


server.run(
    transport="http",
    host="127.0.0.1",
    port=int(sys.argv[1]),
    stateless_http=True,
    json_response=True,
    show_banner=False,
    log_level="error",
    uvicorn_config={"access_log": False},
)
