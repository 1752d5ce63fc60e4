import { Component } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { HandoverChoice } from "./handover_choice";

const LOOKS = {
    ready: { color: "success", icon: "fa-check-circle" },
    handed_over: { color: "success", icon: "fa-handshake-o" },
    queued: { color: "info", icon: "fa-cloud-upload" },
    used: { color: "warning", icon: "fa-history" },
    expired: { color: "warning", icon: "fa-clock-o" },
    void: { color: "warning", icon: "fa-ban" },
    replaced: { color: "warning", icon: "fa-refresh" },
    not_ready: { color: "warning", icon: "fa-hourglass-half" },
    not_paid: { color: "warning", icon: "fa-money" },
    code_needed: { color: "info", icon: "fa-qrcode" },
    newer: { color: "warning", icon: "fa-plug" },
    needs_network: { color: "warning", icon: "fa-plug" },
    other_store: { color: "warning", icon: "fa-map-marker" },
    unknown: { color: "danger", icon: "fa-times-circle" },
    throttled: { color: "danger", icon: "fa-lock" },
};

export const lookOf = (answer) => LOOKS[answer.result];
export const isGood = (answer) => ["success", "info"].includes(lookOf(answer).color);

/** The answer to a scanned code, big enough to be read across a counter, and what is handed over of it. */
export class PickupAnswer extends Component {
    static template = "giftcard_pickup.PickupAnswer";
    static props = {
        answer: Object,
        choice: { type: [HandoverChoice, { value: null }] },
        busy: Boolean,
        message: String,
        onHandOver: Function,
    };

    get look() {
        return lookOf(this.props.answer);
    }

    get lines() {
        return this.props.choice?.lines || this.props.answer.lines || [];
    }

    get validUntil() {
        const { valid_until } = this.props.answer;
        return valid_until && formatDateTime(deserializeDateTime(valid_until.replace("T", " ").replace("Z", "")));
    }

    get proxyText() {
        return _t("Picked up by %(name)s, phone ends with %(phone)s. Check both.", this.props.answer.proxy);
    }

    get handOverText() {
        const { total, left } = this.props.choice;
        return left ? _t("Hand over %(total)s, keep %(left)s for later", { total, left }) : _t("Hand over");
    }
}
