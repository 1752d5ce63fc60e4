from . import wechat, wechatpay, exceptions, sms, api, schemas, models, wizards, controllers
from .hooks import uninstall_hook
