import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { patch } from "@web/core/utils/patch";
import { useMemberScan } from "@giftcard_points/app/hooks/member_scan_hook";

for (const Screen of [ProductScreen, PaymentScreen]) {
    patch(Screen.prototype, {
        setup() {
            super.setup(...arguments);
            useMemberScan();
        },
    });
}
