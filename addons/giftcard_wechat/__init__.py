from . import wechat, wechatpay, exceptions, api, schemas, models, controllers
from .hooks import uninstall_hook
