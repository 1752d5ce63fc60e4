"""A ledger with a past: cards with many entries, made by set-based SQL and true in every invariant."""

from odoo.tools import SQL

#: Entries of a card: each value granted is spent by the next entry, but for the last grant.
PER_CARD = 101
CHUNK = 2_000


def grow(env, entries):
    """Add cards with so many entries together. :return: ids of (some of) them, each with 1,000,000 left to spend"""
    program = env.ref("loyalty.gift_card_program")
    wanted = max(1, entries // PER_CARD)
    made = []
    for start in range(0, wanted, CHUNK):
        made += _chunk(env, program, min(CHUNK, wanted - start))
        env.cr.commit()
    env.cr.commit()
    env.cr._cnx.autocommit = True
    try:
        env.cr.execute("VACUUM ANALYZE giftcard_operation, giftcard_entry, giftcard_lot, giftcard_lot_use")
    finally:
        env.cr._cnx.autocommit = False
    return made[:: max(1, len(made) // 1_000)]


def _chunk(env, program, count):
    cards = env["loyalty.card"].with_context(loyalty_no_mail=True).create([{"program_id": program.id}] * count)
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            WITH step AS MATERIALIZED (
                SELECT nextval('giftcard_operation_id_seq') AS operation_id,
                       nextval('giftcard_entry_id_seq') AS entry_id,
                       card_id, version, CASE WHEN version = %(last)s THEN 1000000 ELSE 1 END AS amount
                  FROM unnest(%(cards)s) AS card_id, generate_series(1, %(last)s) AS version
                 ORDER BY version
            ), operation AS (
                INSERT INTO giftcard_operation
                       (id, company_id, kind, idempotency_key, request_hash, date, create_uid, create_date)
                SELECT operation_id, %(company)s, CASE WHEN version %% 2 = 1 THEN 'load' ELSE 'spend' END,
                       md5(operation_id::text || random()), '', now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
                  FROM step
            ), entry AS (
                INSERT INTO giftcard_entry (id, operation_id, card_id, amount, balance, version, date)
                SELECT entry_id, operation_id, card_id, CASE WHEN version %% 2 = 1 THEN amount ELSE -1 END,
                       CASE WHEN version %% 2 = 1 THEN amount ELSE 0 END, version, now() AT TIME ZONE 'UTC'
                  FROM step
            ), lot AS (
                INSERT INTO giftcard_lot (card_id, entry_id, origin, granted, remaining, held)
                SELECT card_id, entry_id, 'paid', amount, CASE WHEN version = %(last)s THEN amount ELSE 0 END, 0
                  FROM step WHERE version %% 2 = 1
             RETURNING id, entry_id
            ), used AS (
                INSERT INTO giftcard_lot_use (entry_id, lot_id, amount, returned)
                SELECT spend.entry_id, lot.id, 1, 0
                  FROM step AS spend
                  JOIN step AS load ON load.card_id = spend.card_id AND load.version = spend.version - 1
                  JOIN lot ON lot.entry_id = load.entry_id
                 WHERE spend.version %% 2 = 0
            )
            UPDATE loyalty_card SET balance = 1000000, points = 1000000, version = %(last)s WHERE id = ANY(%(cards)s)
            """,
            cards=cards.ids,
            last=PER_CARD,
            company=env.company.id,
        )
    )
    env.invalidate_all()
    return cards.ids
