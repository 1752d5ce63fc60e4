from . import giftcard_member_alias
from . import res_partner
from . import giftcard_payment_code
from . import res_partner_payment_code
from . import res_partner_birthday
from . import res_partner_qr
from . import res_partner_status
from . import base_partner_merge
