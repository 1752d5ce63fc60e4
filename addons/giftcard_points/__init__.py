from . import exceptions, models
from .hooks import post_init_hook
