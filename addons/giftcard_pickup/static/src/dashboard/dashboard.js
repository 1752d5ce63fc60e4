import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { View } from "@web/views/view";

export const ACTIONS = {
    "giftcard.redemption.report": "giftcard_pickup.giftcard_redemption_report_action",
    "giftcard.reward.cover": "giftcard_pickup.giftcard_reward_cover_action",
};

/** Figures and charts of the points mall; each leads to the report behind it. */
export class PickupDashboard extends Component {
    static template = "giftcard_pickup.Dashboard";
    static components = { Layout, View };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.periods = [7, 30, 90];
        this.state = useState({ days: 30, tiles: [], charts: [] });
        onWillStart(() => this.load(this.state.days));
    }

    async load(days) {
        const board = await this.orm.call("giftcard.pickup.dashboard", "action_board", [days]);
        Object.assign(this.state, board, { days });
    }

    periodLabel(days) {
        return _t("%s days", days);
    }

    format(value) {
        return value === false || value === null
            ? "–"
            : formatFloat(value, { digits: [16, Number.isInteger(value) ? 0 : 1] });
    }

    /** Change against the time before, in percent. */
    change(tile) {
        if (!tile.before || tile.value === null || tile.value === false) {
            return null;
        }
        return Math.round((100 * (tile.value - tile.before)) / tile.before);
    }

    viewProps(chart) {
        return {
            resModel: chart.model,
            type: chart.type,
            views: [
                [chart.view_id, chart.type],
                [false, "search"],
            ],
            domain: chart.domain,
            display: { controlPanel: false },
            limit: 8,
            ...(chart.type === "list" ? { allowSelectors: false } : {}),
        };
    }

    open(model) {
        this.action.doAction(ACTIONS[model]);
    }
}

registry.category("actions").add("giftcard_pickup.dashboard", PickupDashboard);
