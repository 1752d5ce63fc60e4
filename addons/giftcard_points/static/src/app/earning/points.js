const SIX = 1000000n;

/**
 * The server's rounding: points taken to six digits, multiplied, rounded half up to two. Exact, as far as a float says
 * what the points are.
 *
 * @param {number} points
 * @param {string} multiplier decimal number with at most six digits behind the point
 * @returns {number}
 */
export function scalePoints(points, multiplier) {
    const [whole, fraction = ""] = multiplier.split(".");
    const factor = BigInt(whole + fraction.padEnd(6, "0").slice(0, 6));
    const product = BigInt(Math.round(Math.abs(points) * 1000000)) * factor;
    const unit = (SIX * SIX) / 100n;
    const hundredths = (product + unit / 2n) / unit;
    return (Math.sign(points) * Number(hundredths)) / 100;
}
