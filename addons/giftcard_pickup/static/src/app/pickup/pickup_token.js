const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const TOKEN = /^(GP2-(\d+)-(\d+)-(\d+)-(\d+)-[A-Z2-7]{16})-([A-Z2-7]{103})$/;

function fromBase32(text) {
    const bytes = [];
    let [buffer, bits] = [0, 0];
    for (const character of text) {
        buffer = (buffer << 5) | ALPHABET.indexOf(character);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.push((buffer >> bits) & 255);
            buffer &= (1 << bits) - 1;
        }
    }
    return new Uint8Array(bytes);
}

/** Whether this browser can verify signatures: it can on pages that came over HTTPS. */
export const canVerify = () => Boolean(window.crypto?.subtle);

/** Take away what scanners and input methods do to a code. */
export const normalize = (text) => text.normalize("NFKC").replace(/\s/g, "").toUpperCase();

/**
 * Verify the content of a QR code, see `giftcard.pickup.code`: ECDSA on P-256 with SHA-256.
 *
 * @param {string} text normalized
 * @param {Object} keys key id -> base64 of the SubjectPublicKeyInfo
 * @returns {Promise<Object|null>} `{codeId, storeId, expiry (Date)}`, null if nobody we trust has signed it
 */
export async function verifyToken(text, keys) {
    const [, body, keyId, codeId, storeId, expiry, signature] = TOKEN.exec(text) || [];
    if (!body || !keys[keyId]) {
        return null;
    }
    const der = Uint8Array.from(atob(keys[keyId]), (character) => character.charCodeAt(0));
    const key = await crypto.subtle.importKey("spki", der, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const genuine = await crypto.subtle.verify(
        { name: "ECDSA", hash: "SHA-256" },
        key,
        fromBase32(signature),
        new TextEncoder().encode(body)
    );
    return genuine
        ? { codeId: Number(codeId), storeId: Number(storeId), expiry: new Date(Number(expiry) * 1000) }
        : null;
}
