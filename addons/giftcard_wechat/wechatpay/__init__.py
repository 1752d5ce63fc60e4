from . import protocol, bill
