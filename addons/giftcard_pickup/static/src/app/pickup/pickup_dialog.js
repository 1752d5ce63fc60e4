import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { useDialogScan } from "@giftcard_points/app/hooks/member_scan_hook";
import { beep } from "@giftcard_pickup/handover/beep";
import { randomKey } from "@giftcard_pickup/handover/device";
import { HandoverChoice } from "@giftcard_pickup/handover/handover_choice";
import { PickupAnswer, isGood } from "@giftcard_pickup/handover/pickup_answer";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

/** Verify a pickup code at the till and hand the goods over, with network or without. */
export class PickupDialog extends Component {
    static template = "giftcard_pickup.PickupDialog";
    static components = { Dialog, PickupAnswer };
    static props = { close: Function };

    setup() {
        this.pos = usePos();
        this.till = this.pos.pickupTill;
        this.queue = useState(this.till.state);
        this.input = useRef("input");
        this.state = useState({ answer: null, choice: null, message: "", busy: false });
        useDialogScan((text) => this.read(text));
        onMounted(() => this.input.el.focus());
    }

    get placeholder() {
        const line = this.state.choice?.waiting;
        return line ? _t("Scan a number of %s", line.name) : _t("Scan the QR code or type the 8 digits");
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            this.read(ev.target.value);
        }
    }

    async read(text) {
        text = text.trim();
        this.input.el.value = "";
        if (!text || this.state.busy) {
            return;
        }
        if (this.state.choice?.waiting && !text.toUpperCase().startsWith("GP")) {
            const taken = this.state.choice.add(text);
            this.state.message = taken ? "" : _t("%s was scanned already.", text);
            beep(taken);
            return;
        }
        this.scanned = text;
        this.key = randomKey();
        // What was chosen of another code is not for this one.
        this.state.choice = null;
        await this.ask(() => this.till.verify(text));
    }

    async handOver() {
        const { answer, choice } = this.state;
        await this.ask(() => this.till.handOver(this.scanned, answer, choice.parts, this.key));
    }

    async ask(call) {
        this.state.busy = true;
        try {
            const answer = await call();
            const choice = answer.result === "ready" ? new HandoverChoice(answer.lines) : null;
            Object.assign(this.state, { answer, choice, message: "" });
            beep(isGood(answer));
        } catch (error) {
            beep(false);
            if (!this.state.choice) {
                throw error;
            }
            // What was chosen stays: refused, to be put right; without an answer, to be asked again by the same key.
            if (error instanceof RPCError) {
                this.state.message = error.data.message;
            } else if (error instanceof ConnectionLostError) {
                this.state.message = _t("No answer. Press again.");
            } else {
                throw error;
            }
        } finally {
            this.state.busy = false;
            this.input.el?.focus();
        }
    }

    async sync() {
        this.state.busy = true;
        try {
            await this.till.refresh();
        } finally {
            this.state.busy = false;
        }
    }
}
