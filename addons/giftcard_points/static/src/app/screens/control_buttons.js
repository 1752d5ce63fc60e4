import { ControlButtons } from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";
import { patch } from "@web/core/utils/patch";
import { CardEnquiryDialog } from "@giftcard_points/app/components/card_enquiry/card_enquiry";
import { TopUpDialog } from "@giftcard_points/app/components/top_up/top_up";
import { VoucherDialog } from "@giftcard_points/app/components/voucher/voucher";

patch(ControlButtons.prototype, {
    hasProgram(...types) {
        return this.pos.models["loyalty.program"].some((program) => types.includes(program.program_type));
    },

    clickCardEnquiry() {
        this.dialog.add(CardEnquiryDialog, { partner: this.partner });
    },

    clickVoucher() {
        this.dialog.add(VoucherDialog);
    },

    async clickTopUp() {
        const partner = this.partner || (await this.pos.selectPartner());
        if (partner) {
            this.dialog.add(TopUpDialog, { partner });
        }
    },
});
