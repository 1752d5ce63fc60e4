import { Component, onWillStart, useExternalListener, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { beep } from "./beep";

const STORE_KEY = "giftcard_pickup.store";
const LOOKS = {
    ready: { color: "success", icon: "fa-check-circle" },
    handed_over: { color: "success", icon: "fa-handshake-o" },
    used: { color: "warning", icon: "fa-history" },
    expired: { color: "warning", icon: "fa-clock-o" },
    void: { color: "warning", icon: "fa-ban" },
    not_ready: { color: "warning", icon: "fa-hourglass-half" },
    other_store: { color: "warning", icon: "fa-map-marker" },
    unknown: { color: "danger", icon: "fa-times-circle" },
    throttled: { color: "danger", icon: "fa-lock" },
};

/**
 * The counter's screen: scan or type a pickup code, see what to hand over, hand it over.
 *
 * A hand scanner is a keyboard that ends with Enter, so the input keeps the focus and takes every key that is meant for
 * nothing else.
 */
export class PickupVerify extends Component {
    static template = "giftcard_pickup.PickupVerify";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.input = useRef("input");
        this.lastCall = new KeepLast();
        this.display = { controlPanel: {} };
        this.state = useState({ stores: [], storeId: false, scanned: "", answer: null, busy: false });
        useAutofocus({ refName: "input", mobile: true });
        useExternalListener(window, "keydown", this.onWindowKeydown);
        onWillStart(async () => {
            this.state.stores = await this.orm.call("giftcard.pickup.code", "action_stores", []);
            const known = Number(browser.localStorage.getItem(STORE_KEY));
            const store = this.state.stores.find((one) => one.id === known) || this.state.stores[0];
            this.state.storeId = store?.id || false;
        });
    }

    get look() {
        return LOOKS[this.state.answer.result];
    }

    get validUntil() {
        return formatDateTime(deserializeDateTime(this.state.answer.valid_until.replace("T", " ").replace("Z", "")));
    }

    onStoreChange(ev) {
        this.state.storeId = Number(ev.target.value);
        this.state.answer = null;
        browser.localStorage.setItem(STORE_KEY, this.state.storeId);
        this.input.el.focus();
    }

    onInputKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            this.verify();
        }
    }

    /** A key pressed while nothing has the focus comes from the scanner. */
    onWindowKeydown(ev) {
        const nothingFocused = !document.activeElement || document.activeElement === document.body;
        if (nothingFocused && ev.key.length === 1 && !ev.ctrlKey && !ev.altKey && !ev.metaKey) {
            this.input.el?.focus();
        }
    }

    async verify() {
        const scanned = this.input.el.value.trim();
        this.input.el.value = "";
        if (scanned) {
            this.state.scanned = scanned;
            await this.ask("action_verify");
        }
    }

    async handOver() {
        await this.ask("action_hand_over");
    }

    async ask(method) {
        this.state.busy = true;
        try {
            this.state.answer = await this.lastCall.add(
                this.orm.call("giftcard.pickup.code", method, [this.state.scanned, this.state.storeId])
            );
            beep(this.look.color === "success");
        } catch (error) {
            this.state.answer = null;
            throw error;
        } finally {
            this.state.busy = false;
            this.input.el?.focus();
        }
    }
}

registry.category("actions").add("giftcard_pickup.verify", PickupVerify);
