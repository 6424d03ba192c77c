"""The templates' environment: escaping, labels, and how days, sizes and numbers are written."""

from decimal import Decimal
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined

from mandate.api.fields import Document
from mandate.render.documents import chinese, labels


def _written(value: object) -> object:
    """What stands in a cell: a blank where nothing was filled in, exact decimals."""
    if value is None:
        return ""
    return chinese.number(value) if isinstance(value, Decimal) else value


def _document(document: Document | None) -> str:
    """A document by title, address and digest."""
    if document is None:
        return "未提交"
    return f"{document.title}\n{document.uri}\nsha256：{document.sha256}"


_ENVIRONMENT = Environment(
    loader=PackageLoader("mandate.render.documents"),
    undefined=StrictUndefined,
    finalize=_written,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(
    day=chinese.day,
    g=chinese.gibibytes,
    instant=chinese.instant,
    numeral=chinese.numeral,
    term=chinese.term,
)
_ENVIRONMENT.globals.update(
    {name: value for name, value in vars(labels).items() if name.isupper()},
    document=_document,
)


def page(template: str, **values: object) -> str:
    """A document's HTML, the same for the same values.

    Raises:
        jinja2.UndefinedError: the template names a value that is not there.
    """
    return _ENVIRONMENT.get_template(template).render(values)


def digest(html: str) -> str:
    """The sha256 of a document's bytes, in 64 lower-case hexadecimal digits: what is signed."""
    return sha256(html.encode()).hexdigest()
