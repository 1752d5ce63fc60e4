import { Component } from "@odoo/owl";
import { deserializeDate, deserializeDateTime, formatDate, formatDateTime } from "@web/core/l10n/dates";
import { formatFloat } from "@web/core/utils/numbers";

/** A card as `giftcard.till` tells of it. */
export class CardPanel extends Component {
    static template = "giftcard_points.CardPanel";
    static props = { card: Object, movements: { type: Boolean, optional: true } };

    amount(value) {
        return this.props.card.type === "loyalty"
            ? formatFloat(value, { trailingZeros: false })
            : this.env.utils.formatCurrency(value);
    }

    date(value) {
        return formatDate(deserializeDate(value));
    }

    moment(value) {
        return formatDateTime(deserializeDateTime(value));
    }
}
