/** What of the shown goods is handed over now, and with which lot or serial numbers. */
export class HandoverChoice {
    /** @param {Array} lines as the server tells them of a code that is `ready` */
    constructor(lines) {
        this.lines = lines.map((line) => ({ ...line, chosen: line.quantity, numbers: [] }));
    }

    /** The line that still needs a number, if there is one. */
    get waiting() {
        return this.lines.find((line) => line.tracking !== "none" && this.missing(line) > 0);
    }

    get total() {
        return this.lines.reduce((sum, line) => sum + line.chosen, 0);
    }

    get left() {
        return this.lines.reduce((sum, line) => sum + line.quantity - line.chosen, 0);
    }

    get complete() {
        return this.total > 0 && !this.waiting;
    }

    get parts() {
        return this.lines
            .filter((line) => line.chosen)
            .map((line) => ({
                line_id: line.line_id,
                quantity: line.chosen,
                lots: line.numbers.map(({ name, quantity }) => ({ name, quantity })),
            }));
    }

    missing(line) {
        return line.chosen - line.numbers.reduce((sum, number) => sum + number.quantity, 0);
    }

    change(line, delta) {
        line.chosen = Math.min(line.quantity, Math.max(0, line.chosen + delta));
        while (line.tracking !== "none" && this.missing(line) < 0) {
            this.remove(line, line.numbers.at(-1));
        }
    }

    /** Take a scanned number for the line that expects it, else for the first that needs one. False: none takes it. */
    add(name) {
        const open = this.lines.filter((line) => line.tracking !== "none" && this.missing(line) > 0);
        const line = open.find((one) => one.lots.includes(name)) || open[0];
        const known = line?.numbers.find((number) => number.name === name);
        if (!line || (known && line.tracking === "serial")) {
            return false;
        }
        if (known) {
            known.quantity++;
        } else {
            line.numbers.push({ name, quantity: 1 });
        }
        return true;
    }

    /** Take one piece with this number back. */
    remove(line, number) {
        number.quantity--;
        line.numbers = line.numbers.filter((one) => one.quantity > 0);
    }
}
