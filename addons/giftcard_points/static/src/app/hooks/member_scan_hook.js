import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

/** Let the scanner take, on this screen, the codes that members show. */
export function useMemberScan() {
    const pos = usePos();
    useBarcodeReader({
        giftcardKnows: (code) => pos.isMemberCode(code),
        giftcardScan: (code) => pos.giftcardScan(code),
    });
}

/** Let the scanner write into this dialog, whatever it reads. */
export function useDialogScan(callback) {
    useBarcodeReader({ giftcardKnows: () => true, giftcardScan: callback }, true);
}
