"""A Django-Oscar shop as a process of its own: `python -m tests.servers.oscar_shop FOLDER PORT`.

Settings are the least that Oscar's stock pages need. Orders come as JSON lines on standard
input and are carried out through the ORM; each is answered by a JSON line.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server


class NoMigrations:
    """Tables are made from the models at once, which is what a test has time for."""

    def __contains__(self, _: str) -> bool:
        return True

    def __getitem__(self, _: str) -> None:
        return None


def configure(folder: Path) -> None:
    """Settings of a shop whose data lie in `folder`."""
    from django.conf import settings
    from oscar import defaults

    own = {name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")}
    processors = (
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
        "django.template.context_processors.i18n",
        "oscar.apps.search.context_processors.search_form",
        "oscar.apps.checkout.context_processors.checkout",
        "oscar.apps.communication.notifications.context_processors.notifications",
        "oscar.core.context_processors.metadata",
    )
    settings.configure(
        **{
            **own,
            "OSCAR_REVIEWS_PER_PAGE": 5,
            "SECRET_KEY": "for tests only",
            "ALLOWED_HOSTS": ["*"],
            "SITE_ID": 1,
            "USE_TZ": True,
            "TIME_ZONE": "UTC",
            "LANGUAGE_CODE": "en-gb",
            "DATABASES": {
                "default": {
                    "ENGINE": "django.db.backends.sqlite3",
                    "NAME": str(folder / "shop.sqlite3"),
                    "ATOMIC_REQUESTS": True,
                }
            },
            "MIGRATION_MODULES": NoMigrations(),
            "DEFAULT_AUTO_FIELD": "django.db.models.AutoField",
            "HAYSTACK_CONNECTIONS": {
                "default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}
            },
            "ROOT_URLCONF": "tests.servers.oscar_shop",
            "STATIC_URL": "/static/",
            "MEDIA_URL": "/media/",
            "MEDIA_ROOT": str(folder),
            "MIDDLEWARE": [
                "django.contrib.sessions.middleware.SessionMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware",
                "django.contrib.messages.middleware.MessageMiddleware",
                "oscar.apps.basket.middleware.BasketMiddleware",
            ],
            "AUTHENTICATION_BACKENDS": ["oscar.apps.customer.auth_backends.EmailBackend"],
            "TEMPLATES": [
                {
                    "BACKEND": "django.template.backends.django.DjangoTemplates",
                    "APP_DIRS": True,
                    "OPTIONS": {"context_processors": processors},
                }
            ],
            "INSTALLED_APPS": APPS,
        }
    )


APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.flatpages",
    *(
        f"oscar.{name}"
        for name in (
            "config.Shop",
            "apps.analytics.apps.AnalyticsConfig",
            "apps.checkout.apps.CheckoutConfig",
            "apps.address.apps.AddressConfig",
            "apps.shipping.apps.ShippingConfig",
            "apps.catalogue.apps.CatalogueConfig",
            "apps.catalogue.reviews.apps.CatalogueReviewsConfig",
            "apps.communication.apps.CommunicationConfig",
            "apps.partner.apps.PartnerConfig",
            "apps.basket.apps.BasketConfig",
            "apps.payment.apps.PaymentConfig",
            "apps.offer.apps.OfferConfig",
            "apps.order.apps.OrderConfig",
            "apps.customer.apps.CustomerConfig",
            "apps.search.apps.SearchConfig",
            "apps.voucher.apps.VoucherConfig",
            "apps.wishlists.apps.WishlistsConfig",
            "apps.dashboard.apps.DashboardConfig",
            "apps.dashboard.reports.apps.ReportsDashboardConfig",
            "apps.dashboard.users.apps.UsersDashboardConfig",
            "apps.dashboard.orders.apps.OrdersDashboardConfig",
            "apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
            "apps.dashboard.offers.apps.OffersDashboardConfig",
            "apps.dashboard.partners.apps.PartnersDashboardConfig",
            "apps.dashboard.pages.apps.PagesDashboardConfig",
            "apps.dashboard.ranges.apps.RangesDashboardConfig",
            "apps.dashboard.reviews.apps.ReviewsDashboardConfig",
            "apps.dashboard.vouchers.apps.VouchersDashboardConfig",
            "apps.dashboard.communications.apps.CommunicationsDashboardConfig",
            "apps.dashboard.shipping.apps.ShippingDashboardConfig",
        )
    ),
    "widget_tweaks",
    "haystack",
    "treebeard",
    "django_tables2",
]


def __getattr__(name: str) -> Any:
    """`urlpatterns`, once Django is set up."""
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.apps import apps
    from django.urls import include, path

    return [
        path("i18n/", include("django.conf.urls.i18n")),
        path("", include(apps.get_app_config("oscar").urls[0])),
    ]


def add_product(title: str) -> dict[str, Any]:
    """A product that can be seen; its id and path."""
    from oscar.core.loading import get_model

    kind, _ = get_model("catalogue", "ProductClass").objects.get_or_create(
        name="Посуда", requires_shipping=False, track_stock=False
    )
    product = get_model("catalogue", "Product").objects.create(title=title, product_class=kind)
    return {"id": product.pk, "path": product.get_absolute_url()}


def add_review(
    *, product: int, title: str, body: str, score: int, name: str, at: str = ""
) -> dict[str, Any]:
    """An approved review; its id and path."""
    from oscar.core.loading import get_model

    model = get_model("reviews", "ProductReview")
    review = model.objects.create(
        product_id=product,
        title=title,
        body=body,
        score=score,
        name=name,
        email="guest@mail.example",
        status=model.APPROVED,
    )
    if at:
        model.objects.filter(pk=review.pk).update(date_created=datetime.fromisoformat(at))
    review.product.update_rating()
    return {"id": review.pk, "path": review.get_absolute_url()}


def edit_review(number: int, body: str) -> dict[str, Any]:
    """Its author changes it."""
    from oscar.core.loading import get_model

    get_model("reviews", "ProductReview").objects.filter(pk=number).update(body=body)
    return {}


ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    "add_product": add_product,
    "add_review": add_review,
    "edit_review": edit_review,
}


class Quiet(WSGIRequestHandler):
    """Says nothing of requests."""

    def log_message(self, *_: Any) -> None:
        """Silence."""


def main(folder: Path, port: int) -> None:
    """Set up, serve, obey."""
    configure(folder)
    import django
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    server = make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order = json.loads(line)
        answer = ORDERS[order.pop("do")](**order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
