import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { uuidv4 } from "@point_of_sale/utils";
import { CardPanel } from "@giftcard_points/app/components/card_panel/card_panel";
import { useDialogScan } from "@giftcard_points/app/hooks/member_scan_hook";

/** Verify a voucher, and take it: all of its value at once. */
export class VoucherDialog extends Component {
    static template = "giftcard_points.VoucherDialog";
    static components = { Dialog, CardPanel };
    static props = { close: Function };

    setup() {
        this.pos = usePos();
        this.input = useRef("input");
        this.state = useState({ text: "", loading: false, message: "", card: null, taken: null });
        useDialogScan((code) => this.check(code));
        onMounted(() => this.input.el.focus());
    }

    /** A code is not left on the screen, not even one that a scanner wrote before the screen was drawn. */
    clear() {
        this.state.text = "";
        this.input.el.value = "";
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            this.check(this.state.text);
        }
    }

    async check(text) {
        text = text.trim();
        this.clear();
        if (!text || this.state.loading) {
            return;
        }
        // Kept out of the screen's state; the key makes a repeated call, whose first reply was lost, the same act.
        this.code = text;
        this.key = uuidv4();
        const { message, card } = await this.ask("check_voucher", [this.code]);
        Object.assign(this.state, { message, card: card || null, taken: null });
    }

    async take() {
        const answer = await this.ask("take_voucher", [this.code, this.key]);
        this.state.message = answer.message;
        if (answer.successful) {
            this.state.card = answer.card;
            this.state.taken = this.env.utils.formatCurrency(answer.amount);
        }
    }

    async ask(method, args) {
        this.state.loading = true;
        try {
            return await this.pos.giftcardCall(method, args);
        } finally {
            this.state.loading = false;
            this.input.el?.focus();
        }
    }
}
