from . import problems, transaction, endpoint, dispatcher, openapi
