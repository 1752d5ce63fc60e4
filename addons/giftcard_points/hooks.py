from odoo.tools import SQL


def post_init_hook(env):
    """Open the ledger for the cards that are there already: one opening operation per company.

    Set-based, since a running shop may hold a million cards. A negative balance is opened as debt. A card of no company
    is opened by the company that installs. What demo data has booked already is left as it is.
    """
    company_id = env.company.id
    env.execute_query(
        SQL(
            """
            WITH opening AS (
                INSERT INTO giftcard_operation
                       (company_id, kind, idempotency_key, request_hash, date, reason, create_uid, create_date)
                SELECT DISTINCT COALESCE(company_id, %(company)s), 'opening', 'install', '', now() AT TIME ZONE 'UTC',
                       'Balance before the ledger was installed', %(uid)s, now() AT TIME ZONE 'UTC'
                  FROM loyalty_card
                 WHERE round(points::numeric, 2) <> 0 AND version = 0
             RETURNING id, company_id
            ), moved AS (
                UPDATE loyalty_card
                   SET balance = round(points::numeric, 2),
                       debt = GREATEST(0, -round(points::numeric, 2)),
                       version = 1
                 WHERE round(points::numeric, 2) <> 0 AND version = 0
             RETURNING id, balance, COALESCE(company_id, %(company)s) AS company_id, program_id
            ), entry AS (
                INSERT INTO giftcard_entry (operation_id, card_id, amount, balance, version, date)
                SELECT opening.id, moved.id, moved.balance, moved.balance, 1, now() AT TIME ZONE 'UTC'
                  FROM moved JOIN opening USING (company_id)
             RETURNING id, card_id, amount
            )
            INSERT INTO giftcard_lot (card_id, entry_id, origin, granted, remaining, held)
            SELECT entry.card_id, entry.id,
                   CASE WHEN program.program_type IN ('gift_card', 'ewallet') THEN 'paid'
                        WHEN program.program_type = 'loyalty' THEN 'earned'
                        ELSE 'bonus' END,
                   entry.amount, entry.amount, 0
              FROM entry JOIN moved ON moved.id = entry.card_id
                         JOIN loyalty_program program ON program.id = moved.program_id
             WHERE entry.amount > 0
         RETURNING id
            """,
            company=company_id,
            uid=env.uid,
        )
    )
    env.invalidate_all()
