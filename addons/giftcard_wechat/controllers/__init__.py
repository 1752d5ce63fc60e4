from . import session, member, card, store, document, fallback
