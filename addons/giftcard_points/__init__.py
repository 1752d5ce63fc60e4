from . import controllers
from . import exceptions, models, wizards
from .hooks import post_init_hook
