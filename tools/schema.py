"""samples/smsgen.schema.json: the JSON Schema of the application file: what `smsgen schema` prints."""

FILE = "samples/smsgen.schema.json"


def generate() -> str:
    """Return the text of the generated file."""
    from smsgen.model.schema import schema_text

    return schema_text()
