import { browser } from "@web/core/browser/browser";

const KEY = "giftcard_pickup.device";

/** A random number, for calls that may be repeated and for records that are made here. */
export function randomKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What this browser calls itself: wrong codes are counted by it too. */
export function deviceName() {
    let name = browser.localStorage.getItem(KEY);
    if (!name) {
        name = randomKey();
        browser.localStorage.setItem(KEY, name);
    }
    return name;
}
