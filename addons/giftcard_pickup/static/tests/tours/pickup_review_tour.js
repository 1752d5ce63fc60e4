import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("giftcard_pickup_review", {
    steps: () => [
        {
            content: "Choose the first order",
            trigger: ".o_data_row:contains(Alice):first .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Approve what is chosen",
            trigger: ".o_control_panel button[name=action_approve]",
            run: "click",
        },
        {
            content: "The other one is left; open it",
            trigger:
                ".o_list_table:not(:has(.o_data_row:contains(Alice))) .o_data_row:contains(Bob) .o_data_cell:first",
            run: "click",
        },
        {
            content: "Reject it",
            trigger: ".o_form_view button[name=action_reject]",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal [name=reason] input",
            run: "edit Duplicate order",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name=action_confirm]:contains(Reject)",
            run: "click",
        },
        { trigger: ".o_form_view:not(:has(button[name=action_reject])) .o_arrow_button_current:contains(Rejected)" },
    ],
});
