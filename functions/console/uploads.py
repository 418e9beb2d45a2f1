"""A form that sends a file (multipart/form-data), read by the standard library's parser of mail."""

from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP

CONTENT_TYPE = "multipart/form-data"
_MOST_PARTS = 20


@dataclass(frozen=True)
class Sent:
    """A file that a form sent: the name that it had there, and what is in it."""

    name: str
    content: bytes


def read(content_type: str, raw: bytes) -> tuple[dict[str, str], dict[str, Sent]]:
    """The fields and the files of a form, the last of each name. Raises ValueError for what is no such form."""
    if "\r" in content_type or "\n" in content_type:
        raise ValueError("a header in a header")
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + raw)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not parts or len(parts) > _MOST_PARTS or message.defects:
        raise ValueError("no parts, or broken ones")
    fields: dict[str, str] = {}
    files: dict[str, Sent] = {}
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise ValueError("a part without a name or a content")
        file_name = part.get_filename()
        if file_name is None:
            fields[name] = content.decode()
        else:
            files[name] = Sent(file_name, content)
    return fields, files
