import { registry } from "@web/core/registry";

const scan = (code) => ({
    content: `Scan ${code}`,
    trigger: ".o_giftcard_verify input",
    run: `edit ${code} && press Enter`,
});
const see = (content, trigger) => ({ content, trigger });
const click = (content, trigger) => ({ content, trigger, run: "click" });

// Three mugs and two phones with serial numbers: a part now, against a proxy's code, the rest later.
registry.category("web_tour.tours").add("giftcard_pickup_lots", {
    steps: () => [
        scan("12345678"),
        see("who picks up", `.o_giftcard_proxy:contains("Zhang San"):contains("1234")`),
        see("numbers are missing", `.o_giftcard_missing:contains("2")`),
        see("what was set aside", `.o_giftcard_line[data-name=Phone]:contains("SN1")`),
        see("not without them", ".o_giftcard_hand_over:disabled"),
        scan("SN3"),
        scan("SN3"),
        see("a number is scanned once", `.o_giftcard_answer .alert-danger:contains("SN3")`),
        click("one phone less", ".o_giftcard_line[data-name=Phone] .o_giftcard_less"),
        click("one mug less", ".o_giftcard_line[data-name=Mug] .o_giftcard_less"),
        click("hand over a part", ".o_giftcard_hand_over:enabled:contains(keep)"),
        see("done", ".o_giftcard_answer[data-result=handed_over]:contains(in part)"),
        scan("12345678"),
        see("what is left", `.o_giftcard_line[data-name=Mug]:contains("Handed over before")`),
        scan("SN1"),
        click("hand over the rest", ".o_giftcard_hand_over:enabled:not(:contains(keep))"),
        see("done", ".o_giftcard_answer[data-result=handed_over]:not(:contains(in part))"),
        scan("12345678"),
        see("used", ".o_giftcard_answer[data-result=used]"),
    ],
});
