import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { CardPanel } from "@giftcard_points/app/components/card_panel/card_panel";
import { useDialogScan } from "@giftcard_points/app/hooks/member_scan_hook";

/** What is on a card, by its code, or on the cards of a member. */
export class CardEnquiryDialog extends Component {
    static template = "giftcard_points.CardEnquiryDialog";
    static components = { Dialog, CardPanel };
    static props = { close: Function, partner: { optional: true } };

    setup() {
        this.pos = usePos();
        this.input = useRef("input");
        this.state = useState({ text: "", loading: false, message: "", title: "", cards: null });
        useDialogScan((code) => this.enquire(code));
        onMounted(() => {
            this.input.el.focus();
            if (this.props.partner) {
                this.show({ partner_id: this.props.partner.id });
            }
        });
    }

    /** A code is not left on the screen, not even one that a scanner wrote before the screen was drawn. */
    clear() {
        this.state.text = "";
        this.input.el.value = "";
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            this.enquire(this.state.text);
        }
    }

    async enquire(text) {
        text = text.trim();
        this.clear();
        if (text) {
            await this.show({ text });
        }
    }

    async show({ text = null, partner_id = null }) {
        if (this.state.loading) {
            return;
        }
        this.state.loading = true;
        try {
            const answer = await this.pos.giftcardCall("enquire", [text, partner_id]);
            Object.assign(this.state, {
                message: answer.message,
                title: answer.title || "",
                cards: answer.cards || null,
            });
        } finally {
            this.state.loading = false;
            this.input.el?.focus();
        }
    }
}
