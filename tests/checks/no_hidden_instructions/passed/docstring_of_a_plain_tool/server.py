from mcp.server.fastmcp import FastMCP

mcp = FastMCP("sums")


@mcp.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers; needs no API key."""
    return a + b
