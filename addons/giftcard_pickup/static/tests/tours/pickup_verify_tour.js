import { registry } from "@web/core/registry";

const type = (code) => ({
    content: `Scan ${code}`,
    trigger: ".o_giftcard_verify input:focus",
    run: `edit ${code} && press Enter`,
});
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
        {
            content: "Hand over",
            trigger: ".o_giftcard_hand_over",
            run: "click",
        },
        answer("handed_over", "Handed over"),
        type("12345678"),
        answer("used", "Used already"),
        { trigger: ".o_giftcard_answer:not(:has(.o_giftcard_hand_over)):contains(East)" },
    ],
});
