from . import wechatpay, exceptions, api, schemas, models, wizards, controllers
from .hooks import uninstall_hook
