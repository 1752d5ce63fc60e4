"""pytest plugin (`-p suite.no_tours`): leave out tests that drive a browser, for a quick run of Odoo's own."""

import inspect
import re

import pytest

_DRIVES_A_BROWSER = re.compile(r"\b(start_tour|start_pos_tour|start_pos_self_tour|browser_js)\(")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tours = [item for item in items if _DRIVES_A_BROWSER.search(inspect.getsource(item.function))]
    config.hook.pytest_deselected(items=tours)
    items[:] = [item for item in items if item not in tours]
