from . import client, messages
