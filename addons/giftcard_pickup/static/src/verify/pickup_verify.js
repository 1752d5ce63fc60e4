import { Component, onWillStart, useExternalListener, useRef, useState } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { browser } from "@web/core/browser/browser";
import { hasTouch } from "@web/core/browser/feature_detection";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { beep } from "../handover/beep";
import { deviceName, randomKey } from "../handover/device";
import { HandoverChoice } from "../handover/handover_choice";
import { PickupAnswer, isGood } from "../handover/pickup_answer";

const STORE_KEY = "giftcard_pickup.store";

/**
 * The counter's screen, and the clerk's phone: scan or type a pickup code, see what to hand over, hand it over.
 *
 * A hand scanner is a keyboard that ends with Enter, so the input keeps the focus and takes every key that is meant for
 * nothing else. While tracked goods are shown, what is scanned is their numbers. A phone scans with its camera.
 */
export class PickupVerify extends Component {
    static template = "giftcard_pickup.PickupVerify";
    static components = { Layout, PickupAnswer };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.input = useRef("input");
        this.lastCall = new KeepLast();
        this.display = { controlPanel: {} };
        this.camera = isBarcodeScannerSupported();
        this.state = useState({ stores: [], storeId: false, answer: null, choice: null, message: "", busy: false });
        useAutofocus({ refName: "input" });
        useExternalListener(window, "keydown", this.onWindowKeydown);
        onWillStart(async () => {
            this.state.stores = await this.orm.call("giftcard.pickup.code", "action_stores", []);
            const known = Number(browser.localStorage.getItem(STORE_KEY));
            const store = this.state.stores.find((one) => one.id === known) || this.state.stores[0];
            this.state.storeId = store?.id || false;
        });
    }

    get placeholder() {
        const line = this.state.choice?.waiting;
        return line ? _t("Scan a number of %s", line.name) : _t("Scan the QR code or type the 8 digits");
    }

    onStoreChange(ev) {
        this.state.storeId = Number(ev.target.value);
        this.clear();
        browser.localStorage.setItem(STORE_KEY, this.state.storeId);
        this.focus();
    }

    onInputKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            this.read(this.input.el.value);
        } else if (ev.key === "Escape") {
            this.clear();
        }
    }

    /** A key pressed while nothing has the focus comes from the scanner. */
    onWindowKeydown(ev) {
        const nothingFocused = !document.activeElement || document.activeElement === document.body;
        if (nothingFocused && ev.key.length === 1 && !ev.ctrlKey && !ev.altKey && !ev.metaKey) {
            this.input.el?.focus();
        }
    }

    async scan() {
        this.read(await scanBarcode(this.env));
    }

    clear() {
        Object.assign(this.state, { answer: null, choice: null, message: "" });
    }

    async read(text) {
        text = text.trim();
        this.input.el.value = "";
        if (!text) {
            return;
        }
        if (this.state.choice?.waiting && !text.startsWith("GP")) {
            const taken = this.state.choice.add(text);
            this.state.message = taken ? "" : _t("%s was scanned already.", text);
            beep(taken);
            return;
        }
        this.scanned = text;
        this.key = randomKey();
        // What was chosen of another code is not for this one.
        this.state.choice = null;
        await this.ask("action_verify", []);
    }

    async handOver() {
        await this.ask("action_hand_over", [this.state.choice.parts], this.key);
    }

    async ask(method, args, key) {
        this.state.busy = true;
        try {
            const call = this.orm.call("giftcard.pickup.code", method, [this.scanned, this.state.storeId, ...args], {
                device: deviceName(),
                ...(key && { key }),
            });
            const answer = await this.lastCall.add(call);
            const choice = answer.result === "ready" ? new HandoverChoice(answer.lines) : null;
            Object.assign(this.state, { answer, choice, message: "" });
            beep(isGood(answer));
        } catch (error) {
            beep(false);
            if (error instanceof RPCError && error.data?.name !== "odoo.exceptions.AccessError" && this.state.choice) {
                // Refused: what was chosen stays, to be put right.
                this.state.message = error.data.message;
            } else if (error instanceof ConnectionLostError && this.state.choice) {
                // It may have been booked: asked again by the same key, the server tells so.
                this.state.message = _t("No answer. Press again.");
            } else {
                this.clear();
                throw error;
            }
        } finally {
            this.state.busy = false;
            this.focus();
        }
    }

    /** On a phone the keyboard would hide the answer; the first key of a scanner brings the focus back. */
    focus() {
        if (!hasTouch()) {
            this.input.el?.focus();
        }
    }
}

registry.category("actions").add("giftcard_pickup.verify", PickupVerify);
