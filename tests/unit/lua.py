"""A health script as Argo CD runs it: Lua 5.1 with its base and table functions alone."""

from typing import Any

from lupa.lua51 import LuaRuntime

from hack.argocd import FOLDER
from mandate.api.meta import Json

OPEN = (
    "_G", "table", "ipairs", "pairs", "next", "type", "tostring", "tonumber", "select", "unpack",
)  # fmt: skip
_CLOSE = """
local open = {}
for _, name in ipairs(names) do open[name] = true end
getmetatable("").__index = nil
for name in pairs(_G) do if not open[name] then _G[name] = nil end end
"""


def health(document: Json) -> tuple[str, str]:
    """Status and message of an object, as the API server has it."""
    lua = LuaRuntime(unpack_returned_tuples=False)
    lua.globals()["names"] = lua.table_from(OPEN)
    lua.execute(_CLOSE)
    lua.globals()["obj"] = lua.table_from(document, recursive=True)
    script = (FOLDER / document["kind"] / "health.lua").read_text("utf-8")
    found: Any = lua.execute(script)
    return found["status"], found["message"]
