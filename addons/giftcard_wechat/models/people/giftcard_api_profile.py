import base64
import binascii
import io
import secrets

from PIL import Image, UnidentifiedImageError

from odoo import models
from odoo.tools.image import ImageProcess

from ...exceptions import BirthdaySet, PictureRefused

SIDE = 2048
SHOWN = 512


class GiftcardApiMember(models.AbstractModel):
    """What members change about themselves. They have no rights on contacts; each of these fields is theirs."""

    _inherit = "giftcard.api.member"

    def _change(self, change):
        """:param change: :class:`~...schemas.member.ProfileChange`

        :return: :class:`~...schemas.member.Member`
        :raise TextRefused, BirthdaySet:
        """
        member = self._member().sudo()
        if change.name and change.name != member.name:
            # WeChat is asked before anything is locked.
            checks = self.env["giftcard.text.check"]
            checks._check(change.name, "profile", self._identity())._apply(member, "name", change.name)
        if change.birthday:
            self._tell_birthday(member, change.birthday)
        member.flush_recordset()
        return self._profile()

    def _tell_birthday(self, member, birthday):
        told = {"birth_month": str(birthday.month), "birth_day": birthday.day, "birth_year": birthday.year or 0}
        # Of two calls at once the second sees what the first told.
        member._claim_cards()
        member.invalidate_recordset(list(told))
        if not member.birth_day:
            member.write(told)
        elif any(member[name] != value for name, value in told.items()):
            raise BirthdaySet(self.env._("Ask in the shop to change your birthday."))

    def _set_avatar(self, image):
        """:param image: base 64. :return: :class:`~...schemas.member.Member`
        :raise PictureRefused:
        """
        member = self._member().sudo()
        member.write({"image_1920": self._picture(image), "member_avatar_key": secrets.token_hex(16)})
        member.flush_recordset()
        return self._profile()

    def _remove_avatar(self):
        self._member().sudo().write({"image_1920": False, "member_avatar_key": False})

    def _picture(self, image):
        """:return: JPEG in base 64, of what is a picture and no larger than it should be"""
        try:
            raw = base64.b64decode(image, validate=True)
            with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG")) as picture:
                if max(picture.size) > SIDE:
                    raise PictureRefused(self.env._("At most %s pixels a side.", SIDE))
            process = ImageProcess(raw)
            process.crop_resize(SHOWN, SHOWN)
            return base64.b64encode(process.image_quality(quality=85, output_format="JPEG"))
        except (binascii.Error, UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError):
            raise PictureRefused(self.env._("This is no JPEG or PNG picture.")) from None

    def _identity(self):
        """:return: ``giftcard.identity`` by which the session logged in, may be empty"""
        return self.env["giftcard.api.token"].browse(self.env.context["giftcard_token_id"]).identity_id
