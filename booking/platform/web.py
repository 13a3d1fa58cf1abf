"""The Flask application that rooms and features are hung on."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.exceptions import NotFound as HttpNotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, UnicodeConverter, ValidationError

from booking.platform import i18n, logs
from booking.platform.clock import Clock, SystemClock
from booking.platform.config import ROOT, Config
from booking.platform.database import Database, Session, ping
from booking.platform.error_table import shown
from booking.platform.errors import DomainError, NotFound, SignInNeeded
from booking.platform.events import EventBus
from booking.platform.extension import PageParts
from booking.platform.identity import Actor, Identify, SignIn, expired
from booking.platform.jobs import JobBook
from booking.platform.pages import Access, Pages, db
from booking.platform.redirects import safe_path
from booking.platform.vault import Vault

log = structlog.get_logger()
pages = Pages("platform", __name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",
}


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: a number that a database key can hold; a larger one is 404."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As werkzeug's, with a highest value."""
        super().__init__(*args, **{"max": 2_147_483_647, **kwargs})


class Word(UnicodeConverter):
    """`<…>` in an address: text that both databases can compare; with a NUL in it, it is 404."""

    def to_python(self, value: str) -> str:
        """The text as it stands."""
        if "\x00" in value:
            raise ValidationError
        return value


@dataclass
class Rettid:
    """What the application is made of; rooms register what they add."""

    config: Config
    clock: Clock
    vault: Vault
    events: EventBus
    database: Database
    jobs: JobBook = field(default_factory=JobBook)
    parts: PageParts = field(default_factory=PageParts)
    identify: dict[str, Identify] = field(default_factory=dict)
    constraints: dict[str, type[DomainError]] = field(default_factory=dict)
    sign_in_pages: dict[str, str] = field(default_factory=dict)
    features: set[str] = field(default_factory=set)

    def who(self, session: Session) -> Actor | None:
        """The signed-in person, looked up afresh; None if nobody, expired or revoked."""
        signed: SignIn | None = cookie.get("sign_in")
        if not signed or expired(signed, self.clock.now(), self.config):
            return None
        identify = self.identify.get(signed["kind"])
        actor = identify(session, signed) if identify else None
        if actor and self.clock.now().timestamp() - signed["seen"] > 60:
            cookie["sign_in"] = {**signed, "seen": self.clock.now().timestamp()}
        return actor


def build(config: Config, clock: Clock | None = None) -> Flask:
    """An application with everything but rooms and features."""
    logs.configure()
    vault = Vault(config.data_keys, config.lookup_key)
    clock, events = clock or SystemClock(), EventBus()
    opened = Database(config.database_url, clock=clock, events=events, vault=vault)
    app = Flask(
        "booking.platform",
        static_folder=str(ROOT / "static" / "dist"),
        static_url_path="/static/dist",
    )
    app.config.update(
        SECRET_KEY=config.session_key,
        SESSION_COOKIE_NAME="rettid",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=8 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=config.secure_cookies,
        **config.flask,
    )
    app.url_map.converters.update(int=RowNumber, default=Word, string=Word)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["rettid"] = Rettid(config, clock, vault, events, opened)
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    CSRFProtect(app)
    i18n.install(app)
    app.before_request(_name_request)
    app.context_processor(_page_frame)
    app.after_request(_finish)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)
    app.register_blueprint(pages)
    return app


def rettid() -> Rettid:
    """The running application's parts."""
    parts: Rettid = current_app.extensions["rettid"]
    return parts


@pages.get("/sprog/<code>", access=Access.PUBLIC)
def choose_language(code: str) -> ResponseReturnValue:
    """Change the language of the pages and go back to where the reader was."""
    if code not in i18n.LANGUAGES:
        raise NotFound
    cookie["language"] = code
    return redirect(safe_path(request.args.get("til")) or "/", 303)


@pages.get("/healthz", access=Access.PUBLIC)
def healthz() -> ResponseReturnValue:
    """Whether the database answers; 503 if not."""
    ping(db())
    return jsonify(status="ok", database="ok")


def _page_frame() -> dict[str, object]:
    """What the frame of every page shows: the languages, and that a demo is a demo."""
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    current = i18n.language_code()
    return {
        "get_locale": get_locale,
        "demo": rettid().config.demo,
        "languages": [
            {
                "code": code,
                "text": text,
                "href": url_for("platform.choose_language", code=code, til=here),
                "current": code == current,
            }
            for code, text in i18n.LANGUAGES.items()
        ],
    }


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        log.info(
            "request",
            method=request.method,
            route=str(request.url_rule or ""),
            status=response.status_code,
        )
    if rettid().config.secure_cookies:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def _domain_error(error: DomainError) -> ResponseReturnValue:
    if isinstance(error, SignInNeeded):
        return _to_sign_in()
    text = shown(error.code)
    return _error_page(text.status, str(text.heading), str(text.text), error=error)


def _to_sign_in() -> ResponseReturnValue:
    kind = "staff" if request.path.startswith("/klinik") else "patient"
    page = rettid().sign_in_pages.get(kind)
    if page is None:
        text = shown("sign_in_needed")
        return _error_page(text.status, str(text.heading), str(text.text))
    if request.method == "GET":
        cookie["next"] = request.full_path.rstrip("?")
    else:
        form = urlsplit(request.referrer or "")
        if form.netloc == request.host:
            cookie["next"] = form.path + (f"?{form.query}" if form.query else "")
        flash(_("Du var logget ud, og det, du sendte, er ikke gemt. Log ind igen."), "warning")
    return redirect(page, 303)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, CSRFError):
        return _error_page(
            400,
            _("Siden var for gammel"),
            _("Intet er ændret. Gå tilbage, genindlæs siden, og send igen."),
        )
    if isinstance(error, HttpNotFound):
        return _domain_error_by_code("not_found")
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    heading = _("Det kunne ikke lade sig gøre")
    text = _("Intet er ændret. Gå tilbage og prøv igen, eller ring til klinikken.")
    return _error_page(error.code, heading, text)


def _domain_error_by_code(code: str) -> ResponseReturnValue:
    text = shown(code)
    return _error_page(text.status, str(text.heading), str(text.text))


def _unforeseen(error: Exception) -> ResponseReturnValue:
    log.error("unforeseen", route=str(request.url_rule or ""), exc_info=error)
    if request.endpoint == "platform.healthz" and isinstance(error, SQLAlchemyError):
        return jsonify(status="failing", database="unreachable"), 503
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    heading = _("Der skete en fejl hos os")
    text = _("Intet er ændret. Prøv igen om lidt, eller ring til klinikken.")
    return _error_page(InternalServerError.code, heading, text)


def _error_page(
    status: int, heading: str, text: str, *, error: DomainError | None = None
) -> ResponseReturnValue:
    phone = error.context.get("phone") if error else None
    page = render_template(
        "error.html",
        status=status,
        heading=heading,
        happened=text,
        reference=g.get("request_id", ""),
        links=[{"href": f"tel:{phone}", "text": phone}] if phone else [],
        audience="staff" if request.path.startswith("/klinik") else "patient",
    )
    return page, status
