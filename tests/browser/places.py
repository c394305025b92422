"""The main pages of the console, by name."""

from collections.abc import Mapping

from playwright.sync_api import Page

# A path below /console/; with a star the page of the first row of that list.
PAGES: Mapping[str, str] = {
    "today": "",
    "cases": "integration/exceptioncase/",
    "case": "integration/exceptioncase/*",
    "documents": "integration/document/",
    "order": "find/?q={shipped}",
    "jobs": "integration/syncjob/",
    "job": "integration/syncjob/*",
    "mappings": "integration/codemapping/",
    "mapping": "integration/codemapping/*",
    "gaps": "integration/codemapping/gaps/",
    "connections": "integration/connection/",
    "connection": "integration/connection/*",
    "schedules": "django_celery_beat/periodictask/",
    "order-status": "service/?q={shipped}",
    "find": "find/?q={many}",
    "stock": "integration/availability/",
    "hypercare": "reports/hypercare/",
    "scorecard": "reports/warehouse/",
    "partners": "reports/partner/",
    "lot": "reports/lot/?lot=LOT-001",
    "transit": "reports/transit/",
    "report-schedule": "integration/reportschedule/add/",
    "variances": "integration/variance/?subject__exact=stock",
    "variance": "integration/variance/?subject__exact=stock*",
    "alerts": "integration/alert/",
    "alert-rules": "integration/alertrule/",
    "alert-rule": "integration/alertrule/*",
    "alert-channel": "integration/alertchannel/add/",
    "downtime": "integration/downtimepack/",
    "downtime-form": "integration/downtimepack/load/",
    "typed": "integration/typedshipment/",
    "recoveries": "integration/recovery/",
    "missing": "integration/messagegap/",
    "waves": "integration/wave/",
    "working-hours": "integration/workinghours/add/",
    "days-off": "integration/daysoff/add/",
    "rule-for-orders": "integration/orderrule/add/",
    "apart-from-files": "integration/configurationdrift/",
    "rollout": "integration/rollout/",
    "in-shadow": "integration/shadowdocument/",
    "key-rotation": "integration/keyrotation/add/",
    "environment-locks": "integration/environmentlock/",
}
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
FIRST = "#result_list tbody th a"


def visit(page: Page, url: str, path: str, **numbers: str) -> None:
    page.goto(f"{url}/console/{path.rstrip('*').format(**numbers)}")
    if path.endswith("*"):
        page.goto(f"{url}{page.locator(FIRST).first.get_attribute('href')}")
