import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

const type = (code) => ({
    content: `Scan ${code}`,
    trigger: ".o_giftcard_verify input:focus",
    run: `edit ${code} && press Enter`,
});
const handOver = { content: "Hand over", trigger: ".o_giftcard_hand_over:enabled", run: "click" };
const answer = (result, text) => ({
    content: `The answer is ${result}`,
    trigger: `.o_giftcard_answer[data-result=${result}]:contains(${text})`,
});

registry.category("web_tour.tours").add("giftcard_pickup_verify", {
    steps: () => [
        type("00000000"),
        answer("unknown", "This code does not exist."),
        type("12345678"),
        answer("ready", "Hand over these goods."),
        { trigger: ".o_giftcard_line:contains(Mug):contains(2)" },
        { trigger: ".o_giftcard_answer:contains(A**)" },
        handOver,
        answer("handed_over", "Handed over"),
        type("12345678"),
        answer("used", "Used already"),
        { trigger: ".o_giftcard_answer:not(:has(.o_giftcard_hand_over)):contains(East)" },
    ],
});

registry.category("web_tour.tours").add("giftcard_pickup_lost_reply", {
    steps: () => [
        type("12345678"),
        answer("ready", "Hand over these goods."),
        {
            content: "The reply gets lost",
            trigger: "body",
            run: () => {
                const { XMLHttpRequest } = browser;
                browser.XMLHttpRequest = class extends XMLHttpRequest {
                    open(method, url) {
                        if (url.endsWith("/action_hand_over")) {
                            this.lost = true;
                            browser.XMLHttpRequest = XMLHttpRequest;
                        }
                        super.open(method, url);
                    }
                    get response() {
                        return this.lost ? "" : super.response;
                    }
                };
            },
        },
        handOver,
        { trigger: ".o_giftcard_answer[data-result=ready] .alert-danger:contains(Press again)" },
        handOver,
        answer("handed_over", "Handed over"),
    ],
});
