import { registry } from "@web/core/registry";

const press = (name, where = ".o_statusbar_buttons") => ({
    content: `Press ${name}`,
    trigger: `${where} button[name=${name}]`,
    run: "click",
});
const confirm = { content: "Confirm", trigger: ".modal-footer .btn-primary", run: "click" };
const closed = { content: "No dialog is open", trigger: "body:not(:has(.modal))" };
const fill = (name, value) => ({
    content: `Fill in ${name}`,
    trigger: `.modal .o_field_widget[name=${name}] input`,
    run: `edit ${value}`,
});

registry.category("web_tour.tours").add("giftcard_batch_generate", {
    steps: () => [
        press("action_generate"),
        confirm,
        { trigger: ".modal .o_field_widget[name=password]:contains(7QH2-M4ZX)" },
        { trigger: ".modal .o_field_widget[name=batch_name]:contains(Vouchers)" },
        { content: "Close", trigger: ".modal-footer button:contains(I Have Kept It)", run: "click" },
        closed,
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Generating)" },
    ],
});

registry.category("web_tour.tours").add("giftcard_batch_hand_over", {
    steps: () => [
        press("action_export"),
        fill("password", "7QH2-M4ZX"),
        press("action_export", ".modal"),
        closed,
        { trigger: ".o_field_widget[name=secrets_state]:contains(Exported)" },
        { content: "Activate", trigger: ".o_statusbar_buttons button:contains(Activate)", run: "click" },
        fill("reason", "Sold"),
        press("action_activate", ".modal"),
        closed,
        { trigger: ".o_field_widget[name=active_count]:contains(5)" },
        press("action_destroy_secrets"),
        confirm,
        { trigger: ".o_field_widget[name=secrets_state]:contains(Handed over)" },
    ],
});

registry.category("web_tour.tours").add("giftcard_paper_card_use", {
    steps: () => [
        fill("secret", "0000-0000-0000-0000-5"),
        press("action_redeem", ".modal"),
        { trigger: ".modal:contains(This code is not accepted.)" },
        { content: "Close", trigger: ".modal:contains(This code is not accepted.) .btn-primary", run: "click" },
        fill("secret", "7QH2-M4ZX-0000-0000-J"),
        press("action_redeem", ".modal"),
        { trigger: ".o_notification:contains(Accepted)" },
    ],
});
