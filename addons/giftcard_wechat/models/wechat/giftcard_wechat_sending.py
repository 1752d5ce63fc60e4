import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...api.transaction import read_committed
from ...exceptions import WechatRefused, WechatUnavailable

_logger = logging.getLogger(__name__)

# Seconds for which something belongs to the process that sends it.
LEASE = 60
# Asked too often.
LATER = (45009, 45011)


class GiftcardWechatSending(models.AbstractModel):
    """What is sent to WeChat by a cron: claimed, called without a lock, repeated, at last dead and shown to staff."""

    _name = "giftcard.wechat.sending"
    _description = "What Is Sent to WeChat"
    _log_access = False

    # Interface, XML id of the cron, and seconds between attempts, after the last of which it is dead.
    _path = None
    _cron = None
    _delays = ()

    state = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Sent"), ("dead", "Not Delivered")],
        required=True,
        readonly=True,
        default="waiting",
    )
    due_at = fields.Datetime(string="Next Attempt", readonly=True)
    tries = fields.Integer(string="Attempts", required=True, readonly=True, default=0)
    sent_at = fields.Datetime(readonly=True)
    error = fields.Char(string="Last Error", readonly=True)

    def action_retry(self):
        """Try dead ones again, after what was wrong has been mended."""
        self.check_access("write")
        dead = self.filtered(lambda record: record.state == "dead")
        # Who may retry need not be allowed to change what is sent.
        dead.sudo().write({"state": "waiting", "due_at": fields.Datetime.now(), "tries": 0, "error": False})
        self._trigger()

    def _trigger(self, at=None):
        self.env.ref(self._cron).sudo()._trigger(at=at)

    @api.model
    def _cron_send(self, limit=200):
        cron = self.env["ir.cron"]
        domain = [("state", "=", "waiting"), ("due_at", "<=", fields.Datetime.now())]
        ids = self.search(domain, order="due_at, id", limit=limit).ids
        cron._commit_progress(remaining=len(ids))
        for record in self.browse(ids):
            try:
                record._send()
            except Exception:
                self.env.cr.rollback()
                _logger.exception("%s could not be sent", record)
                record._stumbled()
            if not cron._commit_progress(1):
                break

    def _send(self):
        """Claim, commit, call, write down what became of it."""
        read_committed(self.env.cr)
        if not self._claim():
            return
        content = self._prepare()
        if content is None:
            return
        self.env["ir.cron"]._commit_progress()
        try:
            answer = self._app()._call("post", self._path, content)
        except WechatUnavailable as error:
            self._again(str(error))
        except WechatRefused as refusal:
            self._refused(refusal)
        else:
            self._delivered(answer)

    def _stumbled(self):
        """An error of our own is no reason to try for ever."""
        read_committed(self.env.cr)
        if self._claim():
            self._again(self.env._("An error: see the server's log."))

    def _app(self):
        """:return: the ``giftcard.wechat.app`` that sends it"""
        raise NotImplementedError

    def _prepare(self):
        """:return: what is sent, as dict; None where nothing is sent now, and why has been written down"""
        raise NotImplementedError

    def _delivered(self, answer):
        self.write({"state": "sent", "sent_at": fields.Datetime.now(), "due_at": False, "error": False})

    def _refused(self, refusal):
        if refusal.errcode in LATER:
            self._again(str(refusal))
        else:
            self._die(str(refusal))

    def _again(self, error):
        if self.tries > len(self._delays):
            self._die(error)
        else:
            self._later(self._delays[self.tries - 1], error)

    def _later(self, seconds, reason):
        self.write({"due_at": fields.Datetime.now() + timedelta(seconds=seconds), "error": reason})
        self._trigger(self.due_at)

    def _die(self, error):
        self.write({"state": "dead", "due_at": False, "error": error})

    def _claim(self):
        """:return: whether this process is the one to send it"""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE %s SET due_at = now() AT TIME ZONE 'UTC' + %s * interval '1 second', tries = tries + 1
                 WHERE id = %s AND state = 'waiting' AND due_at <= now() AT TIME ZONE 'UTC'
             RETURNING id
                """,
                SQL.identifier(self._table),
                LEASE,
                self.id,
            )
        )
        self.invalidate_recordset()
        return bool(rows)
