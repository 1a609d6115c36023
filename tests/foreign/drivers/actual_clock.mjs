// Loaded before a program of Actual's: its days are those of the test. The file CLOCK holds by how many milliseconds its clock is ahead.
import { readFileSync } from "node:fs";

const Real = Date;
const now = () => Real.now() + Number(readFileSync(process.env.CLOCK, "utf8"));
globalThis.Date = class Date extends Real {
  constructor(...given) {
    super(...(given.length ? given : [now()]));
  }
  static now() {
    return now();
  }
};
