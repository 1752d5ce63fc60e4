import { ControlButtons } from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";
import { patch } from "@web/core/utils/patch";
import { PickupDialog } from "./pickup_dialog";

patch(ControlButtons.prototype, {
    clickPickup() {
        this.dialog.add(PickupDialog);
    },
});
