/* global posmodel */
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as Offline from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import { run } from "@point_of_sale/../tests/generic_helpers/utils";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const DIALOG = ".o_giftcard_pickup_dialog";

const add = (name, ...steps) =>
    registry.category("web_tour.tours").add(name, {
        steps: () => [Chrome.startPoS(), Dialog.confirm("Open Register"), ...steps].flat(),
    });
const see = (content, trigger) => ({ content, trigger });
const scan = (text) => [
    { content: `Scan ${text}`, trigger: `${DIALOG} input`, run: `edit ${text}` },
    { trigger: `${DIALOG} input`, run: "press Enter" },
];
const shown = (name) => document.cookie.match(new RegExp(`giftcard_${name}=([^;]+)`))[1];
/** Scan what the member shows: the test has put it into a cookie. */
const scanToken = (name, change = (token) => token) => [
    {
        content: `Scan the token ${name}`,
        trigger: `${DIALOG} input`,
        run: (helpers) => helpers.edit(change(shown(name))),
    },
    { trigger: `${DIALOG} input`, run: "press Enter" },
];
const answer = (result, text) =>
    see(`it is ${result}`, `.o_giftcard_answer[data-result=${result}]:contains("${text}")`);
const click = (content, trigger) => ({ content, trigger, run: "click" });
const handOver = () => click("hand over", ".o_giftcard_hand_over:enabled");
/** The till has heard from the server. */
const known = () => ({
    content: "the till knows what it has to",
    trigger: "body",
    run: async () => {
        await posmodel.pickupTill.refresh();
    },
});

add(
    "giftcard_till_pickup",
    ProductScreen.clickControlButton("Pickup"),
    scan("00000000"),
    answer("unknown", "does not exist"),
    scan("12345678"),
    answer("ready", "A**"),
    see("pictures and quantities", `.o_giftcard_line[data-name=Mug] img, .o_giftcard_line:contains("3")`),
    see("numbers are missing", `.o_giftcard_missing:contains("2")`),
    see("nothing is handed over without them", ".o_giftcard_hand_over:disabled"),
    // One of each now.
    click("one mug less", ".o_giftcard_line[data-name=Mug] .o_giftcard_less"),
    see("two mugs", `.o_giftcard_line[data-name=Mug] .o_giftcard_chosen:contains("2")`),
    click("one mug less", ".o_giftcard_line[data-name=Mug] .o_giftcard_less"),
    click("one phone less", ".o_giftcard_line[data-name=Phone] .o_giftcard_less"),
    scan("SN9"),
    handOver(),
    see("the store has no such phone", `.o_giftcard_answer .alert-danger:contains("SN9")`),
    click("take the number back", `.o_giftcard_numbers button:contains("SN9")`),
    scan("SN3"),
    see("the rest is kept", `.o_giftcard_hand_over:contains("keep")`),
    handOver(),
    answer("handed_over", "in part"),
    scan("12345678"),
    see("what is left", `.o_giftcard_line[data-name=Mug]:contains("Handed over before")`),
    scan("SN1"),
    handOver(),
    answer("handed_over", "Handed over"),
    scan("12345678"),
    answer("used", "Used already"),
    Dialog.confirm("Close", ".btn-secondary")
);

add(
    "giftcard_till_pickup_offline",
    known(),
    Offline.setOfflineMode(),
    ProductScreen.clickControlButton("Pickup"),
    scan("12345678"),
    answer("needs_network", "QR code"),
    scanToken("mine", (token) => token.replace(/.$/, "") + (token.endsWith("A") ? "Q" : "A")),
    answer("unknown", "does not exist"),
    scanToken("other"),
    answer("other_store", "another store"),
    scanToken("mine"),
    answer("ready", "No network"),
    see("the till says so", ".o_giftcard_offline"),
    click("one less", ".o_giftcard_less"),
    handOver(),
    answer("queued", "when the network is back"),
    scanToken("mine"),
    see("one is left", `.o_giftcard_line:contains("× 1")`),
    handOver(),
    answer("queued", "when the network is back"),
    scanToken("mine"),
    answer("used", "at this till"),
    see("two wait", `.o_giftcard_waiting:contains("2")`),
    Dialog.confirm("Close", ".btn-secondary"),
    // It is in the browser's storage, not in the memory of this page alone.
    run(() => {
        const stored = Object.keys(localStorage).filter((name) => /giftcard_pickup.*\.queue\./.test(name));
        if (stored.length !== 2) {
            throw new Error(`${stored.length} handovers are stored`);
        }
    }, "the handovers are stored"),
    Offline.setOnlineMode(),
    ProductScreen.clickControlButton("Pickup"),
    click("send now", ".o_giftcard_waiting button"),
    see("nothing waits", `${DIALOG}:not(:has(.o_giftcard_waiting)):not(:has(.o_giftcard_conflicts))`),
    scanToken("mine"),
    answer("used", "Used already"),
    Dialog.confirm("Close", ".btn-secondary")
);

add(
    "giftcard_till_pickup_conflict",
    known(),
    Offline.setOfflineMode(),
    ProductScreen.clickControlButton("Pickup"),
    scanToken("mine"),
    answer("ready", "No network"),
    handOver(),
    answer("queued", "when the network is back"),
    Offline.setOnlineMode(),
    run(async () => {
        // Meanwhile at another counter of the store.
        const args = [shown("mine"), posmodel.config.giftcard_pickup_store];
        await posmodel.data.orm.call("giftcard.pickup.code", "action_hand_over", args);
    }, "another clerk hands it over"),
    click("send now", ".o_giftcard_waiting button"),
    see("the conflict is shown", `.o_giftcard_conflicts:contains("Used already"):contains("Mug × 2")`),
    see("nothing waits", `${DIALOG}:not(:has(.o_giftcard_waiting))`),
    click("seen", ".o_giftcard_conflicts button"),
    see("the till is done with it", `${DIALOG}:not(:has(.o_giftcard_conflicts))`),
    Dialog.confirm("Close", ".btn-secondary")
);

/** Nothing is asked of the server but what the tour asks. */
const noRefresh = () =>
    run(() => {
        posmodel.pickupTill.refresh = async () => {};
    }, "the till does not ask again");

add(
    "giftcard_till_pickup_remembers",
    known(),
    noRefresh(),
    ProductScreen.clickControlButton("Pickup"),
    scanToken("mine"),
    answer("ready", "A**"),
    click("one less", ".o_giftcard_less"),
    handOver(),
    answer("handed_over", "in part"),
    Offline.setOfflineMode(),
    scanToken("mine"),
    answer("ready", "No network"),
    see("one is left of what was handed over with network", `.o_giftcard_line:contains("× 1")`),
    handOver(),
    answer("queued", "when the network is back"),
    Offline.setOnlineMode(),
    scanToken("mine"),
    answer("used", "at this till"),
    run(() => posmodel.pickupTill.sync(), "the server is told"),
    see("nothing waits", `${DIALOG}:not(:has(.o_giftcard_waiting)):not(:has(.o_giftcard_conflicts))`),
    Offline.setOfflineMode(),
    scanToken("mine"),
    answer("used", "at this till"),
    Offline.setOnlineMode(),
    Dialog.confirm("Close", ".btn-secondary")
);

add(
    "giftcard_till_pickup_old_answer",
    known(),
    run(async () => {
        const till = posmodel.pickupTill;
        const token = shown("mine");
        const told = await till.verify(token);
        // An answer that was made before the handover arrives after it.
        let arrived, release;
        const made = new Promise((resolve) => (arrived = resolve));
        const held = new Promise((resolve) => (release = resolve));
        const call = till.call;
        till.call = async (method, ...args) => {
            const reply = await call.call(till, method, ...args);
            if (method === "action_offline") {
                till.call = call;
                arrived();
                await held;
            }
            return reply;
        };
        const refreshed = till.refresh();
        await made;
        await till.handOver(token, told, [{ line_id: told.lines[0].line_id, quantity: 2 }], "key");
        release();
        await refreshed;
        const left = Object.values(till.known.open).flatMap((code) => code.lines);
        if (left.length) {
            throw new Error(`The till believes that this is left: ${JSON.stringify(left)}`);
        }
    }, "an old answer does not make the till forget")
);

add(
    "giftcard_till_pickup_lost_reply",
    ProductScreen.clickControlButton("Pickup"),
    scan("12345678"),
    answer("ready", "A**"),
    run(() => {
        const till = posmodel.pickupTill;
        const call = till.call;
        till.call = async (...args) => {
            till.call = call;
            await call.apply(till, args);
            throw new ConnectionLostError();
        };
    }, "the reply gets lost"),
    handOver(),
    see("what was chosen stays", `.o_giftcard_answer[data-result=ready] .alert-danger:contains("Press again")`),
    handOver(),
    answer("handed_over", "Handed over"),
    Dialog.confirm("Close", ".btn-secondary")
);

add(
    "giftcard_till_pickup_not_booked",
    known(),
    noRefresh(),
    Offline.setOfflineMode(),
    ProductScreen.clickControlButton("Pickup"),
    scanToken("mine"),
    answer("ready", "No network"),
    handOver(),
    answer("queued", "when the network is back"),
    Offline.setOnlineMode(),
    run(async () => {
        // More than the order has: the server refuses it.
        const till = posmodel.pickupTill;
        const [entry] = till.state.waiting;
        till.store("queue", { ...entry, parts: [{ ...entry.parts[0], quantity: 3 }] });
        await till.sync();
    }, "the server books no more than there is"),
    see("the conflict is shown", ".o_giftcard_conflicts"),
    scanToken("mine"),
    answer("used", "at this till"),
    Offline.setOfflineMode(),
    scanToken("mine"),
    answer("used", "at this till"),
    click("seen", ".o_giftcard_conflicts button"),
    scanToken("mine"),
    answer("used", "at this till"),
    Offline.setOnlineMode(),
    Dialog.confirm("Close", ".btn-secondary")
);

add(
    "giftcard_till_no_pickup",
    ProductScreen.clickControlButtonMore(),
    see("no button", ".modal:has(.control-buttons):not(:has(.o_giftcard_pickup))"),
    Dialog.cancel()
);
