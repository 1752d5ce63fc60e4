import argparse
import sys
import time

import requests

from tests.fakes.wechat import FakeWechat

from .member import Problem
from .odoo import Odoo, OdooError
from .report import tell
from .story import Story


def main():
    parser = argparse.ArgumentParser(prog="demo", description="Tell the suite's story over HTTP.")
    parser.add_argument("--url", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--customers", type=int, default=200)
    options = parser.parse_args()
    start = time.monotonic()
    try:
        story = tell_story(options)
    except (AssertionError, OdooError, Problem, requests.RequestException) as error:
        sys.exit(f"\nThe story stopped: {error}")
    print(f"\n  All of it in {time.monotonic() - start:.1f} s.\n")
    print(f"Back office    {options.url}/odoo                    admin / admin")
    print(f"Point of Sale  {options.url}/odoo/point-of-sale      admin / admin, open “Nanjing Road Till”")
    print(f"Store clerk    {options.url}/odoo                    clerk / clerk, menu “Verify Pickup”")
    print(f"JSON API       {options.url}/giftcard/v1/docs        try it as the story's member:")
    print(f"  curl -H 'Authorization: Bearer {story.phone.token}' {options.url}/giftcard/v1/me")


def tell_story(options):
    admin = Odoo(options.url, options.database, "admin", "admin")
    clerk = Odoo(options.url, options.database, "clerk", "clerk")
    with FakeWechat.for_demo(admin) as wechat:
        story = Story(options.url, admin, clerk, wechat.code_for, options.customers)
        for title, step in story.steps():
            tell(title, step)
    return story


main()
