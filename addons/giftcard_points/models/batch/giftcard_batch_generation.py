import base64
import hashlib
import hmac

from stdnum.iso7064 import mod_37_36

from odoo import fields, models
from odoo.tools import SQL

from ...codes import make_code
from ...sealing import seal

CHUNK = 10_000


class GiftcardBatch(models.Model):
    """The generation of a batch: chunk by chunk, each committed with the count of cards that there are then."""

    _inherit = "giftcard.batch"

    def _generate_chunk(self, limit=CHUNK):
        """Make the next cards and seal their secrets, in one transaction with their count.

        A crash undoes the chunk as a whole, so the next call goes on exactly where the last committed one ended.

        :return: the number of cards made; 0 when there are none left to make, or another process is making them
        """
        self.ensure_one()
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT generated_count, quantity FROM giftcard_batch
                 WHERE id = %s AND state = 'generating'
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                self.id,
            )
        )
        if not rows:
            return 0
        [(done, quantity)] = rows
        serials = range(done + 1, min(done + limit, quantity) + 1)
        codes = [make_code() for __ in serials]
        self._insert_cards(serials, codes)
        # Nobody has access to the chunks, and the state is written by the generation.
        batch = self.sudo()
        batch.env["giftcard.batch.chunk"].create(
            {
                "batch_id": self.id,
                "first": serials[0],
                "last": serials[-1],
                "sealed": base64.b64encode(seal(batch.public_key, "\n".join(codes).encode())),
            }
        )
        batch.write({"generated_count": serials[-1], "state": "generated" if serials[-1] == quantity else "generating"})
        batch.flush_recordset()
        return len(serials)

    def _insert_cards(self, serials, codes):
        service = self.env["giftcard.code"]
        key, version = service._digest_key()
        shared = self._shared_values()
        self.env.execute_query(
            SQL(
                """
                INSERT INTO loyalty_card (%(names)s, code, batch_serial, secret_digest, secret_hint)
                SELECT %(values)s, number, serial, digest, hint
                  FROM unnest(%(numbers)s, %(serials)s::int4[], %(digests)s, %(hints)s)
                    AS card (number, serial, digest, hint)
             RETURNING 1
                """,
                names=SQL(", ").join(SQL.identifier(name) for name in ("secret_key_version", *shared)),
                values=SQL(", ").join(SQL("%s", value) for value in (version, *shared.values())),
                numbers=[self._number(serial) for serial in serials],
                serials=list(serials),
                digests=[hmac.digest(key, code.encode(), hashlib.sha256).hex() for code in codes],
                hints=[code[-4:] for code in codes],
            )
        )

    def _shared_values(self):
        """:return: dict of column -> value that all cards of the batch share, with the defaults of all addons"""
        # The generation runs for whoever started it; cards are the ledger's business.
        Card = self.env["loyalty.card"].sudo()
        now = fields.Datetime.now()
        values = Card._add_missing_default_values(
            {
                "program_id": self.program_id.id,
                "company_id": self.program_id.company_id.id,
                "expiration_date": self.expiration_date,
                "batch_id": self.id,
                "code": "",
                "points": 0.0,
            }
        )
        # Who made them is said by the batch: each reference to a user costs a check a row.
        values.update(state="generated", create_date=now, write_date=now)
        del values["code"]
        stored = ((name, Card._fields[name], value) for name, value in values.items())
        return {
            name: field.convert_to_column_insert(value, Card)
            for name, field, value in stored
            if field.store and field.column_type
        }

    def _number(self, serial):
        """:return: the public number of a card"""
        number = f"{self.prefix}{serial:07d}"
        return number + mod_37_36.calc_check_digit(number)
