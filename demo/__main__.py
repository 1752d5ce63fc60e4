from tests.fakes.wechat import FakeWechat

from .odoo import Odoo
from .report import run, tell
from .story import Story


def main(options):
    admin = Odoo(options.url, options.database, "admin", "admin")
    clerk = Odoo(options.url, options.database, "clerk", "clerk")
    with FakeWechat.for_demo(admin) as wechat:
        story = Story(options.url, admin, clerk, wechat.code_for, options.customers)
        for title, step in story.shopping() + story.giving() + story.redeeming():
            tell(title, step)
    return "\n".join(
        [
            f"Back office    {options.url}/odoo                  admin / admin",
            f"Point of Sale  {options.url}/pos/ui/{story.till.config_id}              admin / admin",
            f"Store clerk    {options.url}/odoo                  clerk / clerk, menu “Verify Pickup”",
            f"JSON API       {options.url}/giftcard/v1/docs      try it as the story's member:",
            f"  curl -H 'Authorization: Bearer {story.phone.token}' {options.url}/giftcard/v1/me",
        ]
    )


if __name__ == "__main__":
    run(main, "Tell the suite's story over HTTP.")
