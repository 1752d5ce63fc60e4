import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";
import { patch } from "@web/core/utils/patch";

patch(BarcodeReader.prototype, {
    /** The codes that members show are known by any nomenclature: they are not in it. */
    async _scan(code) {
        const maps = this.exclusiveCbMap ? [this.exclusiveCbMap] : [...this.cbMaps];
        const map = code && maps.find((candidate) => candidate.giftcardKnows?.(code));
        return map ? await map.giftcardScan(code) : await super._scan(code);
    },
});
