"""The project's own open contract: canonical documents over HTTP. See docs/reference/http_json.md."""
