// The program under test: how much of a person's money went out in a month, in cents. It knows the protocol, and nothing of the sandbox.

export class BankAway extends Error {}

export async function spentCents(url, key, userId, month) {
  const headers = { Authorization: `Basic ${key}`, "basiq-version": "3.0" };
  const token = await (await fetch(`${url}/token`, { method: "POST", headers })).json();
  const filter = encodeURIComponent("transaction.direction.eq('debit'),transaction.status.eq('posted')");
  let cents = 0;
  let next = `${url}/users/${userId}/transactions?filter=${filter}`;
  while (next) {
    const answer = await fetch(next, { headers: { Authorization: `Bearer ${token.access_token}` } });
    const page = await answer.json();
    if (answer.status === 503) throw new BankAway(page.data[0].detail);
    if (!answer.ok) throw new Error(`${answer.status} ${page.data[0].code}`);
    for (const row of page.data) if (row.postDate.startsWith(month)) cents -= Math.round(Number(row.amount) * 100);
    next = page.links.next;
  }
  return cents;
}
