import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

const AMOUNTS = [50, 100, 200, 300, 500, 1000];

/** Put a top-up of a member's eWallet into the order; it is loaded once the order is paid. */
export class TopUpDialog extends Component {
    static template = "giftcard_points.TopUpDialog";
    static components = { Dialog };
    static props = { close: Function, partner: Object };

    setup() {
        this.pos = usePos();
        this.input = useRef("input");
        this.programs = this.pos.models["loyalty.program"].filter(
            (program) => program.program_type === "ewallet" && program.trigger_product_ids.length
        );
        this.amounts = AMOUNTS;
        this.state = useState({
            programId: this.programs[0]?.id,
            amount: "",
            balances: {},
            message: "",
        });
        onMounted(async () => {
            this.input.el?.focus();
            const answer = await this.pos.giftcardCall("enquire", [null, this.props.partner.id]);
            this.state.message = answer.message;
            for (const card of answer.cards || []) {
                this.state.balances[card.name] = card.balance;
            }
        });
    }

    get program() {
        return this.programs.find((program) => program.id === Number(this.state.programId));
    }

    get amount() {
        return this.pos.currency.round(parseFloat(this.state.amount) || 0);
    }

    get balance() {
        return this.state.balances[this.program?.name] || 0;
    }

    choose(amount) {
        this.state.amount = String(amount);
        this.input.el.focus();
    }

    money(amount) {
        return this.env.utils.formatCurrency(amount);
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            this.confirm();
        }
    }

    async confirm() {
        if (!this.program || this.amount <= 0) {
            return;
        }
        const order = this.pos.getOrder();
        if (order.getPartner() !== this.props.partner) {
            order.setPartner(this.props.partner);
        }
        const product = this.program.trigger_product_ids[0];
        this.props.close();
        await this.pos.addLineToCurrentOrder(
            {
                product_id: product,
                product_tmpl_id: product.product_tmpl_id,
                price_unit: this.amount,
            },
            {}
        );
    }
}
