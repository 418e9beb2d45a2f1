"""XML of somebody else, read without harm: no document type, no entity, bounded in size, depth and number of elements.

Every element keeps the line it begins on, so that a refusal can name it.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

import defusedxml
from defusedxml.expatreader import DefusedExpatParser

from shared.kernel import errors

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 24
MAX_ELEMENTS = 600_000


class BrokenXml(errors.Invalid):
    status = 400
    code = "broken_xml"
    zh = "第 {line} 行：文件不是有效的 XML。"
    en = "Line {line}: the file is not valid XML."


class HostileXml(errors.Invalid):
    code = "hostile_xml"
    zh = "文件含有文档类型声明或实体，或嵌套、元素过多，已拒绝读取。"
    en = "The file has a document type or entities, is nested too deeply or has too many elements. It isn't read."


class FileTooLarge(errors.Invalid):
    status = 413
    code = "file_too_large"
    zh = "文件超过 {most_mib} MiB。"
    en = "The file is over {most_mib} MiB."


@dataclass
class Element:
    """One element. `name` is without its namespace."""

    name: str
    namespace: str
    line: int
    attributes: Mapping[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""


def read(body: bytes) -> Element:
    """The root of a document. Raises FileTooLarge, BrokenXml, HostileXml."""
    if len(body) > MAX_BYTES:
        raise FileTooLarge(most_mib=MAX_BYTES // 1024 // 1024)
    parser = DefusedExpatParser(forbid_dtd=True, forbid_entities=True, forbid_external=True)
    parser.setFeature(feature_namespaces, True)
    builder = _Builder()
    parser.setContentHandler(builder)
    try:
        parser.parse(io.BytesIO(body))
    except SAXParseException as error:
        raise BrokenXml(line=error.getLineNumber() or 1) from None
    except (defusedxml.DefusedXmlException, RecursionError):
        raise HostileXml() from None
    except (ValueError, LookupError):  # an encoding that isn't one, or bytes that aren't of it
        raise BrokenXml(line=1) from None
    assert builder.root is not None
    return builder.root


class _Builder(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self._open: list[Element] = []
        self._text: list[str] = []
        self._elements = 0
        self._locator: object = None

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: object) -> None:  # noqa: N802
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise HostileXml()
        told = {local: value for (_, local), value in dict(attrs).items()}  # type: ignore[call-overload]
        line = self._locator.getLineNumber()  # type: ignore[attr-defined]
        element = Element(name[1], name[0] or "", line, told)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._text = []

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: N802
        element = self._open.pop()
        if not element.children:
            element.text = "".join(self._text)
        self._text = []

    def characters(self, content: str) -> None:
        self._text.append(content)
