from . import res_partner
from . import giftcard_payment_code
from . import res_partner_payment_code
from . import member_qr
