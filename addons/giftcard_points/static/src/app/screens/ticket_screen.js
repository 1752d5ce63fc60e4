import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { patch } from "@web/core/utils/patch";

patch(TicketScreen.prototype, {
    /** What a gift card or eWallet has paid can be refunded: the server gives it back to the card. */
    _isEWalletGiftCard() {
        return false;
    },
});
