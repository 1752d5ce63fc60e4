from . import wechat, wechatpay, exceptions, sms, api, schemas, models, controllers
from .hooks import uninstall_hook
