import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { session } from "@web/session";
import { deviceName } from "@giftcard_pickup/handover/device";
import { canVerify, normalize, verifyToken } from "./pickup_token";

const REFRESH = 5 * 60 * 1000;
const RETRY = 60 * 1000;
const time = (iso) => luxon.DateTime.fromISO(iso).toLocaleString(luxon.DateTime.DATETIME_SHORT);

/**
 * Pickups at the till, with network or without.
 *
 * What the till must know without network is asked for while there is one. A handover that the server cannot be told of
 * is written to the browser's storage, each under a name of its own, before the clerk is told that it is done; it stays
 * there until the server has answered. What the server could not book is shown until the clerk has seen it, and kept in the
 * back office until somebody has dealt with it.
 *
 * What this till has handed over itself it knows at any time: it is taken from what the server told last, until the server
 * tells anew.
 */
export class PickupTill {
    constructor(pos) {
        this.pos = pos;
        this.prefix = `giftcard_pickup.${session.db}.${pos.config.id}`;
        // What the screen shows; a screen makes itself an observer of it by useState.
        this.state = reactive({ waiting: [], conflicts: [], online: true });
        this.learned = 0;
        this.read();
    }

    start() {
        this.refresh();
        browser.addEventListener("pos-network-online", () => this.refresh());
        browser.setInterval(() => this.refresh(), REFRESH);
        browser.setInterval(() => this.state.waiting.length && this.sync(), RETRY);
    }

    get storeId() {
        return this.pos.config.giftcard_pickup_store;
    }

    get known() {
        const known = JSON.parse(browser.localStorage.getItem(`${this.prefix}.known`) || "null");
        return known?.store_id === this.storeId ? known : null;
    }

    set known(known) {
        browser.localStorage.setItem(`${this.prefix}.known`, JSON.stringify(known));
    }

    // With the server

    /** Send what waits, and ask for what the till has to know. */
    async refresh() {
        await this.sync();
        try {
            let known, learned;
            do {
                learned = this.learned;
                known = await this.call("action_offline", [this.storeId]);
                // The answer may be older than what was handed over while it was on its way.
            } while (learned !== this.learned);
            this.known = known;
        } catch (error) {
            this.lost(error);
        }
    }

    /** @returns {Promise<Object>} the answer to a scanned code, of the server or, without it, of the till itself */
    async verify(text) {
        try {
            return this.notTold(await this.call("action_verify", [text, this.storeId], { device: deviceName() }));
        } catch (error) {
            this.lost(error);
            return this.verifyAlone(normalize(text));
        }
    }

    /**
     * Hand over. If the server's reply is lost the handover is queued by the same key, by which the server knows whether it
     * was booked.
     *
     * @param {string} key of the scan, the same when the clerk has to press again
     * @throws {ConnectionLostError} when the reply is lost and the code is not one that can be verified without network
     */
    async handOver(text, answer, parts, key) {
        if (!answer.offline) {
            try {
                const options = { device: deviceName(), key };
                const told = await this.call("action_hand_over", [text, this.storeId, parts], options);
                if (told.result === "handed_over") {
                    this.learn(told.lines);
                }
                return told;
            } catch (error) {
                this.lost(error);
                const alone = await this.verifyAlone(normalize(text));
                if (["needs_network", "newer"].includes(alone.result)) {
                    throw error;
                }
                if (alone.result !== "ready") {
                    return alone;
                }
            }
        }
        return this.queue(key, normalize(text), answer, parts);
    }

    async sync() {
        const waiting = [...this.state.waiting];
        if (!waiting.length) {
            return;
        }
        const handovers = waiting.map(({ uuid, scanned, parts, handed_at }) => ({ uuid, scanned, parts, handed_at }));
        try {
            for (const told of await this.call("action_sync", [handovers, this.storeId], { device: deviceName() })) {
                const entry = this.state.waiting.find((one) => one.uuid === told.uuid);
                if (!entry || told.state === "later") {
                    continue;
                }
                if (told.state === "conflict") {
                    this.store("conflict", { ...entry, message: told.message });
                    this.pos.notification.add(
                        _t("%(order)s could not be booked: %(why)s", { order: entry.redemption, why: told.message }),
                        { type: "danger", sticky: true }
                    );
                } else {
                    this.learn(entry.parts);
                }
                this.forget("queue", told.uuid);
            }
        } catch (error) {
            this.lost(error);
        }
    }

    async call(method, args, options = {}) {
        const answer = await this.pos.data.call("giftcard.pickup.code", method, args, options);
        this.state.online = true;
        return answer;
    }

    lost(error) {
        if (!(error instanceof ConnectionLostError)) {
            throw error;
        }
        this.state.online = false;
    }

    // Without the server

    /** Take what was handed over from what is known to be left. */
    learn(lines) {
        this.learned++;
        const known = this.known;
        if (!known) {
            return;
        }
        for (const code of Object.values(known.open)) {
            if (code.lines.some((line) => lines.some((one) => one.line_id === line.line_id))) {
                code.lines = this.without(code.lines, lines);
                code.handed_at = new Date().toISOString();
            }
        }
        this.known = known;
    }

    /** A conflict that the clerk has seen is remembered as any handover, until the server is asked again. */
    seen(entry) {
        this.learn(entry.parts);
        this.forget("conflict", entry.uuid);
    }

    async verifyAlone(text) {
        const known = this.known;
        if (!text.startsWith("GP2-") || !known || !canVerify()) {
            return { result: "needs_network", message: this.whyNetwork(known) };
        }
        const token = await verifyToken(text, known.keys);
        if (!token) {
            return { result: "unknown", message: _t("This code does not exist.") };
        }
        if (token.storeId !== this.storeId) {
            return { result: "other_store", message: _t("This code is for another store.") };
        }
        const code = known.open[token.codeId];
        const until = code ? new Date(code.valid_until) : token.expiry;
        if (until < new Date()) {
            return { result: "expired", message: _t("Expired on %s.", time(until.toISOString())) };
        }
        if (known.closed[token.codeId]) {
            return this.describeClosed(known.closed[token.codeId], known.at);
        }
        if (!code) {
            const message = _t(
                "Genuine, but newer than what this till knows (%s). It needs the network.",
                time(known.at)
            );
            return { result: "newer", message };
        }
        return this.notTold({
            ...code,
            offline: true,
            result: "ready",
            message: _t("No network. The code is genuine."),
        });
    }

    /** An answer without what this till has handed over of it and the server has not booked. */
    notTold(answer) {
        if (answer.result !== "ready") {
            return answer;
        }
        const entries = [...this.state.conflicts, ...this.state.waiting];
        const lines = this.without(
            answer.lines,
            entries.flatMap((entry) => entry.parts)
        );
        if (lines.length) {
            return { ...answer, lines };
        }
        const entry = entries.findLast((one) => one.redemption === answer.redemption);
        const handedAt = entry?.handed_at || answer.handed_at;
        const message = _t("Handed over at this till already: %s.", time(handedAt));
        return { result: "used", redemption: answer.redemption, message };
    }

    whyNetwork(known) {
        if (!canVerify()) {
            return _t("Without network this browser cannot verify codes: the till has to be opened by HTTPS.");
        }
        return known
            ? _t("Without network only the new QR code can be verified. Ask the member to show it.")
            : _t("There is no network, and this till has not heard from the server yet.");
    }

    describeClosed(state, at) {
        const messages = {
            used: _t("Used already; known since %s.", time(at)),
            expired: _t("Expired; known since %s.", time(at)),
            void: _t("Void or replaced; known since %s.", time(at)),
        };
        return { result: state, message: messages[state] };
    }

    /** What is left of lines when others are taken from them. */
    without(lines, others) {
        const handed = {};
        for (const { line_id, quantity } of others) {
            handed[line_id] = (handed[line_id] || 0) + quantity;
        }
        return lines
            .map((line) => ({ ...line, quantity: line.quantity - (handed[line.line_id] || 0) }))
            .filter((line) => line.quantity > 0);
    }

    queue(uuid, scanned, answer, parts) {
        this.store("queue", {
            uuid,
            scanned,
            parts,
            handed_at: new Date().toISOString(),
            redemption: answer.redemption,
            goods: parts
                .map((part) => [answer.lines.find((line) => line.line_id === part.line_id).name, part.quantity])
                .map(([name, quantity]) => `${name} × ${quantity}`)
                .join(", "),
        });
        return {
            result: "queued",
            redemption: answer.redemption,
            message: _t("Handed over. The server is told when the network is back."),
        };
    }

    // The browser's storage

    store(kind, entry) {
        browser.localStorage.setItem(`${this.prefix}.${kind}.${entry.uuid}`, JSON.stringify(entry));
        this.read();
    }

    forget(kind, uuid) {
        browser.localStorage.removeItem(`${this.prefix}.${kind}.${uuid}`);
        this.read();
    }

    read() {
        const entries = (kind) =>
            Object.keys(browser.localStorage)
                .filter((name) => name.startsWith(`${this.prefix}.${kind}.`))
                .map((name) => JSON.parse(browser.localStorage.getItem(name)))
                .sort((one, other) => one.handed_at.localeCompare(other.handed_at));
        this.state.waiting = entries("queue");
        this.state.conflicts = entries("conflict");
    }
}
