// Loaded before a program of Actual's: its days are those of the test. The first moment is NOW_MS; `setNow` moves on.
const Real = Date;
let ahead = Number(process.env.NOW_MS) - Real.now();
globalThis.setNow = (now) => { ahead = now - Real.now(); };
globalThis.Date = class Date extends Real {
  constructor(...given) {
    super(...(given.length ? given : [Real.now() + ahead]));
  }
  static now() {
    return Real.now() + ahead;
  }
};
