import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("giftcard_pickup_dashboard", {
    steps: () => [
        { trigger: "[data-tile=redeemed]:contains(Pieces redeemed)" },
        { trigger: ".o_giftcard_chart canvas" },
        { trigger: ".o_giftcard_chart .o_list_table" },
        { trigger: "button:contains(90 days)", run: "click" },
        { trigger: "button.active:contains(90 days)" },
        { trigger: "[data-tile=redeemed]", run: "click" },
        { trigger: ".o_graph_renderer" },
        { trigger: ".o_breadcrumb:contains(Redemption Analysis)" },
    ],
});
