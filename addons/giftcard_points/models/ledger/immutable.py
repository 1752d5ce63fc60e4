from odoo.tools import SQL

REFUSE = """
    CREATE OR REPLACE FUNCTION giftcard_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0] THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
              USING ERRCODE = 'restrict_violation', HINT = 'Book a reversal instead.';
    END $$
"""


def protect(cr, table, but=None):
    """Make ``table`` append-only by triggers, so that no SQL can rewrite history either.

    :param but: the one column whose change is let through
    """
    cr.execute(REFUSE)
    argument = SQL("%s", but) if but else SQL()
    for name, event, level in (
        ("giftcard_append_only", SQL("UPDATE OR DELETE"), SQL("ROW")),
        ("giftcard_no_truncate", SQL("TRUNCATE"), SQL("STATEMENT")),
    ):
        cr.execute(
            SQL(
                "CREATE OR REPLACE TRIGGER %s BEFORE %s ON %s FOR EACH %s EXECUTE FUNCTION giftcard_refuse_change(%s)",
                SQL.identifier(name),
                event,
                SQL.identifier(table),
                level,
                argument,
            )
        )
